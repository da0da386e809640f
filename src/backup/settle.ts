/** Makes an unpacked state fit to be used: its sessions end, and its audit log begins by saying where it comes from. */
import { join } from 'node:path'
import { openAudit } from '../audit/open-audit.ts'
import type { AuditLimits } from '../audit/retention.ts'
import { GateFault } from '../kit/fault.ts'
import type { Clock } from '../kit/clock.ts'
import { bindKeyRing, type KeyRing } from '../login/key.ts'
import { readInstance } from '../sessions/instance.ts'
import { openSqliteStore } from '../store/engines/sqlite/open.ts'
import type { SegmentRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { names, segmentOf, type Manifest } from './manifest.ts'
import { auditFolder } from './place.ts'

export interface SettleParts {
  readonly keys: KeyRing
  readonly clock: Clock
  readonly limits: AuditLimits
  readonly onFault: (fault: unknown) => void
}

export interface Settled {
  readonly sessionsEnded: number
  readonly invitationsRevoked: number
  /** Segments of the audit log that existed and are not in the backup. */
  readonly absent: number
}

/** So many heads are one record of the audit log: some 25 kB. */
const mostInRecord = 200

/** `folder` holds the database and the audit files as they were unpacked. */
export async function settle(folder: string, manifest: Manifest, parts: SettleParts): Promise<Settled> {
  const store = await openSqliteStore({ file: join(folder, names.database) })
  try {
    await bindKeyRing(parts.keys, store.meta)
    if ((await readInstance(store.meta)) !== manifest.instance) {
      throw new GateFault(
        'backup-unusable',
        'The database in the backup is not the one that its manifest names.',
      )
    }
    const now = parts.clock.now()
    const sessionsEnded = await endSessions(store, now)
    const invitationsRevoked = await revokeInvitations(store, now)
    const { absent, removed } = await leaveBehind(store, manifest, now)
    await record({ folder, manifest, store, sessionsEnded, absent, removed }, parts)
    return { sessionsEnded, invitationsRevoked, absent: absent.length }
  } finally {
    await store.close()
  }
}

/** A session that was ended after the backup would be open again, and a cookie somebody stole with it. */
async function endSessions(store: Store, now: number): Promise<number> {
  let ended = 0
  for (const { id } of await store.sessions.listOpen()) {
    if (await store.sessions.end(id, now, 'operator')) ended += 1
  }
  return ended
}

/** An invitation that was used or revoked after the backup would set a password once more. */
async function revokeInvitations(store: Store, now: number): Promise<number> {
  let revoked = 0
  for (const { id } of await store.users.list()) if (await store.invitations.revoke(id, now)) revoked += 1
  return revoked
}

async function leaveBehind(store: Store, manifest: Manifest, now: number) {
  const brought = new Set(manifest.files.map(({ name }) => segmentOf(name)))
  const missing = (await store.segments.list()).filter(({ id, count }) => count > 0 && !brought.has(id))
  const absent = missing.filter(({ prunedAt }) => prunedAt === undefined)
  // As after a removal by retention: verify.ts then excuses them even when the record below is gone in its turn.
  for (const { id } of absent) await store.segments.markPruned(id, now)
  return { absent, removed: missing.filter(({ prunedAt }) => prunedAt !== undefined) }
}

interface Recorded {
  readonly folder: string
  readonly manifest: Manifest
  readonly store: Store
  readonly sessionsEnded: number
  readonly absent: readonly SegmentRow[]
  readonly removed: readonly SegmentRow[]
}

async function record(
  { folder, manifest, store, sessionsEnded, absent, removed }: Recorded,
  { keys, clock, limits, onFault }: SettleParts,
): Promise<void> {
  const audit = await openAudit({
    dir: join(folder, auditFolder),
    key: keys.subKey('audit-chain').reveal(),
    segments: store.segments,
    clock,
    limits,
    onFault,
  })
  try {
    const most = Math.max(1, absent.length, removed.length)
    for (let from = 0; from < most; from += mostInRecord) {
      const part = (rows: readonly SegmentRow[]) => rows.slice(from, from + mostInRecord)
      await audit.write({
        kind: 'state.restored',
        asker: { principal: 'operator' },
        backup: manifest.backup,
        madeAt: Date.parse(manifest.madeAt),
        sessionsEnded,
        absent: part(absent).map(({ id, count, head }) => ({ segment: id, count, head })),
        removed: part(removed).map(({ id }) => id),
      })
    }
  } finally {
    await audit.close()
  }
}
