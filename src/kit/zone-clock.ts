/** The clock on the wall of a time zone. */

export interface ZoneClock {
  readonly hour: number
  /** Of the day. */
  readonly minute: number
  /** ISO 8601: 1 is Monday. */
  readonly weekday: number
}

const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const minute = 60_000

const formats = new Map<string, Intl.DateTimeFormat>()
const clocks = new Map<string, { readonly at: number; readonly clock: ZoneClock }>()

/** An IANA name that this machine knows; offsets such as `+09:00` would not follow the summer. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][\w+/-]{1,63}$/.test(zone)) return false
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** `zone` was checked. Zones change by whole minutes, so the answer of this minute stands for all of it. */
export function clockIn(zone: string, now: number): ZoneClock {
  const at = Math.floor(now / minute)
  const known = clocks.get(zone)
  if (known?.at === at) return known.clock
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at * minute)
      .map(({ type, value }) => [type, value]),
  )
  const hour = Number(parts.get('hour'))
  const clock = {
    hour,
    minute: hour * 60 + Number(parts.get('minute')),
    weekday: names.indexOf(parts.get('weekday') ?? '') + 1,
  }
  clocks.set(zone, { at, clock })
  return clock
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
    hourCycle: 'h23',
  })
  formats.set(timeZone, made)
  return made
}
