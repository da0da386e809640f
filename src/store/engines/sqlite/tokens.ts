/** API tokens in SQLite. `find` is on the path of every request of a program: one statement. */
import type { ApiTokenRow, UserRow } from '../../rows.ts'
import type { ApiTokenStore } from '../../store.ts'
import type { Connection } from './connection.ts'
import { readEndowment, readRoles } from './endowment.ts'
import { mustHaveUser } from './known-user.ts'
import { proofKeyValues, readProofKey } from './proof-key.ts'
import type { TokenColumns } from './statements.ts'

export function makeTokens(connection: Connection): ApiTokenStore {
  return {
    async insert({ id, hash, name, user, createdAt, expiresAt, lastUsedAt, revokedAt, roles, proofKey }) {
      connection.transact('durable', (statements) => {
        if (user !== undefined) mustHaveUser(connection, statements, user)
        const ends = [expiresAt ?? null, lastUsedAt ?? null, revokedAt ?? null] as const
        const ownRoles = roles === undefined ? null : JSON.stringify(roles)
        statements.insertToken.run(
          id,
          hash,
          name,
          user ?? null,
          createdAt,
          ...ends,
          ownRoles,
          ...proofKeyValues(proofKey),
        )
      })
    },
    async find(hash) {
      const found = connection.run(({ findToken }) => findToken.get(hash))
      return found && readBoth(found)
    },
    async list() {
      return connection.run(({ listTokens }) => listTokens.all()).map(readBoth)
    },
    async revoke(id, at) {
      return connection.run(({ revokeToken }) => revokeToken.run(at, id)).changes === 1
    },
    async touch(seen) {
      if (seen.length === 0) return
      connection.transact('cheap', ({ touchToken }) => {
        for (const { id, at } of seen) touchToken.run(at, id, at)
      })
    },
    async prune(before) {
      return connection.transact('cheap', ({ pruneTokens }) =>
        Number(pruneTokens.run(before, before).changes),
      )
    },
  }
}

function readBoth(found: TokenColumns): { readonly token: ApiTokenRow; readonly user?: UserRow } {
  const token = readToken(found)
  const user = readUser(found)
  return user === undefined ? { token } : { token, user }
}

function readToken(found: TokenColumns): ApiTokenRow {
  const { id, hash, name, user, createdAt, expiresAt, lastUsedAt, revokedAt, roles } = found
  const proofKey = readProofKey(found)
  return {
    id,
    hash,
    name,
    createdAt,
    ...(user === null ? {} : { user }),
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(lastUsedAt === null ? {} : { lastUsedAt }),
    ...(revokedAt === null ? {} : { revokedAt }),
    ...(roles === null ? {} : { roles: readRoles(roles) }),
    ...(proofKey && { proofKey }),
  }
}

function readUser(found: TokenColumns): UserRow | undefined {
  const { user: id, userName: name, userCreatedAt: createdAt, userLastLoginAt, userDisabledAt } = found
  const { userRoles: roles, userAttributes: attributes } = found
  if (id === null || name === null || createdAt === null || roles === null || attributes === null) {
    return undefined
  }
  return {
    id,
    name,
    createdAt,
    ...readEndowment({ roles, attributes }),
    ...(userLastLoginAt === null ? {} : { lastLoginAt: userLastLoginAt }),
    ...(userDisabledAt === null ? {} : { disabledAt: userDisabledAt }),
  }
}
