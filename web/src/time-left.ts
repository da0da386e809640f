/** How long a session or an invitation is still good, in words. */

export interface TimeLeftWords {
  readonly hours: string
  readonly minutes: string
  readonly soon: string
}

/** `23 h 5 min`, `5 min`, `less than a minute`. */
export function formatTimeLeft(seconds: number, say: TimeLeftWords): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1) return say.soon
  const parts = []
  if (minutes >= 60) parts.push(say.hours.replace('{n}', String(Math.floor(minutes / 60))))
  if (minutes % 60 > 0) parts.push(say.minutes.replace('{n}', String(minutes % 60)))
  return parts.join(' ')
}
