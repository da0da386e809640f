/** Looking again at what is watched: at what changed at once, at everything from time to time. Called twice a second. */
import type { Watchers } from './watchers.ts'

export interface Reviewed<Row extends { readonly id: string }, Why> {
  readonly watchers: Watchers<Row, Why>
  /** A number that changes when another process wrote; silent about this one's own writes. */
  changes(): Promise<number>
  /** Whether a limit of the row's own has passed. */
  isPast(row: Row, now: number): boolean
  /** Asks the store for these rows, and tells whoever watches one that has ended. */
  recheck(rows: readonly Row[], now: number): Promise<void>
  /** What is done every half minute: writing what waits, forgetting what is over. */
  sweep(now: number): Promise<void>
  /** What watchers are told when nobody can say any more whether their row still holds. */
  readonly silent: Why
}

export const sweepMs = 30_000
/** A store that has been silent for so long can't vouch for open streams any more. */
const silenceMs = 5_000

export class WatchReview<Row extends { readonly id: string }, Why> {
  readonly #reviewed: Reviewed<Row, Why>
  #changes: number | undefined
  #sweptAt = -Infinity
  #heardAt: number

  constructor(reviewed: Reviewed<Row, Why>, now: number) {
    this.#reviewed = reviewed
    this.#heardAt = now
  }

  async run(now: number): Promise<void> {
    try {
      await this.#look(now)
      this.#heardAt = now
    } catch (fault) {
      // Whatever it was about to look at, the next review looks at.
      this.#changes = undefined
      if (Math.abs(now - this.#heardAt) >= silenceMs) {
        const { watchers, silent } = this.#reviewed
        watchers.tellAll(silent)
      }
      throw fault
    }
  }

  async #look(now: number): Promise<void> {
    const { watchers } = this.#reviewed
    const changes = await this.#reviewed.changes()
    // Either way: a clock that was set back must not put it off.
    const sweep = Math.abs(now - this.#sweptAt) >= sweepMs
    const fresh = watchers.takeFresh()
    const rows =
      changes !== this.#changes || sweep
        ? watchers.list()
        : [...fresh, ...watchers.list().filter((row) => this.#reviewed.isPast(row, now))]
    await this.#reviewed.recheck(rows, now)
    if (sweep) {
      await this.#reviewed.sweep(now)
      this.#sweptAt = now
    }
    this.#changes = changes
  }
}
