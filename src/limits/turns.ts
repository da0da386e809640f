/** Turns at something that costs: so many at once for one asker, and then one after the other, for as long as anybody would wait. */
import { Recent } from '../kit/recent.ts'
import { decidePace } from '../store/gcra.ts'
import type { PaceRule } from '../store/rows.ts'

/** So many at once; one earns itself back in this time. */
export type TurnPace = Omit<PaceRule, 'key'>

/** Askers that are remembered: whoever is more of them than this needs no second turn of one. */
const mostAskers = 20_000

export class Turns {
  readonly #pace: TurnPace
  /** The longest that anybody waits. */
  readonly #patienceMs: number
  readonly #arrivals = new Recent<number>(mostAskers)

  constructor(pace: TurnPace, patienceMs: number) {
    this.#pace = pace
    this.#patienceMs = patienceMs
  }

  /** Milliseconds until its turn; undefined, and nothing is taken, where that would be too long. `now`: of a clock that isn't set back. */
  take(asker: string, now: number): number | undefined {
    const { burst, intervalMs } = this.#pace
    // Those who wait have drawn already, so that each comes after all before it.
    const rule = { key: asker, intervalMs, burst: burst + this.#patienceMs / intervalMs }
    const { answer, arrivals } = decidePace([rule], (key) => this.#arrivals.get(key), now)
    const arrival = arrivals.get(asker)
    if (arrival !== undefined) this.#arrivals.set(asker, arrival)
    if (!answer.allowed || arrival === undefined) return undefined
    return Math.max(0, arrival - burst * intervalMs - now)
  }
}
