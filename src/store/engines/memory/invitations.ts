/** Invitations in memory. No method waits between reading and writing: each is one step. */
import { GateFault } from '../../../kit/fault.ts'
import { failureKeyOf } from '../../../kit/username.ts'
import type { InvitationStore } from '../../store.ts'
import type { MemoryClient } from './client.ts'
import { mustHaveUser } from './known-user.ts'
import { isUnused, replaceInvitation, revokeInvitation, unusedOf } from './open-invitation.ts'
import { replacePassword } from './sessions.ts'

export function makeInvitations(client: MemoryClient): InvitationStore {
  return {
    async insert(row) {
      mustHaveUser(client, row.user)
      if (client.read().invitations.has(row.hash)) {
        throw new GateFault('store-unusable', 'An invitation with this secret exists already.')
      }
      replaceInvitation(client, row.user, row.createdAt)
      client.write().invitations.set(row.hash, { ...row })
    },
    async find(hash) {
      return client.read().invitations.get(hash)
    },
    async findOpen(user, now) {
      const found = unusedOf(client, user)
      return found !== undefined && now < found.expiresAt ? found : undefined
    },
    async revoke(user, at) {
      return revokeInvitation(client, user, at)
    },
    async redeem(hash, password, now) {
      const row = client.read().invitations.get(hash)
      if (row === undefined || !isUnused(row) || now >= row.expiresAt || row.user !== password.id) return
      const user = client.read().users.get(row.user)
      if (user === undefined || user.disabledAt !== undefined) return
      const { invitations, failures } = client.write()
      invitations.set(hash, { ...row, usedAt: now })
      failures.delete(failureKeyOf(user.name))
      return replacePassword(client, password)
    },
    async prune(before) {
      const over = [...client.read().invitations.values()].filter(({ expiresAt, usedAt, revokedAt }) =>
        [expiresAt, usedAt, revokedAt].some((time) => time !== undefined && time < before),
      )
      for (const { hash } of over) client.write().invitations.delete(hash)
      return over.length
    },
  }
}
