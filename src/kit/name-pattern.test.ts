/** What a pattern of names means, against the slowest way of saying it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileNamePattern } from './name-pattern.ts'

/** By the definition: a star is any number of characters, everything else itself. */
function means(pattern: string, name: string): boolean {
  if (pattern === '') return name === ''
  const [first = '', rest] = [pattern[0], pattern.slice(1)]
  if (first !== '*') return name.startsWith(first) && means(rest, name.slice(1))
  return Array.from({ length: name.length + 1 }, (_, at) => at).some((at) => means(rest, name.slice(at)))
}

describe('a pattern of names', () => {
  it('means a whole name, with a star for any text and no other sign', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '\\', '[', '^', '$', '\n', '-', '/') })
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        expect(compileNamePattern(pattern)(name)).toBe(means(pattern, name))
      }),
      { numRuns: 2000 },
    )
  })
})
