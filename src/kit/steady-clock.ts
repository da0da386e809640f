/** A clock that is never set back: what expires by it stays expired. */
import type { Clock } from './clock.ts'

/** Goes with `clock`; when that is set back, it goes on from where it was. */
export function makeSteadyClock(clock: Clock): Clock {
  let ahead = 0
  let last = -Infinity
  return {
    now: () => {
      const now = clock.now()
      ahead = Math.max(ahead, last - now)
      last = now + ahead
      return last
    },
  }
}
