/** Begins a segment: announces it to the store, names those before it, removes what retention no longer keeps. */
import type { SegmentRow } from '../store/rows.ts'
import { listExpendable } from './retention.ts'
import { makeSegmentId, SegmentFile, segmentPath } from './segment-file.ts'
import { unwritable, type WriterParts } from './writer-parts.ts'

/** Of the segments known before, so many are named in the first record: each is named many times over. */
const mostNamed = 64

export class SegmentOpener {
  readonly #parts: WriterParts
  /** Segments that this process closed. */
  readonly #closed = new Set<string>()
  /** Announced to the store, and its file isn't made yet. */
  #announced: { readonly id: string; readonly openedAt: number } | undefined
  #lastOpenedAt = 0

  constructor(parts: WriterParts) {
    this.#parts = parts
  }

  async open(): Promise<SegmentFile> {
    const segment = await this.#begin()
    try {
      await this.#prune(segment)
    } catch (error) {
      await segment.abandon()
      throw error
    }
    return segment
  }

  /** From now on retention may take it. */
  noteClosed(segment: SegmentFile): void {
    this.#closed.add(segment.id)
  }

  async #begin(): Promise<SegmentFile> {
    const { dir, disk, segments, chainKey, draft, onSegment } = this.#parts
    const before = nameEarlier(await segments.list())
    const { id, openedAt } = await this.#announce()
    onSegment()
    const segment = await SegmentFile.create(disk, dir, id, openedAt, chainKey)
    try {
      await segment.append([draft({ kind: 'audit.opened', before })])
      await disk.syncDirectory(dir)
      await segments.advance(id, segment.count, segment.head)
    } catch (error) {
      await segment.abandon()
      // Without its file, the announced name serves the next attempt.
      await disk.remove(segmentPath(dir, id)).catch(() => {
        this.#announced = undefined
      })
      throw error
    }
    this.#announced = undefined
    return segment
  }

  /** To the store first: a file that the store doesn't know would be somebody else's. */
  async #announce(): Promise<{ readonly id: string; readonly openedAt: number }> {
    if (this.#announced !== undefined) return this.#announced
    const openedAt = Math.max(this.#parts.clock.now(), this.#lastOpenedAt + 1)
    const announced = { id: makeSegmentId(openedAt), openedAt }
    await this.#parts.segments.open({ ...announced, count: 0, head: '' })
    this.#lastOpenedAt = openedAt
    this.#announced = announced
    return announced
  }

  /**
   * Only ever into a fresh segment, so that the record of a removal is younger than every naming of what was removed
   * (verify.ts relies on it).
   */
  async #prune(segment: SegmentFile): Promise<void> {
    const { dir, disk, segments, limits, clock, draft, onFault } = this.#parts
    const now = clock.now()
    const around = { disk, dir, limits, now, current: segment.id, closed: this.#closed }
    for (const row of await listExpendable(await segments.list(), around)) {
      await segment.append([draft({ kind: 'audit.pruned', segment: row.id, count: row.count })])
      await segments.advance(segment.id, segment.count, segment.head)
      try {
        await disk.remove(segmentPath(dir, row.id))
      } catch (error) {
        // Too large is no reason to stop recording; the next segment tries again.
        onFault(unwritable(`an old segment of the audit log could not be removed (${row.id})`, error))
        return
      }
      await segments.markPruned(row.id, now)
      this.#closed.delete(row.id)
    }
  }
}

function nameEarlier(rows: readonly SegmentRow[]) {
  return rows
    .filter((row) => row.prunedAt === undefined && row.count > 0)
    .slice(-mostNamed)
    .map((row) => ({ segment: row.id, count: row.count, head: row.head }))
}
