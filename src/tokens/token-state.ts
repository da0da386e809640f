/** Whether a token opens anything at the moment, and with which roles: one judgement for the gate and for the operator's list. */
import type { ApiTokenRow, Endowment, UserRow } from '../store/rows.ts'

export type TokenState = 'active' | 'expired' | 'revoked' | 'user-disabled'

/** As the store finds them. */
export interface FoundToken {
  readonly token: ApiTokenRow
  readonly user?: UserRow
}

export function stateOf({ token, user }: FoundToken, now: number): TokenState {
  if (token.revokedAt !== undefined) return 'revoked'
  if ((token.expiresAt ?? Infinity) <= now) return 'expired'
  if (token.user === undefined) return 'active'
  // A token without its user, or of one who is kept out, opens nothing.
  return user === undefined || user.disabledAt !== undefined ? 'user-disabled' : 'active'
}

interface TokenAndUser {
  readonly token: Pick<ApiTokenRow, 'user' | 'roles'>
  readonly user?: Endowment
}

/** These roles and all that they inherit. */
export type Inherited = (roles: readonly string[]) => readonly string[]

/**
 * Of a user's token: the user's, narrowed to the token's own list, which may name what they inherit. Of one on its own: its
 * list.
 */
export function endowmentOf({ token, user }: TokenAndUser, inherited: Inherited): Endowment {
  if (token.user === undefined) return { roles: token.roles ?? [], attributes: {} }
  const { roles = [], attributes = {} } = user ?? {}
  const kept = token.roles
  if (kept === undefined) return { roles, attributes }
  return { roles: inherited(roles).filter((role) => kept.includes(role)), attributes }
}
