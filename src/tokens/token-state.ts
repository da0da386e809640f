/** Whether a token opens anything at the moment, and if not, why: one judgement for the gate and for the operator's list. */
import type { ApiTokenRow, UserRow } from '../store/rows.ts'

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
