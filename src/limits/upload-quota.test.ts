import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Owner } from '../ownership/owner.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { makeUploadQuota } from './upload-quota.ts'

const alice = 'user:a' as Owner
const bob = 'user:b' as Owner
const day = 86_400_000

function make(perDay: number) {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  return { quota: makeUploadQuota({ paces: makeMemoryStore().paces, clock }, perDay), clock }
}

describe('what may be uploaded on one day', () => {
  it('is each principal’s own, down to the byte', async () => {
    const { quota } = make(1000)
    expect(await quota.take(alice, 600)).toBe(true)
    expect(await quota.take(alice, 401)).toBe(false)
    expect(await quota.take(alice, 400)).toBe(true)
    expect(await quota.take(alice, 1)).toBe(false)
    expect(await quota.take(alice, 0)).toBe(true)
    expect(await quota.take(bob, 1000)).toBe(true)
    expect(await quota.take(bob, 1001)).toBe(false)
  })

  it('comes back evenly over a day', async () => {
    const { quota, clock } = make(1000)
    expect(await quota.take(alice, 1000)).toBe(true)
    clock.time += day / 2
    expect(await quota.take(alice, 501)).toBe(false)
    expect(await quota.take(alice, 500)).toBe(true)
    clock.time += 10 * day
    expect(await quota.take(alice, 1001)).toBe(false)
    expect(await quota.take(alice, 1000)).toBe(true)
  })

  it(
    'is never passed by more than what came back meanwhile, in whatever portions it is used',
    { timeout: 60_000 },
    async () => {
      const portion = fc.record({
        bytes: fc.integer({ min: 1, max: 700 }),
        wait: fc.integer({ min: 0, max: day / 10 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(portion, { maxLength: 40 }), async (portions) => {
          const { quota, clock } = make(1000)
          const start = clock.time
          let used = 0
          for (const { bytes, wait } of portions) {
            clock.time += wait
            if (await quota.take(alice, bytes)) used += bytes
          }
          expect(used).toBeLessThanOrEqual(1000 + (1000 * (clock.time - start)) / day + 1e-6)
        }),
      )
    },
  )
})
