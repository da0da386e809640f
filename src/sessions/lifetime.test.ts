/** Idle and absolute limits. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { absoluteEnd, lapsed } from './lifetime.ts'

const lifetime = { idleMs: 60, absoluteMs: 1000 }

describe('a session', () => {
  it('is good until the instant of its limits', () => {
    const times = { createdAt: 0, lastActiveAt: 100, endsAt: 1000 }
    expect(lapsed(times, lifetime, 159)).toBeUndefined()
    expect(lapsed(times, lifetime, 160)).toBe('idle')
    expect(lapsed({ ...times, lastActiveAt: 999 }, lifetime, 999)).toBeUndefined()
    expect(lapsed({ ...times, lastActiveAt: 999 }, lifetime, 1000)).toBe('absolute')
  })

  it('feels a limit made shorter since the login, and not one made longer', () => {
    const times = { createdAt: 0, endsAt: 1000 }
    expect(absoluteEnd(times, { idleMs: 1, absoluteMs: 500 })).toBe(500)
    expect(absoluteEnd(times, { idleMs: 1, absoluteMs: 9000 })).toBe(1000)
  })

  it('never outlives either limit, whatever its times', () => {
    const time = fc.integer({ min: 0, max: 5000 })
    fc.assert(
      fc.property(time, time, time, time, (createdAt, lastActiveAt, endsAt, now) => {
        if (lapsed({ createdAt, lastActiveAt, endsAt }, lifetime, now) !== undefined) return
        expect(now).toBeLessThan(Math.min(createdAt + 1000, endsAt, lastActiveAt + 60))
      }),
    )
  })
})
