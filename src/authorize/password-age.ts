/** Where the operator lets passwords grow old: whoever has such a one may only choose a new one. */
import type { Action } from '../catalog/actions.ts'
import type { Authenticated } from '../request.ts'

export interface PasswordAgeParts {
  readonly passwords: { /** Absent: passwords don't grow old. */ readonly maxAgeMs?: number }
}

/** All that the account page needs, an invitation's page (the other way to a new password), the way out, and what strangers get. */
const always: ReadonlySet<Action> = new Set<Action>([
  'changeOwnPassword',
  'joinByInvitation',
  'readOwnSession',
  'endOwnSession',
  'confirmOwnSession',
  'confirmByTicket',
  'openLogin',
  'loadGateAsset',
  'loadPublicAsset',
  'checkHealth',
  'readAssertionKeys',
])

/** Users only: who has the shared password can't change it, and a program has none. */
export function isPasswordExpired(
  { principal, entry, at }: Authenticated,
  { passwords: { maxAgeMs } }: PasswordAgeParts,
): boolean {
  if (maxAgeMs === undefined || principal.kind !== 'user') return false
  return at - principal.session.passwordAt >= maxAgeMs && !always.has(entry.action)
}
