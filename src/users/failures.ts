/** How failed sign-ins of one account are counted. */
import type { FailureRule } from '../store/rows.ts'

/**
 * NIST SP 800-63B-4 section 3.2.2: "no more than 100" failures in a row, and waits "that increase as the account
 * approaches its maximum allowance". Five slips of the hand cost nothing.
 */
export const failureRule: FailureRule = { free: 5, firstWaitMs: 30_000, mostWaitMs: 15 * 60_000, most: 100 }

/** Of a name's hundred, strangers have so many together. */
export const accountRule: FailureRule = { ...failureRule, most: 80 }

/** And a known browser the rest: half at the address where somebody last signed in with it, half elsewhere. */
export const knownBrowserRule: FailureRule = { ...failureRule, most: 10 }
