/** A user as shown to the operator: field by field, so that nothing secret can come along. */
import type { UserView } from '../users/users.ts'

export function describeUser(user: UserView): Readonly<Record<string, unknown>> {
  const { name, id, state, sessions, tokens, failures, invitation } = user
  return {
    name,
    id,
    state,
    createdAt: time(user.createdAt),
    lastLoginAt: time(user.lastLoginAt),
    passwordSetAt: time(user.passwordAt),
    openSessions: sessions,
    apiTokens: tokens,
    failedAttempts: failures,
    invitation:
      invitation === undefined
        ? null
        : { purpose: invitation.purpose, expiresAt: time(invitation.expiresAt) },
  }
}

function time(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString()
}

export function shortTime(at: number | undefined): string {
  return at === undefined ? '-' : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`
}
