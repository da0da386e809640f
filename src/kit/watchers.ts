/** Who wants to know when a credential ends, or means something else than before: the streams that are open in its name. */
import { DenseSet, type Placed } from './dense-set.ts'

interface Watch<Row, Why> extends Placed {
  readonly onEnd: (why: Why) => void
  readonly onUpdate: ((row: Row) => void) | undefined
}

interface Watched<Row, Why> {
  /** As the store had it when it was last asked. */
  row: Row
  readonly watches: DenseSet<Watch<Row, Why>>
}

/** By the row's id. Only rows that somebody watches are held. */
export class Watchers<Row extends { readonly id: string }, Why> {
  readonly #watched = new Map<Row['id'], Watched<Row, Why>>()
  readonly #fresh = new Set<Row['id']>()

  /** `onEnd` is called at most once, `onUpdate` with every row that was read anew; the answer takes the watch back. */
  add(row: Row, onEnd: (why: Why) => void, onUpdate?: (row: Row) => void): () => void {
    const watched = this.#watched.get(row.id) ?? { row, watches: new DenseSet<Watch<Row, Why>>() }
    this.#watched.set(row.id, watched)
    this.#fresh.add(row.id)
    const watch = { onEnd, onUpdate }
    watched.watches.add(watch)
    return () => {
      watched.watches.delete(watch)
      if (watched.watches.size === 0 && this.#watched.get(row.id) === watched) this.#watched.delete(row.id)
    }
  }

  list(): readonly Row[] {
    return Array.from(this.#watched.values(), (watched) => watched.row)
  }

  /** Watches that came in since the last call: it may have ended between being found and being watched. */
  takeFresh(): readonly Row[] {
    const rows = Array.from(this.#fresh, (id) => this.#watched.get(id)?.row).filter(
      (row) => row !== undefined,
    )
    this.#fresh.clear()
    return rows
  }

  update(row: Row): void {
    const watched = this.#watched.get(row.id)
    if (watched === undefined) return
    watched.row = row
    watched.watches.each(({ onUpdate }) => onUpdate?.(row))
  }

  tell(id: Row['id'], why: Why): void {
    const watched = this.#watched.get(id)
    if (watched === undefined) return
    this.#watched.delete(id)
    watched.watches.each(({ onEnd }) => onEnd(why))
  }

  tellAll(why: Why): void {
    for (const id of Array.from(this.#watched.keys())) this.tell(id, why)
  }
}
