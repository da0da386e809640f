/** Sessions whose token changes now and then: what a request with one is answered, and both tokens in hand. */
import { expect } from 'vitest'
import type { SessionRow } from '../store/rows.ts'
import { renewMs } from './lifetime.ts'
import { facts, finished, useSessions, type SessionsAtHand } from './sample.contract.ts'
import type { SessionFacts, Sessions } from './sessions.ts'
import { parseToken } from './token.ts'

interface Issued {
  readonly token: string
  readonly session: SessionRow
}

export interface Renewal {
  readonly rig: SessionsAtHand
  signIn(): Promise<Issued>
  /** What a request with this token is answered with: another token, none, or that its session isn't good. */
  ask(token: string, sessions?: Sessions, from?: SessionFacts): Promise<string | undefined>
  /** Signed in, and both tokens in hand: the second was offered and not used yet. */
  offered(): Promise<Issued & { readonly next: string }>
}

export function useRenewal(): Renewal {
  const rig = useSessions()
  const signIn = () => rig.sessions.issue(finished, facts)
  const ask: Renewal['ask'] = async (token, sessions = rig.sessions, from = facts) => {
    const found = await sessions.find(token, rig.now, from)
    if (found.state !== 'active') return found.state
    sessions.markUsed(found.session.id, from, rig.now)
    sessions.markActive(found.session.id, rig.now)
    return sessions.renew(found.session, token, rig.now)
  }
  const offered = async () => {
    const { token, session } = await signIn()
    rig.now += renewMs
    const next = (await ask(token)) ?? 'none'
    expect(parseToken(next)).toBe(next)
    return { token, next, session }
  }
  return { rig, signIn, ask, offered }
}
