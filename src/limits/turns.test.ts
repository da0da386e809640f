import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { Turns } from './turns.ts'

const pace = { burst: 3, intervalMs: 1000 }
const patienceMs = 2000

describe('turns', () => {
  it('come at once up to the burst, then one after the other, and none that would be waited for too long', () => {
    const turns = new Turns(pace, patienceMs)
    const waits = Array.from({ length: 7 }, () => turns.take('a', 0))
    expect(waits).toEqual([0, 0, 0, 1000, 2000, undefined, undefined])
  })

  it('are the asker’s own', () => {
    const turns = new Turns(pace, patienceMs)
    for (let at = 0; at < 20; at++) turns.take('a', 0)
    expect([turns.take('a', 0), turns.take('b', 0)]).toEqual([undefined, 0])
  })

  it('that nobody got cost nothing: they come back as if nobody had asked', () => {
    const turns = new Turns(pace, patienceMs)
    for (let at = 0; at < 1000; at++) turns.take('a', 0)
    expect([turns.take('a', 1000), turns.take('a', 6000)]).toEqual([2000, 0])
  })

  it('come back when a clock was set back by a year', () => {
    const turns = new Turns(pace, patienceMs)
    turns.take('a', 365 * 86_400_000)
    expect([turns.take('a', 0), turns.take('a', patienceMs)]).toEqual([undefined, 1000])
  })
})

test('no more begin in any time than the burst and one for each interval of it, and nobody waits longer than anybody would', () => {
  fc.assert(
    fc.property(
      fc.record({ burst: fc.integer({ min: 1, max: 20 }), intervalMs: fc.integer({ min: 1, max: 5000 }) }),
      fc.integer({ min: 0, max: 10_000 }),
      fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }),
      (rule, patience, gaps) => {
        const turns = new Turns(rule, patience)
        const begun: number[] = []
        let now = 0
        for (const gap of gaps) {
          now += gap
          const wait = turns.take('a', now)
          if (wait === undefined) continue
          expect(wait).toBeLessThanOrEqual(patience + 1e-6)
          begun.push(now + wait)
        }
        for (const [at, first] of begun.entries())
          for (const [more, last] of begun.slice(at).entries())
            expect(more + 1).toBeLessThanOrEqual(rule.burst + (last - first) / rule.intervalMs + 1e-6)
      },
    ),
  )
})
