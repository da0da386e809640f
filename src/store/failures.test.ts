/** The waiting rule alone; what engines add (one step, several processes) is in failures.contract.ts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideFailure } from './failures.ts'
import type { FailureRule } from './rows.ts'

const now = 1_900_000_000_000
const day = 86_400_000
const rule: FailureRule = { free: 3, firstWaitMs: 1_000, mostWaitMs: 10_000, most: 9 }

describe('decideFailure', () => {
  test('attempts are free at first, then wait twice as long each time, then wait the longest time, then end', () => {
    const waits = []
    let row: { count: number; lastAt: number } | undefined
    let at = now
    for (;;) {
      const { answer, counted } = decideFailure(row, rule, at)
      if (answer.allowed) {
        row = counted
        continue
      }
      if (answer.retryAt === undefined) break
      waits.push([answer.count, answer.retryAt - at])
      at = answer.retryAt
    }
    expect(waits).toEqual([
      [3, 1_000],
      [4, 2_000],
      [5, 4_000],
      [6, 8_000],
      [7, 10_000],
      [8, 10_000],
    ])
    expect(row).toEqual({ count: rule.most, lastAt: at })
  })

  test('the attempt is allowed at the very millisecond that was named, and a refused one stores nothing', () => {
    const row = { count: 3, lastAt: now }
    expect(decideFailure(row, rule, now + 999)).toEqual({
      answer: { allowed: false, count: 3, retryAt: now + 1_000 },
    })
    expect(decideFailure(row, rule, now + 1_000)).toEqual({
      answer: { allowed: true, count: 4 },
      counted: { count: 4, lastAt: now + 1_000 },
    })
  })

  test('a time from a clock that ran a year ahead costs one wait, not a year, and no attempt is given away', () => {
    const ahead = { count: 4, lastAt: now + 365 * day }
    const { answer, counted } = decideFailure(ahead, rule, now)
    expect(answer).toEqual({ allowed: false, count: 4, retryAt: now + 2_000 })
    expect(counted).toEqual({ count: 4, lastAt: now })
    expect(decideFailure(counted, rule, now + 1_000).answer).toEqual(answer)
    expect(decideFailure(counted, rule, now + 2_000).answer.allowed).toBe(true)
  })

  test('a caller whose clock reading is seconds old changes nothing, and takes no time from the wait', () => {
    expect(decideFailure({ count: 4, lastAt: now }, rule, now - 5_000)).toEqual({
      answer: { allowed: false, count: 4, retryAt: now + 2_000 },
    })
    expect(decideFailure({ count: 2, lastAt: now }, rule, now - 5_000).counted).toEqual({
      count: 3,
      lastAt: now,
    })
  })

  test('a clock set back in the free attempts neither stops them nor hands more of them out', () => {
    for (const back of [5_000, 365 * day]) {
      const first = decideFailure({ count: 1, lastAt: now }, rule, now - back)
      expect(first.answer).toEqual({ allowed: true, count: 2 })
      expect(decideFailure(first.counted, rule, now - back).answer).toEqual({ allowed: true, count: 3 })
    }
  })

  test.each([
    ['no free attempt', { free: 0 }],
    ['half a free attempt', { free: 1.5 }],
    ['free attempts that are not a number', { free: NaN }],
    ['no wait', { firstWaitMs: 0 }],
    ['a wait that is not a number', { firstWaitMs: NaN }],
    ['an endless wait', { mostWaitMs: Infinity }],
    ['a longest wait that is shorter than the first', { mostWaitMs: 999 }],
    ['no attempt at all', { most: 0 }],
    ['no cap', { most: Infinity }],
  ])('%s is a wrong call, not a free pass', (_name, change) => {
    expect(() => decideFailure(undefined, { ...rule, ...change }, now)).toThrow(TypeError)
  })
})

const anyTime = fc.integer({ min: 0, max: 4_000_000_000_000 })
const anyCount = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 52 }))
const anyRow = fc.record({ count: anyCount, lastAt: anyTime })
const anyRule = fc
  .record({
    free: fc.oneof(fc.integer({ min: 1, max: 20 }), anyCount),
    firstWaitMs: fc.integer({ min: 1, max: day }),
    longer: fc.integer({ min: 0, max: 30 * day }),
    most: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 53 - 1 })),
  })
  .map(({ longer, ...rest }): FailureRule => ({ ...rest, mostWaitMs: rest.firstWaitMs + longer }))

/** The wait by doubling in a loop, which can't overflow. */
function expectedWait(count: number, { free, firstWaitMs, mostWaitMs }: FailureRule): number {
  if (count < free) return 0
  let wait = firstWaitMs
  for (let left = count - free; left > 0 && wait < mostWaitMs; left--) wait *= 2
  return Math.min(wait, mostWaitMs)
}

describe('whatever the rule and the count', () => {
  test('no attempt comes before its wait is over, and every one comes when it is', () => {
    fc.assert(
      fc.property(anyRow, anyRule, fc.nat(40 * day), (row, rule, later) => {
        const wait = expectedWait(row.count, rule)
        const { answer } = decideFailure(row, rule, row.lastAt + later)
        expect(answer.allowed).toBe(row.count < rule.most && later >= wait)
        if (!answer.allowed)
          expect(answer.retryAt).toBe(row.count < rule.most ? row.lastAt + wait : undefined)
      }),
    )
  })

  test('the count rises by one with each allowed attempt, stays at a refusal, and never passes the cap', () => {
    fc.assert(
      fc.property(fc.option(anyRow, { nil: undefined }), anyRule, anyTime, (row, rule, at) => {
        const before = row?.count ?? 0
        const { answer, counted } = decideFailure(row, rule, at)
        expect(answer.count).toBe(before + (answer.allowed ? 1 : 0))
        if (answer.allowed) expect(answer.count).toBeLessThanOrEqual(rule.most)
        expect(counted?.count ?? before).toBe(answer.count)
      }),
    )
  })

  test('at the cap no time helps', () => {
    fc.assert(
      fc.property(anyRow, anyRule, anyTime, (row, rule, at) => {
        const most = Math.min(rule.most, row.count)
        expect(decideFailure(row, { ...rule, most }, at)).toEqual({
          answer: { allowed: false, count: row.count },
        })
      }),
    )
  })

  test('more failures never make the wait shorter', () => {
    fc.assert(
      fc.property(anyRow, anyRule, fc.nat(2_000), (row, rule, more) => {
        const endless = { ...rule, most: Number.MAX_SAFE_INTEGER }
        const until = (count: number) => {
          const { answer } = decideFailure({ count, lastAt: row.lastAt }, endless, row.lastAt)
          return answer.allowed ? row.lastAt : (answer.retryAt ?? NaN)
        }
        expect(until(row.count + more)).toBeGreaterThanOrEqual(until(row.count))
      }),
    )
  })

  test('whatever a clock has done, nobody waits longer than the longest wait and a minute, counted once', () => {
    fc.assert(
      fc.property(anyRow, anyRule, anyTime, fc.nat(30 * day), (row, rule, at, later) => {
        const first = decideFailure(row, rule, at)
        if (first.answer.allowed || first.answer.retryAt === undefined) return
        const { retryAt } = first.answer
        expect(retryAt - at).toBeLessThanOrEqual(rule.mostWaitMs + 60_000)
        const again = decideFailure(first.counted ?? row, rule, at + later)
        expect(again.answer.allowed).toBe(at + later >= retryAt)
        if (!again.answer.allowed) expect(again.answer.retryAt).toBe(retryAt)
      }),
    )
  })
})
