/** How long to wait before trying again, and how to say it. */

const defaultSeconds = 5
const mostSeconds = 3600

/** Browsers read much as a date; here it is an IMF-fixdate (RFC 9110 section 5.6.7) or nothing. */
function secondsUntil(date: string, now: number): number {
  return /^[A-Z][a-z]{2}, .* GMT$/.test(date) ? Math.ceil((Date.parse(date) - now) / 1000) : NaN
}

/** `Retry-After` (RFC 9110 section 10.2.3): seconds or a date; always between a second and an hour. */
export function parseRetryAfter(header: string | null, now: number): number {
  const text = header?.trim() ?? ''
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, now)
  if (Number.isNaN(seconds)) return defaultSeconds
  return Math.min(Math.max(seconds, 1), mostSeconds)
}

interface UnitWords {
  readonly seconds: string
  readonly minutes: string
}

/** `27 s`, `2 min 5 s`, `3 min`. */
export function formatWait(seconds: number, say: UnitWords): string {
  const parts = []
  if (seconds >= 60) parts.push(say.minutes.replace('{n}', String(Math.floor(seconds / 60))))
  if (seconds < 60 || seconds % 60 > 0) parts.push(say.seconds.replace('{n}', String(seconds % 60)))
  return parts.join(' ')
}

/** Calls `onSecond` with what is left, now and every second, and `onEnd` once. Counts by the clock, so a sleeping tab isn't late. */
export function countDown(seconds: number, onSecond: (left: number) => void, onEnd: () => void): void {
  const end = Date.now() + seconds * 1000
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000)
    if (left > 0) return onSecond(left)
    clearInterval(timer)
    onEnd()
  }
  const timer = setInterval(tick, 1000)
  tick()
}
