/** Whose events, uploads, deep links and files are, in SQLite. `find` is on the path of a request: one statement. */
import type { OwnedBounds, OwnedRow } from '../../rows.ts'
import type { OwnershipStore } from '../../store.ts'
import type { Connection } from './connection.ts'
import type { OwnedColumns } from './ownership-statements.ts'
import type { Statements } from './statements.ts'

export function makeOwnership(connection: Connection): OwnershipStore {
  return {
    async note(rows, bounds) {
      if (rows.length === 0) return
      connection.transact('cheap', (statements) => {
        for (const row of rows) add(statements, row, bounds)
      })
    },
    async claim(row, bounds) {
      return connection.transact('cheap', (statements) => {
        if (statements.findOther.get(row.kind, row.id, row.owner) !== undefined) return false
        add(statements, row, bounds)
        return true
      })
    },
    async touch(rows, at) {
      connection.transact('cheap', ({ touchOwned }) => {
        for (const { kind, id, owner } of rows) touchOwned.run(at, kind, id, owner, at)
      })
    },
    async find(kind, id, owner) {
      const found = connection.run(({ findOwned }) => findOwned.get(kind, id, owner))
      return found && readRow(found)
    },
    async findAll(kind, id, most) {
      return connection.run(({ findAllOwned }) => findAllOwned.all(kind, id, most)).map(readRow)
    },
    async list(kind, owner, most) {
      const rows = connection.run(({ listOwned, listOwnedBy }) =>
        owner === undefined ? listOwned.all(kind, most) : listOwnedBy.all(kind, owner, most),
      )
      return rows.map(readRow)
    },
    async revoke(kind, { id, owner }) {
      return connection.transact('durable', ({ revokeOwned, revokeOwnedOf, revokeOwnedBy }) => {
        if (id === undefined) return Number(revokeOwnedBy.run(kind, owner).changes)
        const done = owner === undefined ? revokeOwned.run(kind, id) : revokeOwnedOf.run(kind, id, owner)
        return Number(done.changes)
      })
    },
    async prune(kind, before, most) {
      return connection.transact('cheap', ({ pruneOwned }) =>
        Number(pruneOwned.run(kind, before, most).changes),
      )
    },
  }
}

function add(statements: Statements, row: OwnedRow, { ofOne, ofAll }: OwnedBounds): void {
  const { kind, id, owner, at, event } = row
  const ofEvent = [event?.endpoint ?? null, event?.endpointName ?? null, event?.session ?? null] as const
  statements.noteOwned.run(kind, id, owner, at, ...ofEvent)
  const count = (whose: string) => statements.countOwned.get(kind, whose)?.count ?? 0
  const own = count(owner) - ofOne
  if (own > 0) statements.dropOldestOf.run(kind, owner, own)
  const all = count('') - ofAll
  if (all > 0) statements.dropOldest.run(kind, all)
}

function readRow({ kind, id, owner, at, endpoint, endpointName, session }: OwnedColumns): OwnedRow {
  if (endpoint === null || endpointName === null) return { kind, id, owner, at }
  return { kind, id, owner, at, event: { endpoint, endpointName, ...(session !== null && { session }) } }
}
