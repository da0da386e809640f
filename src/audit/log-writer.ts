/** Group commit: one loop owns the file, takes what waits, writes and syncs it once, and mends what breaks. */
import { isDiskFull } from './disk.ts'
import type { Draft } from './draft.ts'
import { Heads } from './heads.ts'
import { mostAtOnce, Pending, type PendingRecord, type Waiter } from './pending.ts'
import { segmentAgeMs, segmentBytes } from './retention.ts'
import type { SegmentFile } from './segment-file.ts'
import { SegmentOpener } from './segment-opener.ts'
import { unwritable, type WriterParts } from './writer-parts.ts'

type State =
  | { readonly kind: 'open'; readonly segment: SegmentFile }
  /** The disk is full: what may be written goes into the room that the reserve left. */
  | { readonly kind: 'on-reserve'; readonly segment: SegmentFile }
  | { readonly kind: 'broken'; readonly cause: unknown }

/** The promise is 50 ms until a note is on its way to the disk; the rest is for a busy event loop. */
const noteDelayMs = 35

const nowOnReserve = { kind: 'gate.faulted', code: 'audit-unwritable' } as const

export class LogWriter {
  readonly #parts: WriterParts
  readonly #pending = new Pending()
  readonly #heads: Heads
  readonly #opener: SegmentOpener
  #state: State = { kind: 'broken', cause: undefined }
  #timer: NodeJS.Timeout | undefined
  /** The disk has just filled up: what may be written on the reserve waits for it. */
  #givingUpReserve = false
  /** The database found no room, while the log still had some left in its last block. */
  #storeFull = false
  #closing = false
  #commitDue = false
  #mendDue = false
  #running: Promise<void> | undefined

  constructor(parts: WriterParts) {
    this.#parts = parts
    this.#opener = new SegmentOpener(parts)
    this.#heads = new Heads(parts.segments, {
      onFailure: (error) => {
        parts.onFault(unwritable('the head of the audit log could not be stored', error))
      },
      onFull: () => {
        // Whoever closes waits for the last head, and nobody signs out any more.
        if (this.#closing) return
        this.#storeFull = true
        this.#run()
      },
    })
  }

  /** The first segment; rejects when none can be opened. */
  async open(): Promise<void> {
    await this.#mend()
    if (this.#state.kind === 'broken') throw unwritable('the audit log cannot be opened', this.#state.cause)
    if (this.#state.kind === 'on-reserve')
      this.#parts.onFault(unwritable('the disk of the audit log is full'))
  }

  get isOpen(): boolean {
    return this.#state.kind === 'open' && !this.#pending.isFull
  }

  /** Whether a record of this weight would be taken now. */
  takes(onReserve: boolean): boolean {
    if (this.#pending.isFull) return false
    if (this.#state.kind === 'open') return true
    return onReserve && (this.#state.kind === 'on-reserve' || this.#givingUpReserve)
  }

  submit(draft: Draft, waiter?: Waiter): void {
    this.#pending.push(waiter === undefined ? draft : { ...draft, waiter })
    if (waiter === undefined) {
      this.#timer ??= setTimeout(() => {
        this.#commitDue = true
        this.#run()
      }, noteDelayMs)
    } else if (!this.#commitDue) {
      this.#commitDue = true
      // Whoever writes in the same turn of the event loop shares the sync.
      setImmediate(() => {
        this.#run()
      })
    }
  }

  /** Called each second: mends what is broken, closes what is old. */
  tick(): void {
    this.#mendDue = true
    this.#run()
  }

  /** Writes what is pending and closes the segment; rejects when something stays unwritten. */
  async close(): Promise<void> {
    this.#closing = true
    this.#mendDue = true
    this.#commitDue = true
    this.#run()
    while (this.#running !== undefined) await this.#running
    await this.#heads.settle()
    clearTimeout(this.#timer)
    const state = this.#state
    if (state.kind !== 'broken') await state.segment.close()
    const fault = unwritable('the audit log was closed with records unwritten')
    this.#pending.rejectWaiting(fault, true)
    if (this.#pending.size > 0) throw fault
  }

  #run(): void {
    this.#running ??= this.#loop().finally(() => {
      this.#running = undefined
      // Something may have come between the last look and here.
      if (this.#isDue) this.#run()
    })
  }

  get #isDue(): boolean {
    return this.#commitDue || this.#mendDue || this.#storeFull
  }

  async #loop(): Promise<void> {
    while (this.#isDue) {
      if (this.#storeFull) {
        this.#storeFull = false
        await this.#makeRoomForStore()
      }
      if (this.#mendDue) {
        this.#mendDue = false
        if (this.#state.kind === 'open') await this.#rotateIfDue(this.#state.segment)
        else await this.#mend()
      }
      if (this.#commitDue) await this.#commit()
    }
  }

  async #commit(): Promise<void> {
    this.#commitDue = false
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#state.kind !== 'broken') await this.#rotateIfDue(this.#state.segment)
    const state = this.#state
    if (state.kind === 'broken') return
    const batch = this.#pending.take(state.kind === 'on-reserve')
    if (batch.length === 0) return
    try {
      await state.segment.append(batch)
    } catch (error) {
      await this.#fail(state.segment, error, batch)
      return
    }
    for (const { waiter } of batch) waiter?.resolve()
    this.#heads.advance(state.segment)
    if (batch.length === mostAtOnce) this.#commitDue = true
  }

  /** Nothing is known about the tail after a failed write or sync: the segment ends here, another begins. */
  async #fail(segment: SegmentFile, error: unknown, batch: readonly PendingRecord[]): Promise<void> {
    const full = isDiskFull(error)
    this.#givingUpReserve = full
    this.#state = { kind: 'broken', cause: error }
    const fault = unwritable(`the audit log could not be written (${segment.id})`, error)
    const keeps = ({ waiter, onReserve }: PendingRecord) => waiter === undefined || (full && onReserve)
    this.#pending.putBack(batch.filter(keeps))
    for (const record of batch) if (!keeps(record)) record.waiter?.reject(fault)
    this.#parts.onFault(fault)
    await segment.abandon()
    this.#opener.noteClosed(segment)
    if (full) await this.#mend()
    this.#givingUpReserve = false
    const now = this.#stateKind()
    if (now !== 'open') this.#pending.rejectWaiting(fault, now === 'broken')
  }

  // Read through a method, since an await may have changed it under the compiler's eyes.
  #stateKind(): State['kind'] {
    return this.#state.kind
  }

  async #mend(): Promise<void> {
    const { reserve, draft } = this.#parts
    const wasBroken = this.#state.kind === 'broken'
    try {
      const segment = this.#state.kind === 'broken' ? await this.#openAtAnyCost() : this.#state.segment
      const reserved = await reserve.ensure().catch(() => false)
      this.#state = { kind: reserved ? 'open' : 'on-reserve', segment }
    } catch (error) {
      this.#state = { kind: 'broken', cause: error }
      return
    }
    if (wasBroken && this.#stateKind() === 'on-reserve') this.submit(draft(nowOnReserve))
    if (this.#pending.size > 0) this.#commitDue = true
  }

  /** Signing out is a change in the store first: without room there, the reserve is for nothing. */
  async #makeRoomForStore(): Promise<void> {
    const { reserve, draft } = this.#parts
    const state = this.#state
    if (state.kind !== 'open') return
    try {
      if (!(await reserve.isNeeded()) || !(await reserve.release())) return
    } catch {
      // As for a disk that fails: the next write tells.
      return
    }
    this.#state = { kind: 'on-reserve', segment: state.segment }
    this.#pending.rejectWaiting(unwritable('the disk of the audit log is full'), false)
    this.submit(draft(nowOnReserve))
  }

  async #openAtAnyCost(): Promise<SegmentFile> {
    try {
      return await this.#opener.open()
    } catch (error) {
      if (!isDiskFull(error) || !(await this.#parts.reserve.release())) throw error
      return this.#opener.open()
    }
  }

  async #rotateIfDue(segment: SegmentFile): Promise<void> {
    const { clock, limits, segments } = this.#parts
    const kind = this.#state.kind === 'on-reserve' ? 'on-reserve' : 'open'
    const age = clock.now() - segment.openedAt
    if (segment.bytes < segmentBytes(limits) && age < segmentAgeMs(limits)) return
    try {
      // The next segment names this one with its last head.
      await segments.advance(segment.id, segment.count, segment.head)
      await segment.close()
      this.#opener.noteClosed(segment)
      this.#state = { kind, segment: await this.#opener.open() }
    } catch (error) {
      await this.#fail(segment, error, [])
    }
  }
}
