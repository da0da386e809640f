/** How long a session lasts: NIST SP 800-63B-4 section 2.2.3 (idle and overall) as pure functions. */
import type { SessionRow } from '../store/rows.ts'

export interface Lifetime {
  /** Without anything a person did. */
  readonly idleMs: number
  /** From the login, whatever happens. */
  readonly absoluteMs: number
}

type Times = Pick<SessionRow, 'createdAt' | 'lastActiveAt' | 'endsAt'>

/** The absolute end. Limits made shorter since the login count at once, longer ones from the next login on. */
export function absoluteEnd(times: Pick<Times, 'createdAt' | 'endsAt'>, lifetime: Lifetime): number {
  return Math.min(times.endsAt, times.createdAt + lifetime.absoluteMs)
}

export function idleEnd(times: Pick<Times, 'lastActiveAt'>, lifetime: Lifetime): number {
  return times.lastActiveAt + lifetime.idleMs
}

/** Why the session is over at `now`, if it is. */
export function lapsed(times: Times, lifetime: Lifetime, now: number): 'absolute' | 'idle' | undefined {
  if (now >= absoluteEnd(times, lifetime)) return 'absolute'
  if (now >= idleEnd(times, lifetime)) return 'idle'
  return undefined
}

/**
 * In use for so long, a token is replaced (OWASP Session Management, Renewal Timeout): a copy of it is then worth nothing, or shows
 * that there are two.
 */
export const renewMs = 15 * 60_000
/** A token that was replaced stays good for so long: requests with it are on their way. */
export const graceMs = 60_000

/** Whether it is time for another token; one that was offered is offered again until it arrives. */
export function renewalDue(times: Pick<SessionRow, 'renewAt' | 'nextToken'>, now: number): boolean {
  return now >= times.renewAt || times.nextToken !== undefined
}
