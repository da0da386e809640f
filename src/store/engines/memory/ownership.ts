/** Whose events, uploads, deep links and files are, in memory. No method waits between reading and writing: each is one step. */
import type { OwnedBounds, OwnedKind, OwnedRow, Owner } from '../../rows.ts'
import type { OwnershipStore } from '../../store.ts'
import type { MemoryClient } from './client.ts'
import type { MemoryData } from './data.ts'

export function makeOwnership(client: MemoryClient): OwnershipStore {
  const all = (kind: OwnedKind) => allOf(client.read(), kind)
  return {
    async note(rows, bounds) {
      for (const row of rows) add(client, row, bounds)
    },
    async claim(row, bounds) {
      const owners = client.read().owned.get(keyOf(row)) ?? new Map<Owner, OwnedRow>()
      if ([...owners.keys()].some((owner) => owner !== row.owner)) return false
      add(client, row, bounds)
      return true
    },
    async touch(rows, at) {
      for (const row of rows) {
        const owners = client.write().owned.get(keyOf(row))
        const before = owners?.get(row.owner)
        if (before !== undefined) owners?.set(row.owner, { ...before, at: Math.max(before.at, at) })
      }
    },
    async find(kind, id, owner) {
      return client.read().owned.get(keyOf({ kind, id }))?.get(owner)
    },
    async findAll(kind, id, most) {
      const rows = [...(client.read().owned.get(keyOf({ kind, id }))?.values() ?? [])]
      return rows.sort((a, b) => (a.owner < b.owner ? -1 : 1)).slice(0, most)
    },
    async list(kind, owner, most) {
      const rows = all(kind).filter((row) => owner === undefined || row.owner === owner)
      // Stable, so that of two of one time the later one stands first.
      return rows
        .reverse()
        .sort((a, b) => b.at - a.at)
        .slice(0, most)
    },
    async revoke(kind, { id, owner }) {
      const meant = (row: OwnedRow) =>
        (id === undefined || row.id === id) && (owner === undefined || row.owner === owner)
      return drop(client, all(kind).filter(meant))
    },
    async prune(kind, before, most) {
      const over = oldestFirst(all(kind)).filter(({ at }) => at < before)
      return drop(client, over.slice(0, most))
    },
  }
}

function keyOf({ kind, id }: Pick<OwnedRow, 'kind' | 'id'>): string {
  return `${kind}:${id}`
}

function allOf(data: MemoryData, kind: OwnedKind): OwnedRow[] {
  return [...data.owned.values()].flatMap((owners) => [...owners.values()].filter((row) => row.kind === kind))
}

function oldestFirst(rows: readonly OwnedRow[]): OwnedRow[] {
  return [...rows].sort((a, b) => a.at - b.at)
}

function add(client: MemoryClient, row: OwnedRow, { ofOne, ofAll }: OwnedBounds): void {
  const data = client.write()
  const owners = data.owned.get(keyOf(row)) ?? new Map<Owner, OwnedRow>()
  data.owned.set(keyOf(row), owners)
  const before = owners.get(row.owner)
  owners.set(row.owner, before === undefined ? row : { ...before, at: Math.max(before.at, row.at) })
  const own = allOf(data, row.kind).filter(({ owner }) => owner === row.owner)
  drop(client, oldestFirst(own).slice(0, Math.max(0, own.length - ofOne)))
  const all = allOf(data, row.kind)
  drop(client, oldestFirst(all).slice(0, Math.max(0, all.length - ofAll)))
}

function drop(client: MemoryClient, rows: readonly OwnedRow[]): number {
  for (const row of rows) {
    const { owned } = client.write()
    const owners = owned.get(keyOf(row))
    owners?.delete(row.owner)
    if (owners?.size === 0) owned.delete(keyOf(row))
  }
  return rows.length
}
