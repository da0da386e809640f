/** Verifies one segment: every MAC, every commitment; says what doesn't hold and what the segment claims of others. */
import type { KeyObject } from 'node:crypto'
import { toBase64url } from '../kit/base64url.ts'
import { chainMac, chainStart, parseLine, type ChainedLine } from './chain.ts'
import { isOpenedBy } from './commitment.ts'
import { explainBreaks, type Break, type Suspect } from './explain-breaks.ts'
import type { Finding, Note } from './findings.ts'
import {
  parseClaims,
  parseOpenings,
  parseRecord,
  personalFieldNames,
  type Claim,
  type ParsedRecord,
} from './parse-record.ts'
import { LineReader } from './read-lines.ts'
import { parseRestore, type Restore } from './restores.ts'

export interface SegmentReport {
  readonly findings: readonly Finding[]
  readonly notes: readonly Note[]
  readonly lines: number
  /** Records that hold. */
  readonly holding: number
  /** The number of the last record, or what the last line claims to be. */
  readonly lastNumber: number
  /** MACs of records that hold, at the numbers asked for. */
  readonly macs: ReadonlyMap<number, string>
  readonly before: readonly Claim[]
  readonly pruned: readonly string[]
  readonly restores: readonly Restore[]
}

/** More than that, and the file as a whole is broken. */
const mostSuspects = 1000

interface OpenSuspect {
  readonly line: number
  readonly claims: number | undefined
  readonly chained: ChainedLine | undefined
}

interface OpenBreak {
  readonly after: number
  readonly suspects: OpenSuspect[]
  next: Break['next']
}

export async function verifySegment(
  path: string,
  file: string,
  segment: string,
  key: KeyObject,
  asked: ReadonlySet<number>,
): Promise<SegmentReport> {
  const reader = new LineReader(path)
  const seen = new Seen(file, asked)
  const start = chainStart(key, segment)
  // A record follows from the line before it or, when that line was inserted, from the last record that held.
  let before: Buffer = start
  let lastHeld: Buffer = start
  for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
    const chained = parseLine(line)
    const record = chained && parseRecord(chained.record)
    const follows = (mac: Buffer) => chained?.mac.equals(chainMac(key, mac, chained.record)) ?? false
    if (chained !== undefined && record !== undefined && (follows(before) || follows(lastHeld))) {
      seen.holds(chained, record)
      lastHeld = chained.mac
    } else if (!seen.suspect(chained, record)) break
    before = chained?.mac ?? before
  }
  const breaks = seen.breaks.length === 0 ? [] : await settle(path, seen.breaks, key, start)
  return seen.report(breaks, reader.tornBytes)
}

/** A second reading, only of a file that doesn't hold: are the suspects records of ours that were moved? */
async function settle(path: string, breaks: readonly OpenBreak[], key: KeyObject, start: Buffer) {
  const suspects = breaks.flatMap((each) => each.suspects)
  const wanted = new Set(suspects.map(({ claims }) => (claims ?? 0) - 1))
  const macs = new Map<number, Buffer[]>([[0, [start]]])
  const reader = new LineReader(path)
  for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
    const chained = parseLine(line)
    const number = chained && parseRecord(chained.record)?.n
    if (chained === undefined || number === undefined || !wanted.has(number)) continue
    const known = macs.get(number) ?? []
    if (known.length < 4) macs.set(number, [...known, chained.mac])
  }
  const isGenuine = ({ claims, chained }: OpenSuspect) =>
    claims !== undefined &&
    chained !== undefined &&
    (macs.get(claims - 1) ?? []).some((mac) => chained.mac.equals(chainMac(key, mac, chained.record)))
  return breaks.map(({ after, suspects, next }) => ({
    after,
    next,
    suspects: suspects.map((each): Suspect => ({ ...each, genuine: isGenuine(each) })),
  }))
}

/** What one reading of a segment gathers. */
class Seen {
  readonly breaks: OpenBreak[] = []
  readonly #file: string
  readonly #asked: ReadonlySet<number>
  readonly #findings: Finding[] = []
  readonly #macs = new Map<number, string>()
  readonly #pruned: string[] = []
  readonly #before: Claim[] = []
  readonly #restores: Restore[] = []
  #open: OpenBreak | undefined
  #lines = 0
  #holding = 0
  #suspects = 0
  #lastNumber = 0
  #lastHeldNumber = 0
  #personalDeleted = 0

  constructor(file: string, asked: ReadonlySet<number>) {
    this.#file = file
    this.#asked = asked
  }

  holds(chained: ChainedLine, record: ParsedRecord): void {
    this.#lines += 1
    this.#holding += 1
    this.#lastHeldNumber = record.n
    this.#lastNumber = Math.max(this.#lastNumber, record.n)
    if (this.#open !== undefined) this.#open.next = { line: this.#lines, number: record.n }
    this.#open = undefined
    if (this.#asked.has(record.n)) this.#macs.set(record.n, toBase64url(chained.mac))
    if (record.fields['kind'] === 'audit.opened') this.#before.push(...parseClaims(record.fields['before']))
    const restore = parseRestore(record)
    if (restore !== undefined) {
      this.#restores.push(restore)
      this.#before.push(...restore.absent)
    }
    const { segment } = record.fields
    if (record.fields['kind'] === 'audit.pruned' && typeof segment === 'string') this.#pruned.push(segment)
    this.#checkPersonal(chained, record)
  }

  /** False when it is one too many. */
  suspect(chained: ChainedLine | undefined, record: ParsedRecord | undefined): boolean {
    this.#lines += 1
    this.#suspects += 1
    const claims = record?.n
    this.#lastNumber = Math.max(this.#lastNumber, claims ?? this.#lastNumber + 1)
    if (this.#open === undefined) {
      this.#open = { after: this.#lastHeldNumber, suspects: [], next: undefined }
      this.breaks.push(this.#open)
    }
    this.#open.suspects.push({ line: this.#lines, claims, chained: copyOf(chained) })
    return this.#suspects < mostSuspects
  }

  report(breaks: readonly Break[], tornBytes: number): SegmentReport {
    const file = this.#file
    const findings = [...this.#findings]
    const notes: Note[] = []
    if (this.#holding === 0 && this.#suspects > 2) findings.push({ kind: 'segment-foreign', file })
    else if (this.#suspects >= mostSuspects) {
      findings.push({ kind: 'segment-broken', file, line: breaks[0]?.suspects[0]?.line ?? 1 })
    } else {
      findings.push(...explainBreaks(file, breaks))
      if (tornBytes > 0) notes.push({ kind: 'line-torn', file, line: this.#lines + 1, bytes: tornBytes })
    }
    if (this.#personalDeleted > 0)
      notes.push({ kind: 'personal-deleted', file, count: this.#personalDeleted })
    return {
      findings,
      notes,
      lines: this.#lines,
      holding: this.#holding,
      lastNumber: this.#lastNumber,
      macs: this.#macs,
      before: this.#before,
      pruned: this.#pruned,
      restores: this.#restores,
    }
  }

  #checkPersonal({ personal }: ChainedLine, { fields }: ParsedRecord): void {
    const openings = parseOpenings(personal)
    const wrong = (field: string) => {
      this.#findings.push({ kind: 'personal-changed', file: this.#file, line: this.#lines, field })
    }
    if (openings === undefined) {
      wrong('personal')
      return
    }
    for (const [field, opening] of Object.entries(openings)) {
      const commitment = personalFieldNames.find((name) => name === field) && fields[field]
      if (typeof commitment !== 'string' || !isOpenedBy(commitment, opening)) wrong(field)
    }
    for (const field of personalFieldNames) {
      if (fields[field] !== undefined && openings[field] === undefined) this.#personalDeleted += 1
    }
  }
}

/** The line is a view into a large buffer, and suspects are kept. */
function copyOf(chained: ChainedLine | undefined): ChainedLine | undefined {
  return chained && { mac: Buffer.from(chained.mac), record: Buffer.from(chained.record) }
}
