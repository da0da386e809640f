/** Activity marks: kept in memory and written together, so that a request costs no disk write. */
import type { SessionId } from '../store/rows.ts'
import type { SessionStore } from '../store/store.ts'

export class Activity {
  readonly #store: Pick<SessionStore, 'touch'>
  readonly #seen = new Map<SessionId, number>()

  constructor(store: Pick<SessionStore, 'touch'>) {
    this.#store = store
  }

  mark(id: SessionId, at: number): void {
    if (at > (this.#seen.get(id) ?? 0)) this.#seen.set(id, at)
  }

  /** The later of the stored time and the one that still waits to be written. */
  latest(id: SessionId, stored: number): number {
    return Math.max(stored, this.#seen.get(id) ?? 0)
  }

  forget(id: SessionId): void {
    this.#seen.delete(id)
  }

  async flush(): Promise<void> {
    const batch = Array.from(this.#seen, ([id, at]) => ({ id, at }))
    if (batch.length === 0) return
    await this.#store.touch(batch)
    // Marks that came in while the store was writing stay for the next time.
    for (const { id, at } of batch) if (this.#seen.get(id) === at) this.#seen.delete(id)
  }
}
