/** The pace: the generic cell rate algorithm (ITU-T I.371 annex A, virtual scheduling), one number per bucket. */
import type { PaceAnswer, PaceRule } from './rows.ts'

export interface PaceDecision {
  readonly answer: PaceAnswer
  /** The theoretical arrival times to store, by bucket. */
  readonly arrivals: ReadonlyMap<string, number>
}

/**
 * A stored time this far beyond what the rule can reach comes from a clock that was wrong, or from a slower rule of
 * an earlier configuration. Without a limit, a gate that once believed in next year would let nobody in until then.
 * More than the age a caller's `now` can have (a write waits 5 s for another process), so no attempt is given away.
 */
const skewMs = 60_000

/** Takes one attempt from every bucket, or none. Pure: engines read `stored` and write `arrivals` in one transaction. */
export function decidePace(
  rules: readonly PaceRule[],
  stored: (key: string) => number | undefined,
  now: number,
): PaceDecision {
  if (rules.length === 0) throw new TypeError('an attempt without a pace rule would always pass')
  const taken = new Map<string, number>()
  const corrected = new Map<string, number>()
  let retryAt: number | undefined

  for (const rule of rules) {
    const { key, intervalMs, burst } = checked(rule)
    const latest = now + burst * intervalMs
    const found = taken.get(key) ?? stored(key) ?? now
    if (found > latest + skewMs) corrected.set(key, latest)

    const arrival = Math.max(now, corrected.get(key) ?? found)
    const earliest = arrival - (burst - 1) * intervalMs
    if (now >= earliest) taken.set(key, arrival + intervalMs)
    else retryAt = Math.max(retryAt ?? earliest, earliest)
  }

  return retryAt === undefined
    ? { answer: { allowed: true }, arrivals: taken }
    : { answer: { allowed: false, retryAt }, arrivals: corrected }
}

function checked(rule: PaceRule): PaceRule {
  if (rule.intervalMs > 0 && rule.burst >= 1 && Number.isFinite(rule.intervalMs * rule.burst)) return rule
  throw new TypeError(`pace rule ${rule.key}: intervalMs must be above 0 and burst at least 1`)
}
