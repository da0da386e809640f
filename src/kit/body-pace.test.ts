/** The slowest body that is borne: how long all of it takes. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { BodyPace, longestMs } from './body-pace.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const window = 15_000
const least = 16 * 1024

it.each([0, 1, least - 1, least, least + 1, 10_000_000])(
  'a body of %d bytes that comes as slowly as it may is here in time, or cut',
  (bytes) => {
    const began = Date.now()
    const tooSlow = vi.fn()
    const pace = new BodyPace(tooSlow)
    for (let left = bytes; left >= least; left -= least) {
      pace.count(least)
      vi.advanceTimersByTime(window)
      expect(tooSlow).not.toHaveBeenCalled()
    }
    pace.count(bytes % least)
    vi.advanceTimersByTime(window)
    expect(tooSlow).toHaveBeenCalledTimes(1)
    expect(Date.now() - began).toBe(longestMs(bytes))
    pace.stop()
  },
)
