/** Records that wait for the next group commit, in the order of the calls. */
import type { Draft } from './draft.ts'

export interface Waiter {
  readonly resolve: () => void
  readonly reject: (fault: Error) => void
}

export interface PendingRecord extends Draft {
  readonly waiter?: Waiter
}

/** Enough for a disk that stalls for seconds; more than that means that records come faster than it can take. */
const mostBytes = 8 * 1024 * 1024
/** One commit: keeps the making of MACs under a few milliseconds. */
export const mostAtOnce = 512

export class Pending {
  #records: PendingRecord[] = []
  #bytes = 0

  get isFull(): boolean {
    return this.#bytes >= mostBytes
  }

  get size(): number {
    return this.#records.length
  }

  push(record: PendingRecord): void {
    this.#records.push(record)
    this.#bytes += sizeOf(record)
  }

  /** Takes the oldest; on the reserve only those that may be written there, and the others wait on. */
  take(onReserve: boolean): readonly PendingRecord[] {
    const taken: PendingRecord[] = []
    const left: PendingRecord[] = []
    for (const record of this.#records) {
      const fits = taken.length < mostAtOnce && (!onReserve || record.onReserve)
      ;(fits ? taken : left).push(record)
    }
    this.#records = left
    this.#bytes = left.reduce((sum, record) => sum + sizeOf(record), 0)
    return taken
  }

  /** Back to the front, after a commit that failed. */
  putBack(records: readonly PendingRecord[]): void {
    this.#records = [...records, ...this.#records]
    for (const record of records) this.#bytes += sizeOf(record)
  }

  /** Rejects whoever waits, and forgets those records: their requests were refused. Notes stay. */
  rejectWaiting(fault: Error, alsoReserved: boolean): void {
    const doomed = (record: PendingRecord) =>
      record.waiter !== undefined && (alsoReserved || !record.onReserve)
    const rejected = this.#records.filter(doomed)
    this.#records = this.#records.filter((record) => !doomed(record))
    for (const record of rejected) {
      this.#bytes -= sizeOf(record)
      record.waiter?.reject(fault)
    }
  }
}

function sizeOf({ rest, personal }: Draft): number {
  return rest.length + personal.length + 100
}
