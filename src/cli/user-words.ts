/** A user as shown to the operator: field by field, so that nothing secret can come along. */
import type { Endowment } from '../store/rows.ts'
import type { UserView } from '../users/users.ts'

export function describeUser(user: UserView): Readonly<Record<string, unknown>> {
  const { name, id, state, roles, attributes, sessions, tokens, failures, invitation } = user
  return {
    name,
    id,
    state,
    roles,
    attributes,
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

/** For people; a dash where there is nothing. */
export function endowmentWords({ roles, attributes }: Endowment): Readonly<Record<keyof Endowment, string>> {
  const pairs = Object.entries(attributes).map(([name, value]) => `${name}=${value}`)
  return { roles: roles.join(', ') || '-', attributes: pairs.join(', ') || '-' }
}
