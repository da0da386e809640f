/** Users in SQLite. What hangs on a user ends with it, in the same transaction. */
import { failureKeyOf } from '../../../kit/username.ts'
import { decoyRecord, type UserId, type UserRow } from '../../rows.ts'
import type { UserStore } from '../../store.ts'
import type { Connection } from './connection.ts'
import { unusable } from './faults.ts'
import { readEndowment } from './endowment.ts'
import type { UserColumns } from './statements.ts'

/** No user's id: those are letters and digits. */
const decoyId = '------------' as UserId

export function makeUsers(connection: Connection): UserStore {
  return {
    ...makeEndings(connection),
    async insert({ id, name, createdAt, lastLoginAt, disabledAt, roles, attributes }) {
      const endowment = [JSON.stringify(roles), JSON.stringify(attributes)] as const
      const { changes } = connection.run(({ insertUser }) =>
        insertUser.run(id, name, createdAt, lastLoginAt ?? null, disabledAt ?? null, ...endowment),
      )
      return changes === 1
    },
    async find(id) {
      const found = connection.run(({ findUser }) => findUser.get(id))
      return found && readUser(found)
    },
    async findByName(name) {
      const found = connection.run(({ findUserByName }) => findUserByName.get(name))
      return found && readUser(found)
    },
    async findForLogin(name) {
      const found = connection.run(({ findForLogin }) =>
        findForLogin.get(decoyId, decoyRecord, name, decoyId),
      )
      if (found === undefined) throw unusable(connection.file, 'answered a look-up with nothing.')
      const { foundUser, foundPassword, record, memory, iterations, parallelism, changedAt } = found
      // Both are made before it is seen whether they are wanted.
      const user = readUser({ ...found, name })
      const password = { id: found.id, record, stretching: { memory, iterations, parallelism }, changedAt }
      return {
        ...(foundUser === null ? {} : { user }),
        ...(foundPassword === null ? {} : { password }),
        record,
      }
    },
    async list() {
      return connection.run(({ listUsers }) => listUsers.all()).map(readUser)
    },
    async any() {
      return connection.run(({ anyUser }) => anyUser.get()) !== undefined
    },
    async noteLogin(id, at) {
      connection.run(({ noteLogin }) => noteLogin.run(at, id, at))
    },
    async endow(id, change) {
      return connection.transact('durable', ({ findUser, endowUser }) => {
        const found = findUser.get(id)
        if (found === undefined) return undefined
        const before = readEndowment(found)
        const { roles, attributes } = change(before)
        endowUser.run(JSON.stringify(roles), JSON.stringify(attributes), id)
        return { before, after: { roles, attributes } }
      })
    },
    async enable(id) {
      return connection.run(({ enableUser }) => enableUser.run(id)).changes === 1
    },
  }
}

function makeEndings(connection: Connection): Pick<UserStore, 'disable' | 'remove'> {
  return {
    async disable(id, at) {
      return connection.transact('durable', ({ disableUser, endSessionsOf, revokeInvitation }) => {
        if (disableUser.run(at, id).changes === 0) return undefined
        return {
          sessions: Number(endSessionsOf.run(at, 'user-disabled', id).changes),
          tokens: 0,
          invitations: Number(revokeInvitation.run(at, id, at).changes),
        }
      })
    },
    async remove(id, at) {
      return connection.transact('durable', (statements) => {
        const found = statements.findUser.get(id)
        if (found === undefined) return undefined
        statements.removeUser.run(id)
        statements.removePassword.run(id)
        statements.clearFailures.run(failureKeyOf(found.name))
        return {
          sessions: Number(statements.endSessionsOf.run(at, 'user-removed', id).changes),
          tokens: Number(statements.revokeTokensOf.run(at, id).changes),
          invitations: Number(statements.revokeInvitation.run(at, id, at).changes),
        }
      })
    },
  }
}

function readUser(found: UserColumns): UserRow {
  const { id, name, createdAt, lastLoginAt, disabledAt } = found
  return {
    id,
    name,
    createdAt,
    ...readEndowment(found),
    ...(lastLoginAt === null ? {} : { lastLoginAt }),
    ...(disabledAt === null ? {} : { disabledAt }),
  }
}
