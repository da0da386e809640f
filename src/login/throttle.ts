/** The pace of login attempts: counted at the start, per address, for all, and for a user's name. */
import { addressKey } from '../kit/address-key.ts'
import { failureKeyOf, type Username } from '../kit/username.ts'
import type { AccountId, FailureAnswer, PaceRule } from '../store/rows.ts'
import type { FailureStore, PaceStore } from '../store/store.ts'
import { failureRule } from '../users/failures.ts'
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
  /** What this browser is to the account; undefined: a stranger's. */
  readonly browser: KnownBrowser | undefined
  /** The password of today. */
  readonly mark: PasswordMark
  /** Absent: the shared password. */
  readonly username?: Username | undefined
  /** Absent: nobody has the name. */
  readonly account?: AccountId | undefined
}

export type Bucket = 'stranger' | 'known-browser' | 'known-before' | 'account' | 'session' | 'invitation'

export type Paced =
  | {
      readonly allowed: true
      /** The count that this attempt stands in until it succeeds; none for the shared password. */
      readonly counted?: Counted
    }
  | { readonly allowed: false; readonly bucket: Bucket; /** Seconds. */ readonly retryAfter: number }

export interface Counted {
  readonly key: string
  readonly failures: number
  /** This attempt was the last one before the cap. */
  readonly last: boolean
}

interface Budget {
  readonly bucket: Bucket
  readonly rules: readonly PaceRule[]
}

/**
 * Which budgets an attempt draws from.
 *
 * A shared password must not be locked (OWASP Authentication Cheat Sheet, "Account Lockout"): anybody could lock out
 * everybody. Instead strangers wait for each other, and who has signed in before doesn't wait for them, not even
 * behind the same address. Cookies gathered with a password that has been changed since would be many budgets for
 * guessing the new one, so all of those of one account together share one as large as the strangers'.
 */
export function rulesFor(attempt: Attempt, paces: Paces): Budget {
  const { browser, mark, username, account } = attempt
  if (browser === undefined) return strangersBudget(attempt.address, paces)
  const own = { key: `known:${browser.id}`, ...paces.knownBrowser }
  if (browser.mark === mark) return { bucket: 'known-browser', rules: [own] }
  const shared = username === undefined ? 'known-before' : `known-before:${account ?? ''}`
  return { bucket: 'known-before', rules: [own, { key: shared, ...paces.everyone }] }
}

function strangersBudget(address: string, paces: Paces): Budget {
  const own = { key: `address:${addressKey(address)}`, ...paces.address }
  return { bucket: 'stranger', rules: [own, { key: 'everyone', ...paces.everyone }] }
}

/** What a count at its cap asks to wait: only a person can help, so the longest wait there is. */
const lockedSeconds = failureRule.mostWaitMs / 1000

export interface Throttle {
  attempt(attempt: Attempt, now: number): Promise<Paced>
  /** Proofs of the current password by somebody who is signed in; `key` is the session's own count. */
  prove(key: string, now: number): Promise<Paced>
  /** What anybody can ask for without an account. `own` is the budget of a caller who has shown something true. */
  ask(asked: { readonly address: string; readonly own?: string }, now: number): Promise<Paced>
  /**
   * Registrations begun with one invitation. Each evaluates OPAQUE's key for the name (RFC 9807 section 5.1), which is what
   * an attempt to sign in does: where the account has a password, it is a guess at that, so they are counted like guesses.
   */
  register(own: string, now: number): Promise<Paced>
}

export interface ThrottleStore {
  readonly paces: Pick<PaceStore, 'take'>
  readonly failures: Pick<FailureStore, 'take'>
}

export function makeThrottle(paces: Paces, store: ThrottleStore): Throttle {
  const draw = async ({ bucket, rules }: Budget, now: number): Promise<Paced> => {
    const answer = await store.paces.take(rules, now)
    return answer.allowed ? answer : paced(bucket, answer.retryAt, now)
  }
  const count = async (bucket: Bucket, key: string, now: number): Promise<Paced> =>
    judge(await store.failures.take(key, failureRule, now), { bucket, key, now })

  const attemptAs = async (attempt: Attempt, now: number): Promise<Paced> => {
    const budget = rulesFor(attempt, paces)
    const drawn = await draw(budget, now)
    if (!drawn.allowed || attempt.username === undefined) return drawn
    if (budget.bucket !== 'known-browser' || attempt.browser === undefined)
      return count('account', failureKeyOf(attempt.username), now)
    const own = await count('known-browser', `known:${attempt.browser.id}`, now)
    // Its own count is used up, and no operator knows its key: from here on the browser is a stranger's, under the account's cap.
    if (!own.allowed && own.retryAfter === Infinity) return attemptAs({ ...attempt, browser: undefined }, now)
    return own
  }

  return {
    attempt: async (attempt, now) => finite(await attemptAs(attempt, now)),
    prove: async (key, now) => {
      const drawn = await draw({ bucket: 'session', rules: [{ key, ...paces.knownBrowser }] }, now)
      return drawn.allowed ? finite(await count('session', key, now)) : drawn
    },
    ask: ({ address, own }, now) => {
      const { rules } = strangersBudget(address, paces)
      return draw(
        own === undefined
          ? // Apart from the budgets for signing in, so that neither flood touches the other.
            { bucket: 'invitation', rules: rules.map((rule) => ({ ...rule, key: `join:${rule.key}` })) }
          : { bucket: 'invitation', rules: [{ key: invitationKeyOf(own), ...paces.knownBrowser }] },
        now,
      )
    },
    register: async (own, now) => finite(await count('invitation', invitationKeyOf(own), now)),
  }
}

/** Under what the registrations of an invitation are counted. */
export function invitationKeyOf(own: string): string {
  return `invitation:${own}`
}

function judge(
  answer: FailureAnswer,
  { bucket, key, now }: { readonly bucket: Bucket; readonly key: string; readonly now: number },
): Paced {
  if (answer.allowed) {
    const last = answer.count >= failureRule.most
    return { allowed: true, counted: { key, failures: answer.count, last } }
  }
  return paced(bucket, answer.retryAt ?? Infinity, now)
}

function paced(bucket: Bucket, retryAt: number, now: number): Paced {
  return { allowed: false, bucket, retryAfter: Math.max(1, Math.ceil((retryAt - now) / 1000)) }
}

function finite(answer: Paced): Paced {
  if (answer.allowed || Number.isFinite(answer.retryAfter)) return answer
  return { ...answer, retryAfter: lockedSeconds }
}
