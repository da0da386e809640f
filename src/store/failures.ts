/**
 * The waiting after failures in a row: exponential back-off and a cap (NIST SP 800-63B-4 section 3.2.2, OWASP
 * Authentication Cheat Sheet, "Login Throttling").
 */
import type { FailureAnswer, FailureRow, FailureRule } from './rows.ts'

type Counted = Pick<FailureRow, 'count' | 'lastAt'>

export interface FailureDecision {
  /** `count` is what stands afterwards: with this attempt when it is allowed, without it when it isn't. */
  readonly answer: FailureAnswer
  /** What to store; absent when nothing changed. */
  readonly counted?: Counted
}

/** A stored time further ahead than this comes from a clock that was wrong; see gcra.ts for its size. */
export const skewMs = 60_000

/**
 * Counts an attempt as failed before it is made, so that one that never comes back counts too; a success clears the
 * count. Pure: engines read `row` and write `counted` in one transaction.
 */
export function decideFailure(row: Counted | undefined, rule: FailureRule, now: number): FailureDecision {
  check(rule)
  if (row === undefined) {
    const counted = { count: 1, lastAt: now }
    return { answer: { allowed: true, count: 1 }, counted }
  }

  const { count } = row
  if (count >= rule.most) return { answer: { allowed: false, count } }

  const isAhead = row.lastAt > now + skewMs
  const lastAt = isAhead ? now : row.lastAt
  const wait = waitAfter(count, rule)
  if (wait > 0 && now < lastAt + wait) {
    const answer: FailureAnswer = { allowed: false, count, retryAt: lastAt + wait }
    // Stored, or every attempt would begin the wait anew.
    return isAhead ? { answer, counted: { count, lastAt } } : { answer }
  }
  return {
    answer: { allowed: true, count: count + 1 },
    counted: { count: count + 1, lastAt: Math.max(lastAt, now) },
  }
}

function waitAfter(count: number, { free, firstWaitMs, mostWaitMs }: FailureRule): number {
  if (count < free) return 0
  // A power of two beyond the range of numbers is Infinity, and the longest wait the smaller of the two.
  return Math.min(mostWaitMs, firstWaitMs * 2 ** (count - free))
}

/** A comparison with NaN is false, so a rule that isn't one would let everybody through. */
function check({ free, firstWaitMs, mostWaitMs, most }: FailureRule): void {
  const counts = Number.isSafeInteger(free) && free >= 1 && Number.isSafeInteger(most) && most >= 1
  const waits = firstWaitMs > 0 && mostWaitMs >= firstWaitMs && Number.isFinite(mostWaitMs)
  if (counts && waits) return
  throw new TypeError(
    'failure rule: free and most must be whole numbers from 1, firstWaitMs above 0, mostWaitMs finite and not below it',
  )
}
