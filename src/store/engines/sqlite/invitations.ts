/** Invitations in SQLite: a secret that sets a password, once. */
import { failureKeyOf } from '../../../kit/username.ts'
import type { InvitationRow } from '../../rows.ts'
import type { InvitationStore } from '../../store.ts'
import type { Connection } from './connection.ts'
import { mustHaveUser } from './known-user.ts'
import { replacePassword } from './sessions.ts'
import type { InvitationColumns } from './statements.ts'

export function makeInvitations(connection: Connection): InvitationStore {
  return {
    async insert({ hash, user, purpose, createdAt, expiresAt, usedAt, revokedAt }) {
      connection.transact('durable', (statements) => {
        mustHaveUser(connection, statements, user)
        // Expired ones too: should the clock go back, there would be two.
        statements.replaceInvitation.run(createdAt, user)
        const { insertInvitation } = statements
        insertInvitation.run(hash, user, purpose, createdAt, expiresAt, usedAt ?? null, revokedAt ?? null)
      })
    },
    async find(hash) {
      const found = connection.run(({ findInvitation }) => findInvitation.get(hash))
      return found && readInvitation(found)
    },
    async findOpen(user, now) {
      const found = connection.run(({ findOpenInvitation }) => findOpenInvitation.get(user, now))
      return found && readInvitation(found)
    },
    async revoke(user, at) {
      return connection.run(({ revokeInvitation }) => revokeInvitation.run(at, user, at)).changes === 1
    },
    async redeem(hash, password, now) {
      const user = password.id
      if (user === 'shared') return undefined
      return connection.transact('durable', (statements) => {
        if (statements.useInvitation.run(now, hash, user, now).changes === 0) return undefined
        const { name } = mustHaveUser(connection, statements, user)
        statements.clearFailures.run(failureKeyOf(name))
        return replacePassword(statements, password)
      })
    },
    async prune(before) {
      return connection.transact('cheap', ({ pruneInvitations }) =>
        Number(pruneInvitations.run(before, before, before).changes),
      )
    },
  }
}

function readInvitation(found: InvitationColumns): InvitationRow {
  const { hash, user, purpose, createdAt, expiresAt, usedAt, revokedAt } = found
  return {
    hash,
    user,
    purpose,
    createdAt,
    expiresAt,
    ...(usedAt === null ? {} : { usedAt }),
    ...(revokedAt === null ? {} : { revokedAt }),
  }
}
