/** How long to wait before trying again, and how to say it. */

const defaultSeconds = 5
const mostSeconds = 3600

/** `Retry-After` (RFC 9110 section 10.2.3): seconds or a date; always between a second and an hour. */
export function parseRetryAfter(header: string | null, now: number): number {
  const text = header?.trim() ?? ''
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000)
  if (Number.isNaN(seconds)) return defaultSeconds
  return Math.min(Math.max(seconds, 1), mostSeconds)
}

/** `27 s`, or `2:05` from a minute on. */
export function formatWait(seconds: number, secondsWord: string): string {
  if (seconds < 60) return secondsWord.replace('{n}', String(seconds))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
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
