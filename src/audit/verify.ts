/** Verifies the whole audit log: every segment by itself, against the store, and against what later segments say of it. */
import { readdir } from 'node:fs/promises'
import type { SegmentRow } from '../store/rows.ts'
import type { SegmentStore } from '../store/store.ts'
import { deriveChainKey, parseLine } from './chain.ts'
import type { Finding, Note } from './findings.ts'
import { parseClaims, parseRecord, type Claim } from './parse-record.ts'
import { LineReader } from './read-lines.ts'
import { Restores } from './restores.ts'
import { segmentIds, segmentPath } from './segment-file.ts'
import { verifySegment, type SegmentReport } from './verify-segment.ts'

export interface VerifyOptions {
  readonly dir: string
  readonly key: Uint8Array
  readonly segments: SegmentStore
}

export interface Verification {
  /** Empty: nothing was done to the log. */
  readonly findings: readonly Finding[]
  readonly notes: readonly Note[]
  readonly segments: number
  /** Records that hold. */
  readonly records: number
}

/** What the store or a segment says of a segment. */
interface Named extends Claim {
  readonly namedBy: string
}

/** May run while a gate is writing: the heads are read first, and what comes after them is not expected yet. */
export async function verifyAudit({ dir, key, segments }: VerifyOptions): Promise<Verification> {
  const rows = await segments.list()
  const ids = segmentIds(await readdir(dir))
  const chainKey = deriveChainKey(key)
  const asked = await collectAsked(dir, ids, rows)
  const reports = new Map<string, SegmentReport>()
  for (const id of ids) {
    const numbers = asked.get(id) ?? new Set<number>()
    reports.set(id, await verifySegment(segmentPath(dir, id), `${id}.jsonl`, id, chainKey, numbers))
  }
  // Asked again: the store hears of a segment before its file is made, and of a removal after it.
  const latest = await segments.list()
  const restores = new Restores(reports)
  const pruned = new Set(Array.from(reports.values(), (report) => report.pruned).flat())
  const strays = judgeUnknown(latest, reports, restores)
  return {
    findings: [
      ...Array.from(reports.values(), (report) => report.findings).flat(),
      ...strays.findings,
      ...compare({ rows, latest, reports, restores, pruned }),
    ],
    notes: [
      ...Array.from(reports.values(), (report) => report.notes).flat(),
      ...restores.notes(new Set(ids), pruned),
      ...strays.notes,
    ],
    segments: reports.size,
    records: Array.from(reports.values(), (report) => report.holding).reduce((sum, count) => sum + count, 0),
  }
}

/** The numbers whose MACs are named somewhere, so that one reading of each file is enough. */
async function collectAsked(dir: string, ids: readonly string[], rows: readonly SegmentRow[]) {
  const asked = new Map<string, Set<number>>()
  const ask = (segment: string, count: number) => {
    const numbers = asked.get(segment) ?? new Set()
    asked.set(segment, numbers.add(count))
  }
  for (const { id, count } of rows) ask(id, count)
  for (const id of ids) {
    const reader = new LineReader(segmentPath(dir, id))
    // A segment names others only at its beginning. Not verified yet: this only says what to look for.
    for (let naming = true; naming;) {
      const line = await reader.next()
      const chained = line && parseLine(line)
      const { kind, before, absent } = (chained && parseRecord(chained.record))?.fields ?? {}
      for (const { segment, count } of parseClaims(before ?? absent)) ask(segment, count)
      naming = kind === 'audit.opened' || kind === 'audit.pruned' || kind === 'state.restored'
    }
  }
  return asked
}

/** Files that the database doesn't know: somebody else's, or put back after a restore. */
function judgeUnknown(
  latest: readonly SegmentRow[],
  reports: ReadonlyMap<string, SegmentReport>,
  restores: Restores,
) {
  const findings: Finding[] = []
  const notes: Note[] = []
  const known = new Set(latest.map(({ id }) => id))
  for (const [id, report] of reports) {
    if (known.has(id)) continue
    const file = `${id}.jsonl`
    // Only whoever has the key can make a chain that holds under this name.
    const isOurs = report.holding > 0 && report.findings.length === 0
    if (isOurs && restores.isBetween(id)) notes.push({ kind: 'segment-between', file })
    else findings.push({ kind: 'segment-unknown', file })
  }
  return { findings, notes }
}

interface Compared {
  /** The database before the files were read, and after. */
  readonly rows: readonly SegmentRow[]
  readonly latest: readonly SegmentRow[]
  readonly reports: ReadonlyMap<string, SegmentReport>
  readonly restores: Restores
  /** Removed by retention, as a record says that holds. */
  readonly pruned: ReadonlySet<string>
}

function compare(compared: Compared): readonly Finding[] {
  const { rows, latest, reports } = compared
  const findings: Finding[] = []
  const known = new Map(latest.map((row) => [row.id, row]))
  const done = new Set<string>()
  for (const named of listNamed(rows, reports)) {
    const report = reports.get(named.segment)
    const finding =
      report === undefined
        ? judgeMissing(named, known.get(named.segment), compared)
        : judgeHead(named, report)
    // One finding of a kind for a file; the store speaks first.
    if (finding === undefined || done.has(finding.kind + finding.file)) continue
    done.add(finding.kind + finding.file)
    findings.push(finding)
  }
  return findings
}

function listNamed(rows: readonly SegmentRow[], reports: ReadonlyMap<string, SegmentReport>): Named[] {
  const byStore = rows
    .filter(({ count }) => count > 0)
    .map(({ id, count, head }) => ({ segment: id, count, head, namedBy: 'the database' }))
  const bySegments = Array.from(reports, ([id, { before }]) =>
    before.map((claim) => ({ ...claim, namedBy: `${id}.jsonl` })),
  ).flat()
  return [...byStore, ...bySegments]
}

/**
 * Retention records a removal before it removes, oldest first, in a segment younger than all that name the file. So
 * either that record is still here, or one that says that a younger segment went the same way. What a restore did not
 * bring stands in the first records after it, and the database has it as removed from then on: when retention takes those
 * records, the same rule holds.
 */
function judgeMissing(
  { segment, namedBy }: Named,
  now: SegmentRow | undefined,
  { rows, restores, pruned }: Compared,
): Finding | undefined {
  if (pruned.has(segment) || restores.excusesMissing(segment)) return undefined
  if (now === undefined && restores.isBetween(segment)) return undefined
  const markedPruned = now === undefined || now.prunedAt !== undefined
  if (markedPruned && Array.from(pruned).some((id) => id > segment)) return undefined
  const earlier = rows.find(({ id }) => id === segment)
  const justNow = now?.prunedAt !== undefined && earlier !== undefined && earlier.prunedAt === undefined
  return justNow ? undefined : { kind: 'segment-missing', file: `${segment}.jsonl`, namedBy }
}

function judgeHead({ segment, count, head, namedBy }: Named, report: SegmentReport): Finding | undefined {
  // Nothing more can be said of a file that isn't ours or is broken throughout.
  if (report.findings.some(({ kind }) => kind === 'segment-foreign' || kind === 'segment-broken'))
    return undefined
  const file = `${segment}.jsonl`
  const mac = report.macs.get(count)
  if (mac === head) return undefined
  if (mac !== undefined) return { kind: 'head-differs', file, count, namedBy }
  if (report.lastNumber < count)
    return { kind: 'records-cut-off', file, line: report.lines + 1, count: count - report.lastNumber }
  // There is such a line and it doesn't hold: that finding stands already.
  return report.findings.length > 0 ? undefined : { kind: 'head-differs', file, count, namedBy }
}
