/** Which closed segments go: those past retention, and the oldest while all of them are too large together. */
import type { Config } from '../config/config.ts'
import type { SegmentRow } from '../store/rows.ts'
import type { Disk } from './disk.ts'
import { segmentIds, segmentPath } from './segment-file.ts'

export type AuditLimits = Config['audit']

const day = 86_400_000
/** A segment that another process has not written to for so long counts as closed; it notices if it was not. */
const quietMs = 300_000

/** A segment is closed at this size … */
export function segmentBytes({ maxBytes }: AuditLimits): number {
  return Math.max(64 * 1024, Math.floor(maxBytes / 8))
}

/** … or at this age, so that retention is kept to within an eighth of itself. */
export function segmentAgeMs({ retentionMs }: AuditLimits): number {
  return Math.min(day, Math.floor(retentionMs / 8))
}

interface Surroundings {
  readonly disk: Disk
  readonly dir: string
  readonly limits: AuditLimits
  readonly now: number
  /** The segment just opened. */
  readonly current: string
  /** Segments that this process closed. */
  readonly closed: ReadonlySet<string>
}

/** Oldest first. Files that the store doesn't know are evidence and stay. */
export async function listExpendable(rows: readonly SegmentRow[], around: Surroundings) {
  const { disk, dir, limits, now, current, closed } = around
  const known = new Map(rows.map((row) => [row.id, row]))
  const files = []
  for (const id of segmentIds(await disk.list(dir))) {
    const found = await disk.stat(segmentPath(dir, id))
    if (found !== undefined) files.push({ id, ...found })
  }
  // Compared with a file just written and not with our clock: file systems have clocks of their own.
  const written = files.find(({ id }) => id === current)?.modifiedAt ?? 0
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0) + segmentBytes(limits)

  const expendable: SegmentRow[] = []
  for (const { id, bytes, modifiedAt } of files) {
    const row = known.get(id)
    if (row === undefined || id === current) continue
    if (!closed.has(id) && modifiedAt > written - quietMs) continue
    const expired = row.openedAt + segmentAgeMs(limits) + limits.retentionMs <= now
    if (!expired && total <= limits.maxBytes) continue
    expendable.push(row)
    total -= bytes
  }
  return expendable
}
