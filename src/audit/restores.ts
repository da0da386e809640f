/** What a restored state says of its audit log: which segments the backup did not bring, and what they must end with. */
import type { StateRestoredNote } from './findings.ts'
import { parseClaims, type Claim, type ParsedRecord } from './parse-record.ts'

/** One `state.restored` record that holds; a long list stands in several. */
export interface Restore {
  readonly backup: string
  /** When the backup was made, in milliseconds since the epoch. */
  readonly madeAt: number
  /** Not here when the state was restored. */
  readonly absent: readonly Claim[]
  /** Gone already when the backup was made. */
  readonly removed: readonly string[]
}

export function parseRestore({ fields }: ParsedRecord): Restore | undefined {
  const { kind, backup, madeAt, absent, removed } = fields
  if (kind !== 'state.restored' || typeof backup !== 'string' || typeof madeAt !== 'number') return undefined
  const names = Array.isArray(removed) ? removed.filter((id) => typeof id === 'string') : []
  return { backup, madeAt, absent: parseClaims(absent), removed: names }
}

/** The restores found in all segments, and what they excuse. Believed only because the records that say it hold. */
export class Restores {
  readonly #byFile: readonly (Restore & { readonly segment: string })[]
  readonly #listed: ReadonlySet<string>

  constructor(reports: ReadonlyMap<string, { readonly restores: readonly Restore[] }>) {
    this.#byFile = Array.from(reports, ([segment, { restores }]) =>
      restores.map((restore) => ({ ...restore, segment })),
    ).flat()
    this.#listed = new Set(
      this.#byFile.flatMap(({ absent, removed }) => [...absent.map(({ segment }) => segment), ...removed]),
    )
  }

  /** Whether this segment was missing already when the state was restored. */
  excusesMissing(segment: string): boolean {
    return this.#listed.has(segment)
  }

  /** Begun after a backup was made and before it was put in place: the restored database can't know it. */
  isBetween(segment: string): boolean {
    return this.#byFile.some((restore) => segment >= timeInId(restore.madeAt) && segment < restore.segment)
  }

  /** One for each restore, with the segments that are still not here. */
  notes(here: ReadonlySet<string>, pruned: ReadonlySet<string>): readonly StateRestoredNote[] {
    const notes = new Map<string, StateRestoredNote>()
    for (const { segment, backup, madeAt, absent } of this.#byFile) {
      const missing = absent.filter((claim) => !here.has(claim.segment) && !pruned.has(claim.segment))
      const before = notes.get(`${segment} ${backup}`)?.absent ?? []
      notes.set(`${segment} ${backup}`, {
        kind: 'state-restored',
        file: `${segment}.jsonl`,
        backup,
        madeAt: new Date(madeAt).toISOString(),
        absent: [...before, ...missing],
      })
    }
    return [...notes.values()]
  }
}

/** How the id of a segment that was begun then starts (segment-file.ts, makeSegmentId). */
function timeInId(at: number): string {
  return new Date(at).toISOString().replace(/[-:.]/g, '')
}
