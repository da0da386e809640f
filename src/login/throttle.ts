/** The pace of login attempts: counted at the start, per address and for all; never a lock. */
import type { PaceRule } from '../store/rows.ts'
import type { PaceStore } from '../store/store.ts'
import { addressKey } from '../kit/address-key.ts'
import type { KnownBrowser, PasswordMark } from './known-browser.ts'

/** So many attempts at once; one earns itself back in this time. */
export interface Pace {
  readonly burst: number
  readonly intervalMs: number
}

export interface Paces {
  readonly address: Pace
  readonly everyone: Pace
  readonly knownBrowser: Pace
}

export interface Attempt {
  readonly address: string
  readonly browser: KnownBrowser | undefined
  /** The password of today. */
  readonly mark: PasswordMark
}

export type Paced =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly bucket: Bucket; /** Seconds. */ readonly retryAfter: number }

export type Bucket = 'stranger' | 'known-browser' | 'known-before'

/**
 * Which budgets an attempt draws from.
 *
 * A shared password must not be locked (OWASP Authentication Cheat Sheet, "Account Lockout"): anybody could lock out
 * everybody. Instead strangers wait for each other, and who has signed in before doesn't wait for them, not even
 * behind the same address. Cookies gathered with a password that has been changed since would be many budgets for
 * guessing the new one, so all of those together share one as large as the strangers'.
 */
export function rulesFor(attempt: Attempt, paces: Paces): { bucket: Bucket; rules: readonly PaceRule[] } {
  const { browser, mark } = attempt
  if (browser === undefined) {
    const address = { key: `address:${addressKey(attempt.address)}`, ...paces.address }
    return { bucket: 'stranger', rules: [address, { key: 'everyone', ...paces.everyone }] }
  }
  const own = { key: `known:${browser.id}`, ...paces.knownBrowser }
  if (browser.mark === mark) return { bucket: 'known-browser', rules: [own] }
  return { bucket: 'known-before', rules: [own, { key: 'known-before', ...paces.everyone }] }
}

export interface Throttle {
  attempt(attempt: Attempt, now: number): Promise<Paced>
}

export function makeThrottle(paces: Paces, store: Pick<PaceStore, 'take'>): Throttle {
  return {
    attempt: async (attempt, now) => {
      const { bucket, rules } = rulesFor(attempt, paces)
      const answer = await store.take(rules, now)
      if (answer.allowed) return answer
      return { allowed: false, bucket, retryAfter: Math.max(1, Math.ceil((answer.retryAt - now) / 1000)) }
    },
  }
}
