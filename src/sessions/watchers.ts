/** Who wants to know when a session ends: the streams that are open in its name. */
import type { SessionEnd, SessionId, SessionRow } from '../store/rows.ts'

/** `unknown`: the store has been silent for too long to go on trusting the session. */
export type WatchedEnd = SessionEnd | 'unknown'

interface Watched {
  /** As the store had it when it was last asked. */
  row: SessionRow
  readonly calls: Set<(why: WatchedEnd) => void>
}

export class Watchers {
  readonly #watched = new Map<SessionId, Watched>()
  readonly #fresh = new Set<SessionId>()

  /** Calls back at most once; the answer takes the watch back. */
  add(row: SessionRow, onEnd: (why: WatchedEnd) => void): () => void {
    const watched = this.#watched.get(row.id) ?? { row, calls: new Set() }
    this.#watched.set(row.id, watched)
    this.#fresh.add(row.id)
    // Wrapped, so that the same function given twice is two watches.
    const call = (why: WatchedEnd) => {
      onEnd(why)
    }
    watched.calls.add(call)
    return () => {
      watched.calls.delete(call)
      if (watched.calls.size === 0 && this.#watched.get(row.id) === watched) this.#watched.delete(row.id)
    }
  }

  list(): readonly SessionRow[] {
    return Array.from(this.#watched.values(), (watched) => watched.row)
  }

  /** Watches that came in since the last call: the session may have ended between being found and being watched. */
  takeFresh(): readonly SessionRow[] {
    const rows = Array.from(this.#fresh, (id) => this.#watched.get(id)?.row).filter(
      (row) => row !== undefined,
    )
    this.#fresh.clear()
    return rows
  }

  update(row: SessionRow): void {
    const watched = this.#watched.get(row.id)
    if (watched !== undefined) watched.row = row
  }

  tell(id: SessionId, why: WatchedEnd): void {
    const watched = this.#watched.get(id)
    if (watched === undefined) return
    this.#watched.delete(id)
    for (const call of watched.calls) call(why)
  }

  tellAll(why: WatchedEnd): void {
    for (const id of Array.from(this.#watched.keys())) this.tell(id, why)
  }
}
