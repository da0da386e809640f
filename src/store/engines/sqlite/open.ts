/** The SQLite engine: one file, shared by the gate and the command line at the same time. */
import { resolve } from 'node:path'
import { decidePace } from '../../gcra.ts'
import type { MetaStore, PaceStore, SegmentStore, SpentStore, Store } from '../../store.ts'
import { connect, type Connection } from './connection.ts'
import { makeFailures } from './failures.ts'
import { unusable } from './faults.ts'
import { makeInvitations } from './invitations.ts'
import { refuseNewer, type Upgrade } from './migrate.ts'
import { makePasswords, makeSessions } from './sessions.ts'
import type { Statements } from './statements.ts'
import { makeOwnership } from './ownership.ts'
import { makeTokens } from './tokens.ts'
import { makeUsers } from './users.ts'

export interface SqliteOptions {
  readonly file: string
  /** Told when an existing file was migrated, and where the copy from before lies. */
  readonly onUpgrade?: (upgrade: Upgrade) => void
}

/**
 * Opens the file, creating it where it is missing (its folder must exist) and migrating it where it is older. Faults:
 * `store-unusable`, `store-newer`. Calls block this process for microseconds, durable writes for one fsync.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const connection = await connect(resolve(options.file))
  if (connection.upgrade !== undefined) options.onUpgrade?.(connection.upgrade)
  return storeOver(connection)
}

export function storeOver(connection: Connection): Store {
  return {
    meta: makeMeta(connection),
    passwords: makePasswords(connection),
    users: makeUsers(connection),
    invitations: makeInvitations(connection),
    tokens: makeTokens(connection),
    failures: makeFailures(connection),
    sessions: makeSessions(connection),
    paces: makePaces(connection),
    spent: makeSpent(connection),
    segments: makeSegments(connection),
    ownership: makeOwnership(connection),
    async changes() {
      connection.checkPlace()
      return connection.run(({ userVersion, dataVersion }) => {
        // A newer command line may migrate the file under a running gate, which then must not go on guessing.
        refuseNewer(userVersion.get()?.user_version ?? Infinity, connection.file)
        return dataVersion.get()?.data_version ?? NaN
      })
    },
    async close() {
      connection.close()
    },
  }
}

function makeMeta(connection: Connection): MetaStore {
  const find = ({ findMeta }: Statements, key: string) => findMeta.get(key)?.value
  return {
    async get(key) {
      return connection.run((statements) => find(statements, key))
    },
    async getOrSet(key, value) {
      return connection.transact('durable', (statements) => {
        statements.addMeta.run(key, value)
        return find(statements, key) ?? value
      })
    },
    async set(key, value) {
      connection.transact('durable', ({ setMeta }) => setMeta.run(key, value))
    },
  }
}

function makePaces(connection: Connection): PaceStore {
  return {
    async take(rules, now) {
      // A refused attempt writes nothing, so a flood of them costs no fsync.
      return connection.transact('durable', ({ findPace, setPace }) => {
        const { answer, arrivals } = decidePace(rules, (key) => findPace.get(key)?.arrival, now)
        for (const [key, arrival] of arrivals) setPace.run(key, arrival)
        return answer
      })
    },
    async prune(now) {
      return connection.transact('cheap', ({ prunePaces }) => Number(prunePaces.run(now).changes))
    },
  }
}

function makeSpent(connection: Connection): SpentStore {
  return {
    async spend(id, expiresAt) {
      return connection.run(({ spend }) => spend.run(id, expiresAt)).changes === 1
    },
    async find(id) {
      return connection.run(({ findSpent }) => findSpent.get(id))?.expiresAt
    },
    async prune(now) {
      return connection.transact('cheap', ({ pruneSpent }) => Number(pruneSpent.run(now).changes))
    },
  }
}

function makeSegments(connection: Connection): SegmentStore {
  const mustExist = ({ findSegment }: Statements, id: string) => {
    if (findSegment.get(id) === undefined) throw unusable(connection.file, `knows no audit segment ${id}.`)
  }
  return {
    async open({ id, openedAt, count, head, prunedAt }) {
      connection.run(({ openSegment }) => openSegment.run(id, openedAt, count, head, prunedAt ?? null))
    },
    async advance(id, count, head) {
      connection.transact('cheap', (statements) => {
        mustExist(statements, id)
        statements.advanceSegment.run(count, head, id, count)
      })
    },
    async markPruned(id, at) {
      connection.transact('durable', (statements) => {
        mustExist(statements, id)
        statements.markSegmentPruned.run(at, id)
      })
    },
    async list() {
      return connection
        .run(({ listSegments }) => listSegments.all())
        .map(({ prunedAt, ...row }) => (prunedAt === null ? row : { ...row, prunedAt }))
    },
  }
}
