/** What the handlers read from a request. */
import type { LoginAsker } from '../login/asker.ts'
import type { UserSession } from '../login/password-change.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Principal, Validated } from '../request.ts'
import { isPlain } from '../sessions/cookie.ts'
import type { SessionFacts } from '../sessions/sessions.ts'
import type { SessionRow } from '../store/rows.ts'

export function bodyOf(request: Validated): unknown {
  return request.content.kind === 'json' ? request.content.value : undefined
}

export function askerOf(request: Validated): LoginAsker {
  return { ...factsOf(request), cookies: request.headers['cookie'], at: request.site }
}

/** Where it comes from, for the log. */
export function factsOf({ client, headers }: Validated): SessionFacts {
  return { address: client, userAgent: headers['user-agent'] ?? '' }
}

/** A program has none. */
export function sessionOf(principal: Principal): SessionRow | undefined {
  return 'session' in principal ? principal.session : undefined
}

/** Of somebody with an account: a guest has no password of their own. */
export function userSessionOf(principal: Principal): UserSession | undefined {
  if (principal.kind !== 'user' || principal.session.account === 'shared') return undefined
  const { username, session } = principal
  return { ...session, account: principal.session.account, username }
}

/**
 * A password is set over an authenticated, protected channel only (NIST SP 800-63B-4 section 3.1.1.2): whoever can change
 * the page could otherwise read it, or put in a record of their own.
 */
export function refuseInsecure({ site }: Validated): Refusal | undefined {
  return isPlain(site) ? refuse('registration-insecure', { scheme: site.scheme }) : undefined
}
