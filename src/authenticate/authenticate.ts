/** Classified → Authenticated: who is asking? A credential that is none of ours counts as none. */
import { refuse, type Refusal } from '../refusals.ts'
import type { Authenticated, Classified, Principal } from '../request.ts'
import type { Site } from '../sessions/cookie.ts'
import type { SessionLooked } from '../sessions/look.ts'
import type { SessionFacts } from '../sessions/sessions.ts'
import { noEndowment } from '../store/rows.ts'
import type { ApiTokenId, FoundSession } from '../store/rows.ts'
import { findApiToken, holdsApiToken, type ApiToken } from '../tokens/token.ts'
import type { TokenFound } from '../tokens/tokens.ts'
import { readBearer } from './bearer.ts'

export interface AuthenticateParts {
  readonly sessions: {
    /** Reads the Cookie field; the session's own lifetime is judged here, on every request. */
    readonly look: (cookie: string | undefined, site: Site, from: SessionFacts) => Promise<SessionLooked>
  }
  readonly tokens: {
    /** Judges an API token. */
    readonly look: (text: string) => Promise<TokenFound>
    /** Which token that is, good or not. */
    readonly identify: (token: ApiToken) => Promise<ApiTokenId | undefined>
  }
}

export async function authenticate(
  request: Classified,
  parts: AuthenticateParts,
): Promise<Authenticated | Refusal> {
  const places = wrongPlaces(request)
  if (places.some(holdsApiToken)) return refuse('credential-misplaced', await identify(places, parts))
  const from = { address: request.client, userAgent: request.headers['user-agent'] ?? '' }
  const looked = await parts.sessions.look(request.headers['cookie'], request.site, from)
  const bearer = readBearer(request.headers['authorization'])
  // Two credentials may name two principals; no rule of ours decides between them.
  if (looked.kind === 'ambiguous' || (looked.kind !== 'none' && bearer.kind !== 'none')) {
    return refuse('credential-ambiguous')
  }
  if (bearer.kind === 'malformed') return { ...request, principal: lapsedToken({ why: 'malformed' }) }
  if (bearer.kind === 'token') {
    return { ...request, principal: principalOfToken(await parts.tokens.look(bearer.text)) }
  }
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

export function principalIn(session: FoundSession): Principal {
  // Without one the user is gone, and the session is about to be ended.
  const { username, endowment: { roles, attributes } = noEndowment } = session
  return username === undefined
    ? { kind: 'guest', session }
    : { kind: 'user', username, session, roles, attributes }
}

/**
 * Addresses end up in logs, histories and referrers, and cookies are the app's too: whoever puts a token there must learn it
 * at once (RFC 6750 sections 2.3 and 5.3; OWASP ASVS 5.0 14.2.1).
 */
function wrongPlaces({ path, query, headers }: Classified): readonly string[] {
  return [path, query, headers['cookie'] ?? '']
}

/** The operator has to know which one to revoke. */
async function identify(places: readonly string[], { tokens }: AuthenticateParts) {
  const token = places.map(findApiToken).find((found) => found !== undefined)
  const id = token && (await tokens.identify(token))
  return id === undefined ? {} : { id }
}

/** No pace on wrong ones: nobody guesses 190 bits, and a look costs a hash and one read. */
export function principalOfToken(found: TokenFound): Principal {
  if (found.state === 'over') {
    const { why, id } = found
    return lapsedToken(id === undefined ? { why } : { why, id })
  }
  const { token, username, endowment } = found
  const { roles, attributes } = endowment
  return username === undefined
    ? { kind: 'token', token, roles, attributes }
    : { kind: 'token', token, username, roles, attributes }
}

function lapsedToken(because: Readonly<Record<string, string>>): Principal {
  return { kind: 'nobody', lapsed: 'token', because }
}
