/** The pace decision alone; what engines add (one step, several processes) is in store.contract.ts. */
import { describe, expect, test } from 'vitest'
import { decidePace } from './gcra.ts'

const now = 1_900_000_000_000
const rule = { key: 'address', intervalMs: 1_000, burst: 3 }
const decide = (stored: number | undefined, at = now) => decidePace([rule], () => stored, at)

describe('decidePace', () => {
  test('a new bucket starts full and stores when it will be full again', () => {
    expect(decide(undefined)).toEqual({
      answer: { allowed: true },
      arrivals: new Map([['address', now + 1_000]]),
    })
  })

  test('an empty bucket says when the next attempt is earned, and stores nothing', () => {
    expect(decide(now + 3_000)).toEqual({
      answer: { allowed: false, retryAt: now + 1_000 },
      arrivals: new Map(),
    })
  })

  test('the attempt is allowed at the very millisecond that was named', () => {
    expect(decide(now + 3_000, now + 999).answer.allowed).toBe(false)
    expect(decide(now + 3_000, now + 1_000).answer.allowed).toBe(true)
  })

  test('of several empty buckets the slowest says when to come back', () => {
    const slow = { key: 'everyone', intervalMs: 60_000, burst: 1 }
    const { answer } = decidePace([slow, rule], (key) => now + (key === 'everyone' ? 60_000 : 3_000), now)
    expect(answer).toEqual({ allowed: false, retryAt: now + 60_000 })
  })

  test('a bucket named twice pays twice', () => {
    expect(decidePace([rule, rule], () => now + 1_000, now).answer.allowed).toBe(true)
    expect(decidePace([rule, rule], () => now + 2_000, now).answer.allowed).toBe(false)
  })

  test('a time from a clock that ran a year ahead costs one empty bucket, not a year', () => {
    const { answer, arrivals } = decide(now + 365 * 86_400_000)
    expect(answer).toEqual({ allowed: false, retryAt: now + 1_000 })
    expect(arrivals).toEqual(new Map([['address', now + 3_000]]))
  })

  test('a caller whose clock reading is seconds old changes nothing in an empty bucket', () => {
    expect(decide(now + 3_000, now - 5_000)).toEqual({
      answer: { allowed: false, retryAt: now + 1_000 },
      arrivals: new Map(),
    })
  })

  test.each([
    ['no rule at all', []],
    ['no burst', [{ ...rule, burst: 0 }]],
    ['no interval', [{ ...rule, intervalMs: 0 }]],
    ['an interval that is not a number', [{ ...rule, intervalMs: NaN }]],
    ['an endless burst', [{ ...rule, burst: Infinity }]],
  ])('%s is a wrong call, not a free pass', (_name, rules) => {
    expect(() => decidePace(rules, () => undefined, now)).toThrow(TypeError)
  })
})
