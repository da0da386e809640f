/** The sessions of a gate, changed in its database: as another process would, or as if time had passed. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openSqliteStore } from '../src/store/engines/sqlite/open.ts'
import type { SessionId } from '../src/store/rows.ts'
import type { Store } from '../src/store/store.ts'
import type { TestGate } from '../test/rig/test-gate.ts'

export const databaseOf = ({ home }: TestGate) => join(home, 'state', 'sekisho.db')

/** As if everybody had signed in an hour ago. */
export function letPasswordsAge(gate: TestGate): void {
  // The gate may be writing.
  using database = new DatabaseSync(databaseOf(gate), { timeout: 30_000 })
  database.exec('update sessions set auth_at = auth_at - 3600000')
}

/** From now on every token is to be replaced. */
export function makeTokensDue(gate: TestGate): Promise<void> {
  return forEachOpen(gate, (sessions, id) => sessions.confirm(id, Date.now(), 0))
}

export function endSessions(gate: TestGate): Promise<void> {
  return forEachOpen(gate, (sessions, id) => sessions.end(id, Date.now(), 'operator'))
}

async function forEachOpen(
  gate: TestGate,
  change: (sessions: Store['sessions'], id: SessionId) => Promise<unknown>,
): Promise<void> {
  const store = await openSqliteStore({ file: databaseOf(gate) })
  for (const { id } of await store.sessions.listOpen()) await change(store.sessions, id)
  await store.close()
}
