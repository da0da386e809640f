/** The one invitation of a user that is still good, or over by time only. */
import type { AccountId, InvitationRow, UserId } from '../../rows.ts'
import type { MemoryClient } from './client.ts'

/** An expired one too: should the clock go back, there would be two. */
export function replaceInvitation(client: MemoryClient, account: AccountId, at: number): void {
  const former = unusedOf(client, account)
  if (former !== undefined) client.write().invitations.set(former.hash, { ...former, revokedAt: at })
}

/** False when none is open. */
export function revokeInvitation(client: MemoryClient, user: UserId, at: number): boolean {
  const row = unusedOf(client, user)
  if (row === undefined || at >= row.expiresAt) return false
  client.write().invitations.set(row.hash, { ...row, revokedAt: at })
  return true
}

export function unusedOf(client: MemoryClient, user: AccountId): InvitationRow | undefined {
  return [...client.read().invitations.values()].find((row) => row.user === user && isUnused(row))
}

export function isUnused(row: InvitationRow): boolean {
  return row.usedAt === undefined && row.revokedAt === undefined
}
