import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Recent } from './recent.ts'

it('answers what was set last, or nothing', () => {
  const step = fc.record({
    do: fc.constantFrom('get', 'set', 'clear'),
    key: fc.constantFrom(...'abcdef'),
    value: fc.integer(),
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step, { maxLength: 60 }), (most, steps) => {
      const recent = new Recent<number>(most)
      const all = new Map<string, number>()
      for (const { do: what, key, value } of steps) {
        if (what === 'get') expect([undefined, all.get(key)]).toContain(recent.get(key))
        else if (what === 'clear') {
          recent.clear()
          all.clear()
        } else {
          recent.set(key, value)
          all.set(key, value)
        }
      }
      const kept = [...'abcdef'].filter((key) => recent.get(key) !== undefined)
      expect(kept.length).toBeLessThanOrEqual(Math.max(2, most))
    }),
  )
})

it.each([1, 2, 3, 8, 100])('never holds more than %d, but for two at least', (most) => {
  for (const length of [500, 501]) {
    const recent = new Recent<number>(most)
    const keys = Array.from({ length }, (_, i) => `key ${i}`)
    for (const key of keys) recent.set(key, 1)
    const kept = keys.filter((key) => recent.get(key) !== undefined)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.length).toBeLessThanOrEqual(Math.max(2, most))
  }
})

it('has room for the same whatever was asked for in vain', () => {
  const recent = new Recent<number>(10)
  recent.set('known', 1)
  for (let i = 0; i < 100; i++) expect(recent.get(`unknown ${i}`)).toBeUndefined()
  expect(recent.get('known')).toBe(1)
})

it('keeps what is used, and forgets what is not', () => {
  const recent = new Recent<number>(10)
  recent.set('used', 1)
  recent.set('idle', 1)
  for (let i = 0; i < 100; i++) {
    recent.set(`other ${i}`, i)
    expect(recent.get('used')).toBe(1)
  }
  expect(recent.get('idle')).toBeUndefined()
})
