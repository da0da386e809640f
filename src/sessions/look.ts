/** From the Cookie header to the session: what the step `authenticate` asks on every request. */
import type { FoundSession } from '../store/rows.ts'
import { readCookie } from './cookie.ts'
import type { SessionFacts, Sessions } from './sessions.ts'

export type SessionLooked =
  | { readonly kind: 'none' }
  /** Two session cookies: no telling which of them the browser means. */
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'active'; readonly session: FoundSession }
  | { readonly kind: 'lapsed'; readonly why: 'expired' | 'ended' }

export async function lookAtCookies(
  sessions: Pick<Sessions, 'find'>,
  header: string | undefined,
  /** `cookieNames(instance, site).session` */
  name: string,
  now: number,
  from?: SessionFacts,
): Promise<SessionLooked> {
  const cookie = readCookie(header, name)
  if (cookie.kind !== 'one') return cookie
  const found = await sessions.find(cookie.value, now, from)
  switch (found.state) {
    case 'active':
      return { kind: 'active', session: found.session }
    case 'expired':
      return { kind: 'lapsed', why: 'expired' }
    case 'ended':
      // A limit that somebody has written down is still a limit to the person at the screen.
      return { kind: 'lapsed', why: found.why === 'idle' || found.why === 'absolute' ? 'expired' : 'ended' }
    case 'unknown':
      return { kind: 'none' }
  }
}
