/** Sessions and tokens as one thing: what somebody came in with, how long it lasts, and what its owner was given. */
import type { AuthenticateParts } from './authenticate/authenticate.ts'
import type { ForwardParts } from './forward/forward.ts'
import type { Clock } from './kit/clock.ts'
import type { Sessions } from './sessions/sessions.ts'
import type { Tokens } from './tokens/tokens.ts'

interface CredentialParts {
  readonly sessions: Pick<Sessions, 'watch' | 'isOpen'>
  readonly tokens: Pick<Tokens, 'watch' | 'isOpen' | 'find' | 'markUsed' | 'identify'>
  readonly clock: Clock
}

export function makeCredentials({ sessions, tokens, clock }: CredentialParts): ForwardParts['credentials'] {
  return {
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
    isOpen: async (principal) => {
      if (principal.kind === 'nobody') return false
      return principal.kind === 'token'
        ? tokens.isOpen(principal.token, clock.now())
        : sessions.isOpen(principal.session, clock.now())
    },
  }
}

/** What `authenticate` asks about tokens. */
export function makeTokenLook({
  tokens,
  clock,
}: Pick<CredentialParts, 'tokens' | 'clock'>): AuthenticateParts['tokens'] {
  return {
    look: async (text) => {
      const now = clock.now()
      const found = await tokens.find(text, now)
      if (found.state === 'active') tokens.markUsed(found.token.id, now)
      return found
    },
    identify: (token) => tokens.identify(token),
  }
}
