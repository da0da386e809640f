/** Reads the audit log as one: the records of all segments by time, and on request those still to come. */
import { readdir } from 'node:fs/promises'
import { parseLine } from './chain.ts'
import { isOpenedBy } from './commitment.ts'
import { parseObject, parseOpenings, personalFieldNames } from './parse-record.ts'
import { LineReader } from './read-lines.ts'
import { segmentIds, segmentPath } from './segment-file.ts'

/** A record as it was written, with its personal values in place of their commitments where they still exist. */
export interface AuditRecord {
  readonly file: string
  readonly n: number
  /** ISO 8601, UTC. */
  readonly datetime: string
  readonly event: string
  readonly level: string
  readonly kind: string
  readonly [field: string]: unknown
}

export interface TailOptions {
  readonly dir: string
  /** Only so many of the records there are at the start, the latest. */
  readonly last?: number
  /** Waits a moment and answers whether to look again; without it the reading ends with the files. */
  readonly follow?: () => Promise<boolean>
}

/** Unreadable lines are left out: they are the business of a verification, which this is not. */
export async function* tailAudit({ dir, last, follow }: TailOptions): AsyncGenerator<AuditRecord, void> {
  const sources = new Map<string, Source>()
  const existing = merge(await refresh(dir, sources))
  yield* last === undefined ? existing : latest(existing, last)
  while (follow !== undefined && (await follow())) yield* merge(await refresh(dir, sources))
}

/** The latest `count` of what comes, in order. */
async function* latest(records: AsyncIterable<AuditRecord>, count: number) {
  const kept: AuditRecord[] = []
  for await (const record of records) {
    kept.push(record)
    // Cut now and then, not each time: shifting an array costs its length.
    if (kept.length > 2 * count + 1000) kept.splice(0, kept.length - count)
  }
  if (count > 0) yield* kept.slice(-count)
}

/** New segments join, removed ones leave. */
async function refresh(dir: string, sources: Map<string, Source>): Promise<readonly Source[]> {
  const ids = segmentIds(await readdir(dir))
  for (const id of sources.keys()) if (!ids.includes(id)) sources.delete(id)
  for (const id of ids) if (!sources.has(id)) sources.set(id, new Source(dir, id))
  return ids.flatMap((id) => sources.get(id) ?? [])
}

/** By time over all segments; within one, the order of the file, whatever the clock did. */
async function* merge(sources: readonly Source[]): AsyncGenerator<AuditRecord, void> {
  const waiting = [...sources]
  let ready: { readonly source: Source; head: AuditRecord }[] = []
  for (;;) {
    ready.sort((a, b) => (a.head.datetime < b.head.datetime ? -1 : a.head.datetime > b.head.datetime ? 1 : 0))
    const first = ready[0]
    const young = waiting[0]
    // Segments sort by the time of their opening, so later ones needn't be looked at yet.
    if (young !== undefined && (first === undefined || young.openedAt <= first.head.datetime)) {
      waiting.shift()
      const head = await young.next()
      if (head !== undefined) ready.push({ source: young, head })
      continue
    }
    if (first === undefined) return
    yield first.head
    const head = await first.source.next()
    if (head === undefined) ready = ready.slice(1)
    else first.head = head
  }
}

class Source {
  /** From the name, in the shape of `datetime`. */
  readonly openedAt: string
  readonly #id: string
  readonly #reader: LineReader

  constructor(dir: string, id: string) {
    this.#id = id
    this.#reader = new LineReader(segmentPath(dir, id))
    this.openedAt = id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z.*$/, '$1-$2-$3T$4:$5:$6.$7Z')
  }

  async next(): Promise<AuditRecord | undefined> {
    for (let line = await this.#reader.next(); line !== undefined; line = await this.#reader.next()) {
      const record = parseAuditRecord(this.#id, line)
      if (record !== undefined) return record
    }
    return undefined
  }
}

function parseAuditRecord(segment: string, line: Buffer): AuditRecord | undefined {
  const chained = parseLine(line)
  const fields = chained && parseObject(chained.record.toString('utf8'))
  if (chained === undefined || fields === undefined) return undefined
  const { n, datetime, event, level, kind } = fields
  if (typeof n !== 'number' || typeof datetime !== 'string' || typeof event !== 'string') return undefined
  if (typeof level !== 'string' || typeof kind !== 'string') return undefined
  return {
    ...fields,
    ...personalValues(chained.personal, fields),
    file: `${segment}.jsonl`,
    n,
    datetime,
    event,
    level,
    kind,
  }
}

/** Only what opens its commitment is shown; null where the value was deleted. */
function personalValues(personal: string | undefined, fields: Readonly<Record<string, unknown>>) {
  const openings = parseOpenings(personal) ?? {}
  const values: Record<string, string | null> = {}
  for (const field of personalFieldNames) {
    const commitment = fields[field]
    if (typeof commitment !== 'string') continue
    const opening = openings[field]
    values[field] = opening !== undefined && isOpenedBy(commitment, opening) ? opening.value : null
  }
  return values
}
