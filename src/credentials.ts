/** Sessions and tokens as one thing: what somebody came in with, how long it lasts, and what its owner was given. */
import { principalIn, principalOfToken, type AuthenticateParts } from './authenticate/authenticate.ts'
import type { NextTokenParts } from './authenticate/with-next-token.ts'
import type { AuthorizeAgainParts } from './authorize/authorize-again.ts'
import type { ForwardParts } from './forward/forward.ts'
import type { Clock } from './kit/clock.ts'
import type { NoteUseParts } from './prove/note-use.ts'
import { readCookie, setCookie, type Site } from './sessions/cookie.ts'
import { renewalDue } from './sessions/lifetime.ts'
import { lookAtCookies } from './sessions/look.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { Tokens } from './tokens/tokens.ts'

interface CredentialParts {
  readonly sessions: Pick<Sessions, 'watch' | 'findAgain'>
  readonly tokens: Pick<Tokens, 'watch' | 'findAgain' | 'find' | 'markUsed' | 'identify'>
  readonly clock: Clock
}

export function makeCredentials({
  sessions,
  tokens,
  clock,
}: CredentialParts): ForwardParts['credentials'] & AuthorizeAgainParts['credentials'] {
  const findAgain: AuthorizeAgainParts['credentials']['findAgain'] = async (principal) => {
    if (principal.kind === 'nobody') return undefined
    if (principal.kind === 'token') {
      const found = await tokens.findAgain(principal.token, clock.now())
      return found.state === 'active' ? principalOfToken(found) : undefined
    }
    const found = await sessions.findAgain(principal.session, clock.now())
    return found.state === 'active' ? principalIn(found.session) : undefined
  }
  return {
    findAgain,
    watch: (principal, onEnd, onEndowed) => {
      switch (principal.kind) {
        case 'nobody':
          return () => undefined
        case 'guest':
          return sessions.watch(principal.session, onEnd, onEndowed)
        case 'user': {
          const { session, roles, attributes } = principal
          return sessions.watch({ ...session, endowment: { roles, attributes } }, onEnd, onEndowed)
        }
        case 'token': {
          const { token, roles, attributes } = principal
          return tokens.watch({ ...token, endowment: { roles, attributes } }, onEnd, onEndowed)
        }
      }
    },
    isOpen: async (principal) => (await findAgain(principal)) !== undefined,
  }
}

interface SessionLookParts {
  readonly sessions: Pick<Sessions, 'find' | 'markActive' | 'markUsed' | 'renew'>
  readonly clock: Clock
  /** Of the cookie that holds the session's token. */
  readonly nameAt: (site: Site) => string
}

/** What is asked about sessions on every request, at its beginning and at its end. */
export function makeSessionLook({
  sessions,
  clock,
  nameAt,
}: SessionLookParts): AuthenticateParts['sessions'] & NoteUseParts['sessions'] & NextTokenParts['sessions'] {
  return {
    look: (cookie, site, from) => lookAtCookies(sessions, cookie, nameAt(site), clock.now(), from),
    mark: (session) => sessions.markActive(session.id, clock.now()),
    markUsed: (session, from) => sessions.markUsed(session.id, from, clock.now()),
    renew: async (session, header, site) => {
      const now = clock.now()
      // Asked at the end of every signed request: its cookie is read once more only when something comes of it.
      if (!renewalDue(session, now)) return undefined
      const name = nameAt(site)
      const cookie = readCookie(header, name)
      const token = cookie.kind === 'one' ? await sessions.renew(session, cookie.value, now) : undefined
      return token && setCookie(name, token)
    },
  }
}

/** What is asked about tokens, and noted of them. */
export function makeTokenLook({
  tokens,
  clock,
}: Pick<CredentialParts, 'tokens' | 'clock'>): AuthenticateParts['tokens'] & NoteUseParts['tokens'] {
  return {
    look: (text) => tokens.find(text, clock.now()),
    identify: (token) => tokens.identify(token),
    mark: (token) => tokens.markUsed(token.id, clock.now()),
  }
}
