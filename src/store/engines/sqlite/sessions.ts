/** Sessions and passwords in SQLite. `find` is on every request's path: one statement, a few microseconds. */
import type { FoundSession, PasswordRow, SessionRow } from '../../rows.ts'
import type { PasswordStore, SessionStore } from '../../store.ts'
import type { Connection } from './connection.ts'
import { readEndowment } from './endowment.ts'
import { mustHaveUser } from './known-user.ts'
import type { FoundSessionColumns, SessionColumns, Statements } from './statements.ts'

export function makePasswords(connection: Connection): PasswordStore {
  return {
    async find(id) {
      const found = connection.run(({ findPassword }) => findPassword.get(id))
      if (found === undefined) return undefined
      const { memory, iterations, parallelism, ...row } = found
      return { ...row, stretching: { memory, iterations, parallelism } }
    },
    async set(row) {
      return connection.transact('durable', (statements) => {
        if (row.id !== 'shared') mustHaveUser(connection, statements, row.id)
        return replacePassword(statements, row)
      })
    },
    async replace(row, former) {
      return connection.transact('durable', (statements) =>
        statements.findPassword.get(row.id)?.record === former ? replacePassword(statements, row) : undefined,
      )
    },
    async remove(id, at, reason) {
      return connection.transact('durable', ({ removePassword, endSessionsOf }) =>
        removePassword.run(id).changes === 0 ? undefined : Number(endSessionsOf.run(at, reason, id).changes),
      )
    },
  }
}

/** Sets the password, ends the account's sessions and revokes its invitation; answers how many sessions. Inside a transaction. */
export function replacePassword(statements: Statements, row: PasswordRow): number {
  const { memory, iterations, parallelism } = row.stretching
  statements.setPassword.run(row.id, row.record, memory, iterations, parallelism, row.changedAt)
  statements.replaceInvitation.run(row.changedAt, row.id)
  return Number(statements.endSessionsOf.run(row.changedAt, 'password-changed', row.id).changes)
}

export function makeSessions(connection: Connection): SessionStore {
  return {
    async insert(row) {
      connection.run(({ insertSession }) =>
        insertSession.run(
          row.id,
          row.tokenHash,
          row.account,
          row.username ?? null,
          row.passwordAt,
          row.createdAt,
          row.lastActiveAt,
          row.endsAt,
          row.address,
          row.userAgent,
          row.endedAt ?? null,
          row.ended ?? null,
        ),
      )
    },
    async find(hash) {
      const found = connection.run(({ findSession }) => findSession.get(hash))
      return found && readFound(found)
    },
    async touch(seen) {
      if (seen.length === 0) return
      connection.transact('cheap', ({ touchSession }) => {
        for (const { id, at } of seen) touchSession.run(at, id, at)
      })
    },
    async end(id, at, reason) {
      return connection.run(({ endSession }) => endSession.run(at, reason, id)).changes === 1
    },
    async listOpen() {
      return connection.run(({ listOpenSessions }) => listOpenSessions.all()).map(readSession)
    },
    async prune(before) {
      return connection.transact('cheap', ({ pruneSessions }) =>
        Number(pruneSessions.run(before, before).changes),
      )
    },
  }
}

function readFound(found: FoundSessionColumns): FoundSession {
  const { roles, attributes } = found
  const row = readSession(found)
  return roles === null || attributes === null
    ? row
    : { ...row, endowment: readEndowment({ roles, attributes }) }
}

/** Written out, since this is on every request's path and the rest operator costs ten times as much. */
function readSession(found: SessionColumns): SessionRow {
  const {
    id,
    tokenHash,
    account,
    username,
    passwordAt,
    createdAt,
    lastActiveAt,
    endsAt,
    address,
    userAgent,
  } = found
  const { endedAt, ended } = found
  const row = { id, tokenHash, account, passwordAt, createdAt, lastActiveAt, endsAt, address, userAgent }
  const named = username === null ? row : { ...row, username }
  return endedAt === null || ended === null ? named : { ...named, endedAt, ended }
}
