/** Upkeep runs its tasks again and again, one pass at a time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startUpkeep } from './upkeep.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('upkeep', () => {
  it('goes on after a fault, and does not hold up the other tasks', async () => {
    const faults: unknown[] = []
    let ran = 0
    const fail = () => Promise.reject(new TypeError('broken'))
    const count = () => {
      ran += 1
      return Promise.resolve()
    }
    const upkeep = startUpkeep([fail, count], (fault) => faults.push(fault))
    await vi.advanceTimersByTimeAsync(1_500)
    expect({ ran, faults: faults.length }).toEqual({ ran: 3, faults: 3 })
    await upkeep.stop()
    await vi.advanceTimersByTimeAsync(1_500)
    expect(ran).toBe(3)
  })

  it('never runs two passes at once, and stops after the one under way', async () => {
    let begun = 0
    let stopped = false
    const work = Promise.withResolvers<undefined>()
    const slow = () => {
      begun += 1
      return work.promise
    }
    const upkeep = startUpkeep([slow], () => undefined)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(begun).toBe(1)
    const stop = upkeep.stop().then(() => {
      stopped = true
    })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(stopped).toBe(false)
    work.resolve(undefined)
    await stop
    expect(begun).toBe(1)
  })
})
