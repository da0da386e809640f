/** The memory engine: for tests. The same semantics as a database, and gone with the process. */
import { GateFault } from '../../../kit/fault.ts'
import { decidePace } from '../../gcra.ts'
import type { MetaStore, PaceStore, SegmentStore, SpentStore, Store } from '../../store.ts'
import { makeMemoryClient, type MemoryClient } from './client.ts'
import { makeMemoryData, type MemoryData } from './data.ts'
import { makeFailures } from './failures.ts'
import { makeInvitations } from './invitations.ts'
import { makePasswords, makeSessions } from './sessions.ts'
import { makeOwnership } from './ownership.ts'
import { makeTokens } from './tokens.ts'
import { makeUsers } from './users.ts'

export function makeMemoryStore(shared: MemoryData = makeMemoryData()): Store {
  const client = makeMemoryClient(shared)
  return {
    meta: makeMeta(client),
    passwords: makePasswords(client),
    users: makeUsers(client),
    invitations: makeInvitations(client),
    tokens: makeTokens(client),
    failures: makeFailures(client),
    sessions: makeSessions(client),
    paces: makePaces(client),
    spent: makeSpent(client),
    segments: makeSegments(client),
    ownership: makeOwnership(client),
    async changes() {
      return client.foreignWrites()
    },
    async close() {
      client.close()
    },
  }
}

function makeMeta(client: MemoryClient): MetaStore {
  return {
    async get(key) {
      return client.read().meta.get(key)
    },
    async getOrSet(key, value) {
      const found = client.read().meta.get(key)
      if (found !== undefined) return found
      client.write().meta.set(key, value)
      return value
    },
    async set(key, value) {
      client.write().meta.set(key, value)
    },
  }
}

function makePaces(client: MemoryClient): PaceStore {
  return {
    async take(rules, now) {
      const { paces } = client.read()
      const { answer, arrivals } = decidePace(rules, (key) => paces.get(key), now)
      for (const [key, arrival] of arrivals) client.write().paces.set(key, arrival)
      return answer
    },
    async prune(now) {
      return forget(client, 'paces', (arrival) => arrival <= now)
    },
  }
}

function makeSpent(client: MemoryClient): SpentStore {
  return {
    async spend(id, expiresAt) {
      if (client.read().spent.has(id)) return false
      client.write().spent.set(id, expiresAt)
      return true
    },
    async find(id) {
      return client.read().spent.get(id)
    },
    async prune(now) {
      return forget(client, 'spent', (expiresAt) => expiresAt < now)
    },
  }
}

function makeSegments(client: MemoryClient): SegmentStore {
  const find = (id: string) => {
    const row = client.read().segments.get(id)
    if (row === undefined) throw new GateFault('store-unusable', `The store knows no audit segment ${id}.`)
    return row
  }
  return {
    async open(row) {
      if (client.read().segments.has(row.id)) {
        throw new GateFault('store-unusable', `The audit segment ${row.id} exists already.`)
      }
      client.write().segments.set(row.id, { ...row })
    },
    async advance(id, count, head) {
      const row = find(id)
      if (row.count < count) client.write().segments.set(id, { ...row, count, head })
    },
    async markPruned(id, at) {
      const row = find(id)
      if (row.prunedAt === undefined) client.write().segments.set(id, { ...row, prunedAt: at })
    },
    async list() {
      return [...client.read().segments.values()].sort((a, b) => a.openedAt - b.openedAt)
    },
  }
}

function forget(client: MemoryClient, table: 'paces' | 'spent', isOver: (time: number) => boolean): number {
  const over = [...client.read()[table]].filter(([, time]) => isOver(time))
  for (const [key] of over) client.write()[table].delete(key)
  return over.length
}
