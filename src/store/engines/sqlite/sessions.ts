/** Sessions and passwords in SQLite. `find` is on every request's path: one statement, a few microseconds. */
import type {
  FoundByOther,
  FoundSession,
  NextToken,
  PasswordRow,
  SessionId,
  SessionRow,
  TokenHash,
} from '../../rows.ts'
import type { PasswordStore, SessionStore } from '../../store.ts'
import type { Connection } from './connection.ts'
import { readEndowment } from './endowment.ts'
import { mustHaveUser } from './known-user.ts'
import { proofKeyValues, readProofKey } from './proof-key.ts'
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
          row.renewAt,
          row.nextToken?.hash ?? null,
          row.nextToken?.salt ?? null,
          row.account,
          row.username ?? null,
          row.passwordAt,
          row.createdAt,
          row.authAt,
          row.lastActiveAt,
          row.endsAt,
          row.address,
          row.userAgent,
          row.endedAt ?? null,
          row.ended ?? null,
          ...proofKeyValues(row.proofKey),
        ),
      )
    },
    async find(hash) {
      const found = connection.run(({ findSession }) => findSession.get(hash))
      return found && readFound(found)
    },
    async findByOther(hash) {
      return connection.run((statements) => findByOther(statements, hash))
    },
    async findById(id) {
      const found = connection.run(({ findSessionById }) => findSessionById.get(id))
      return found && readFound(found)
    },
    async offer(id, present, next) {
      return connection.run((statements) => {
        const standing = () => standingOffer(statements, id, present)
        // Whoever never takes it asks each time: that shall not cost a lock.
        const before = standing()
        if (before !== undefined) return before
        // One statement and durable: once the browser has it, nothing else opens the session.
        return statements.offerToken.run(next.hash, next.salt, id, present).changes === 1 ? next : standing()
      })
    },
    async advance(id, next, { formerGoodUntil, renewAt }) {
      // Cheap: taken back by a power cut, it is done again when the token is used again.
      return connection.transact('cheap', ({ keepReplaced, advanceToken }) => {
        keepReplaced.run(formerGoodUntil, id, next)
        return advanceToken.run(renewAt, id, next).changes === 1
      })
    },
    async confirm(id, at, renewAt) {
      return connection.run(({ confirmSession }) => confirmSession.run(at, renewAt, id)).changes === 1
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

function standingOffer(
  { findSessionById }: Statements,
  id: SessionId,
  present: TokenHash,
): NextToken | undefined {
  const found = findSessionById.get(id)
  return found?.tokenHash === present && found.endedAt === null ? readSession(found).nextToken : undefined
}

function findByOther(statements: Statements, hash: TokenHash): FoundByOther | undefined {
  const next = statements.findSessionByNext.get(hash)
  if (next !== undefined) return { kind: 'next', session: readFound(next) }
  const replaced = statements.findReplaced.get(hash)
  const found = replaced && statements.findSessionById.get(replaced.session)
  return found && { kind: 'replaced', session: readFound(found), goodUntil: replaced.goodUntil }
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
  const { id, tokenHash, renewAt, nextHash, nextSalt, account, username, passwordAt, createdAt, authAt } =
    found
  const { lastActiveAt, endsAt, address, userAgent, endedAt, ended } = found
  const login = { account, passwordAt, createdAt, authAt, lastActiveAt, endsAt, address, userAgent }
  const row: Changeable<SessionRow> = { id, tokenHash, renewAt, ...login }
  if (username !== null) row.username = username
  if (nextHash !== null && nextSalt !== null) row.nextToken = { hash: nextHash, salt: nextSalt }
  const proofKey = readProofKey(found)
  if (proofKey !== undefined) row.proofKey = proofKey
  if (endedAt === null || ended === null) return row
  row.endedAt = endedAt
  row.ended = ended
  return row
}

type Changeable<Row> = { -readonly [Key in keyof Row]: Row[Key] }
