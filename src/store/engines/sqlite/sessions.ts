/** Sessions and the password in SQLite. `find` is on every request's path: one statement, a few microseconds. */
import type { SessionRow } from '../../rows.ts'
import type { PasswordStore, SessionStore } from '../../store.ts'
import type { Connection } from './connection.ts'
import type { SessionColumns } from './statements.ts'

export function makePasswords(connection: Connection): PasswordStore {
  return {
    async find(id) {
      const found = connection.run(({ findPassword }) => findPassword.get(id))
      if (found === undefined) return undefined
      const { memory, iterations, parallelism, ...row } = found
      return { ...row, stretching: { memory, iterations, parallelism } }
    },
    async set({ id, record, stretching: { memory, iterations, parallelism }, changedAt }) {
      return connection.transact('durable', ({ setPassword, endAllSessions }) => {
        setPassword.run(id, record, memory, iterations, parallelism, changedAt)
        return Number(endAllSessions.run(changedAt).changes)
      })
    },
  }
}

export function makeSessions(connection: Connection): SessionStore {
  return {
    async insert(row) {
      connection.run(({ insertSession }) =>
        insertSession.run(
          row.id,
          row.tokenHash,
          row.principal,
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
      return found && readSession(found)
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

/** Written out, since this is on every request's path and the rest operator costs ten times as much. */
function readSession(found: SessionColumns): SessionRow {
  const { id, tokenHash, principal, createdAt, lastActiveAt, endsAt, address, userAgent, endedAt, ended } =
    found
  const row = { id, tokenHash, principal, createdAt, lastActiveAt, endsAt, address, userAgent }
  return endedAt === null || ended === null ? row : { ...row, endedAt, ended }
}
