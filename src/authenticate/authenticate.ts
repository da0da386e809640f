/** Classified → Authenticated: who is asking? A credential that is none of ours counts as none. */
import { refuse, type Refusal } from '../refusals.ts'
import type { Authenticated, Classified, Principal } from '../request.ts'
import type { Site } from '../sessions/cookie.ts'
import type { SessionLooked } from '../sessions/look.ts'
import type { SessionRow } from '../store/rows.ts'

export interface AuthenticateParts {
  readonly sessions: {
    /** Reads the Cookie field; the session's own lifetime is judged here, on every request. */
    readonly look: (cookie: string | undefined, site: Site) => Promise<SessionLooked>
    /** A person did something in this session. */
    readonly mark: (session: SessionRow) => void
  }
}

export async function authenticate(
  request: Classified,
  parts: AuthenticateParts,
): Promise<Authenticated | Refusal> {
  const looked = await parts.sessions.look(request.headers['cookie'], request.site)
  if (looked.kind === 'ambiguous') return refuse('credential-ambiguous')
  if (looked.kind === 'active' && request.entry.activity) parts.sessions.mark(looked.session)
  return { ...request, principal: principalOf(looked) }
}

function principalOf(looked: Exclude<SessionLooked, { kind: 'ambiguous' }>): Principal {
  switch (looked.kind) {
    case 'active':
      return principalIn(looked.session)
    case 'lapsed':
      return { kind: 'nobody', lapsed: looked.why }
    case 'none':
      return { kind: 'nobody' }
  }
}

function principalIn(session: SessionRow): Principal {
  const { username } = session
  return username === undefined ? { kind: 'guest', session } : { kind: 'user', username, session }
}
