/** Asks the gate whether the session is open. */
import { paths, type SessionState } from 'sekisho/contract'
import type { Seen } from './bar/session-watch.ts'
import { forgetKeys } from './proof/key-store.ts'

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity
}

export function parseSessionState(value: unknown): SessionState | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, principal, username, idleEndsIn, endsIn } = value as Partial<
    Record<keyof SessionState, unknown>
  >
  if (typeof id !== 'string' || !isSeconds(idleEndsIn) || !isSeconds(endsIn)) return undefined
  if (principal === 'guest') return { id, principal, idleEndsIn, endsIn }
  if (principal !== 'user' || typeof username !== 'string') return undefined
  return { id, principal, username, idleEndsIn, endsIn }
}

export async function askSession(): Promise<Seen> {
  try {
    const answer = await fetch(paths.session, { cache: 'no-store' })
    if (answer.status === 401) return { kind: 'ended' }
    const state = answer.ok ? parseSessionState(await answer.json()) : undefined
    return state === undefined ? { kind: 'unknown' } : { kind: 'open', state }
  } catch {
    return { kind: 'unknown' }
  }
}

/** True when the session is over: ended now, or before. */
export async function endSession(): Promise<boolean> {
  try {
    const answer = await fetch(paths.logout, { method: 'POST', cache: 'no-store' })
    if (!answer.ok && answer.status !== 401) return false
  } catch {
    return false
  }
  // Worth nothing any more, wherever it is.
  await forgetKeys().catch(() => undefined)
  return true
}
