/** Nothing is left out, whatever the shape and the size. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Json } from './json.ts'
import { valuesIn } from './values-in.ts'

const inside = (value: Json): Json[] => {
  if (typeof value !== 'object' || value === null) return [value]
  return [value, ...(Object.values(value) as Json[]).flatMap(inside)]
}

it('gives every value once, as often as it stands there', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const sorted = (values: Iterable<Json>) => Array.from(values, (one) => JSON.stringify(one)).sort()
      expect(sorted(valuesIn(value as Json))).toEqual(sorted(inside(value as Json)))
    }),
  )
})

it('takes a table of a million cells and a thousand layers', () => {
  let deep: Json = 'end'
  for (let layer = 0; layer < 1000; layer++) deep = [deep]
  const wide = Array.from({ length: 1_000_000 }, (_, at) => at)
  expect(Array.from(valuesIn({ deep, wide }))).toHaveLength(1_001_003)
})
