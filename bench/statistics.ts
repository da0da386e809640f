/** Medians, and how far they can be trusted. */

export interface Estimate {
  readonly median: number
  /** The 95 % confidence interval of the median, by bootstrap. */
  readonly low: number
  readonly high: number
}

const resamples = 2000

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Efron's percentile bootstrap; the generator starts alike each time, so the same values give the same interval. */
export function estimate(values: readonly number[]): Estimate {
  const random = makeGenerator()
  const medians = Array.from({ length: resamples }, () =>
    median(Array.from(values, () => values[Math.floor(random() * values.length)] ?? Number.NaN)),
  ).toSorted((a, b) => a - b)
  const at = (part: number) => medians[Math.round(part * (resamples - 1))] ?? Number.NaN
  return { median: median(values), low: at(0.025), high: at(0.975) }
}

/** Pair by pair, so that what slows both down falls out. */
export function ratios(values: readonly number[], to: readonly number[]): readonly number[] {
  return values.map((value, at) => value / (to[at] ?? Number.NaN))
}

/** mulberry32: even enough for drawing with replacement. */
function makeGenerator(): () => number {
  let state = 0x5e_c1_5e_0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export interface Separation {
  /** The chance that a value of the second kind is the larger of a pair; 0.5 tells nothing. */
  readonly auc: number
  /** Its standard error if the two kinds are one. */
  readonly error: number
}

/** Mann and Whitney's U as the area under the ROC curve; ties count half. */
export function separation(one: readonly number[], other: readonly number[]): Separation {
  const all = [...one.map((value) => ({ value, other: 0 })), ...other.map((value) => ({ value, other: 1 }))]
  all.sort((a, b) => a.value - b.value)
  let ranks = 0
  for (let from = 0; from < all.length;) {
    let to = from
    while (to < all.length && all[to]?.value === all[from]?.value) to++
    // Equal values share the middle of their ranks.
    const rank = (from + 1 + to) / 2
    ranks += rank * all.slice(from, to).reduce((count, { other: is }) => count + is, 0)
    from = to
  }
  const [m, n] = [one.length, other.length]
  const auc = (ranks - (n * (n + 1)) / 2) / (m * n)
  return { auc, error: Math.sqrt((m + n + 1) / (12 * m * n)) }
}
