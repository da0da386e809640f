/** When something was last used: kept in memory and written together, so that a request costs no disk write. */

export interface SeenStore<Id extends string> {
  touch(seen: readonly { readonly id: Id; readonly at: number }[]): Promise<void>
}

export class LastSeen<Id extends string> {
  readonly #store: SeenStore<Id>
  readonly #seen = new Map<Id, number>()

  constructor(store: SeenStore<Id>) {
    this.#store = store
  }

  mark(id: Id, at: number): void {
    if (at > (this.#seen.get(id) ?? 0)) this.#seen.set(id, at)
  }

  /** The later of the stored time and the one that still waits to be written. */
  latest(id: Id, stored: number): number {
    return Math.max(stored, this.#seen.get(id) ?? 0)
  }

  forget(id: Id): void {
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
