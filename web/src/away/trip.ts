/** What this tab has to remember while it is at the login host: which key it made for the way, and where it wanted to go. */

const name = 'sekisho-trip'

export interface Trip {
  readonly keyid: string
  /** Path, query and fragment, as they came. */
  readonly returnTo: string
  readonly hash: string
}

export function rememberTrip(trip: Trip): void {
  sessionStorage.setItem(name, JSON.stringify(trip))
}

/** Once. */
export function takeTrip(): Trip | undefined {
  const text = sessionStorage.getItem(name)
  sessionStorage.removeItem(name)
  try {
    return parse(JSON.parse(text ?? 'null'))
  } catch {
    return undefined
  }
}

function parse(value: unknown): Trip | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { keyid, returnTo, hash } = value as Readonly<Record<string, unknown>>
  const isTrip = typeof keyid === 'string' && typeof returnTo === 'string' && typeof hash === 'string'
  return isTrip ? { keyid, returnTo, hash } : undefined
}
