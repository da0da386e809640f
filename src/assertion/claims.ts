/** What an assertion says of somebody: everything but issuer, audience and times. */
import type { AssertionClaims } from '../contract/assertion.ts'
import { ownerOf } from '../ownership/owner.ts'

interface Login {
  readonly id: string
  readonly account: string
  readonly createdAt: number
}

/** The kinds of request.ts's Principal that somebody can be known as. */
export type Asserted =
  | { readonly kind: 'guest'; readonly session: Login }
  | {
      readonly kind: 'user'
      readonly username: string
      readonly session: Login
      readonly roles: readonly string[]
    }
  | {
      readonly kind: 'token'
      readonly token: { readonly id: string; readonly user?: string }
      readonly username?: string
      readonly roles: readonly string[]
    }

export type IdentityClaims = Omit<AssertionClaims, 'iss' | 'aud' | 'iat' | 'exp' | 'jti'>

export function identityOf(principal: Asserted, roles: readonly string[]): IdentityClaims {
  switch (principal.kind) {
    case 'guest':
      return { sub: subjectOf(principal), roles, ...loginOf(principal.session) }
    case 'user': {
      const { username, session } = principal
      return { sub: subjectOf(principal), preferred_username: username, roles, ...loginOf(session) }
    }
    case 'token':
      return programOf(principal, roles)
  }
}

/** What belongs to a user is the user's, whichever program of theirs asks. */
function programOf(
  principal: Extract<Asserted, { kind: 'token' }>,
  roles: readonly string[],
): IdentityClaims {
  const { token, username } = principal
  if (token.user === undefined || username === undefined) return { sub: subjectOf(principal), roles }
  return {
    sub: `user:${token.user}`,
    preferred_username: username,
    roles,
    act: { sub: subjectOf(principal) },
  }
}

/** A login is a password, typed once (RFC 8176 section 2). */
function loginOf({ id, createdAt }: Login) {
  return { sid: id, auth_time: Math.floor(createdAt / 1000), amr: ['pwd'] }
}

function subjectOf(principal: Asserted): string {
  const owner = ownerOf(principal)
  if (owner === undefined) throw new TypeError('Nobody is asserted who is nobody.')
  return owner
}
