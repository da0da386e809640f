/** The pace of login attempts: counted at the start, per address, for all, and for a user's name. */
import { addressKey } from '../kit/address-key.ts'
import { failureKeyOf, type Username } from '../kit/username.ts'
import { decideFailure, skewMs } from '../store/failures.ts'
import type { AccountId, FailureAnswer, FailureRule, PaceRule } from '../store/rows.ts'
import type { FailureStore, PaceStore, SpentStore } from '../store/store.ts'
import { accountRule, failureRule, knownBrowserRule } from '../users/failures.ts'
import { knownBrowserMs, type KnownBrowser, type PasswordMark } from './known-browser.ts'

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
 * Which budgets a browser draws from that signed in before.
 *
 * A shared password must not be locked (OWASP Authentication Cheat Sheet, "Account Lockout"): anybody could lock out
 * everybody. Instead strangers wait for each other, and who has signed in before doesn't wait for them, not even
 * behind the same address. Cookies gathered with a password that has been changed since would be many budgets for
 * guessing the new one, so all of those of one account together share one as large as the strangers'.
 */
export function rulesFor(browser: KnownBrowser, attempt: Attempt, paces: Paces): Budget {
  const { mark, username, account } = attempt
  const own = { key: keyOf(browser), ...paces.knownBrowser }
  if (browser.mark === mark) return { bucket: 'known-browser', rules: [own] }
  const shared = username === undefined ? 'known-before' : `known-before:${account ?? ''}`
  return { bucket: 'known-before', rules: [own, { key: shared, ...paces.everyone }] }
}

/** Apart from where it signed in: whoever copied the cookie, and knocks from elsewhere, uses up nothing of its owner's there. */
function keyOf({ id, atHome }: KnownBrowser): string {
  return atHome ? `known:${id}` : `known:${id}:away`
}

function strangersBudget(address: string, paces: Paces): Budget {
  const own = { key: `address:${addressKey(address)}`, ...paces.address }
  return { bucket: 'stranger', rules: [own, { key: 'everyone', ...paces.everyone }] }
}

/** What a count at its cap asks to wait: only a person can help, so the longest wait there is. */
const lockedSeconds = failureRule.mostWaitMs / 1000

export interface Throttle {
  attempt(attempt: Attempt, now: number): Promise<Paced>
  /** Somebody signed in with it, and it has another cookie now: copies of this one are strangers' a minute from here. */
  replace(browser: KnownBrowser, now: number): Promise<void>
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
  readonly failures: Pick<FailureStore, 'take' | 'find'>
  readonly spent: Pick<SpentStore, 'spend' | 'find'>
}

/** An answer that never arrives leaves its browser with the former cookie: so long that one is good still, as a session's token is. */
const replacedGoodMs = 60_000

export function makeThrottle(paces: Paces, store: ThrottleStore): Throttle {
  const draw = async ({ bucket, rules }: Budget, now: number): Promise<Paced> => {
    const answer = await store.paces.take(rules, now)
    return answer.allowed ? answer : paced(bucket, answer.retryAt, now)
  }
  const count = async (counting: Counting): Promise<Paced> =>
    judge(await store.failures.take(counting.key, counting.rule, counting.now), counting)
  /** Who has to wait for the count is told that wait, and uses up no pace meanwhile. */
  const drawAndCount = async (budget: Budget, counting: Counting): Promise<Paced> => {
    const row = await store.failures.find(counting.key)
    const { answer, counted } = decideFailure(row, counting.rule, counting.now)
    // What a clock that ran ahead left behind is put right in the store, or it would be waited for again and again.
    if (!answer.allowed) return counted === undefined ? judge(answer, counting) : count(counting)
    const drawn = await draw(budget, counting.now)
    return drawn.allowed ? count(counting) : drawn
  }
  const attemptWith = (budget: Budget, { username }: Attempt, now: number): Promise<Paced> => {
    if (username === undefined) return draw(budget, now)
    return drawAndCount(budget, { bucket: 'account', key: failureKeyOf(username), rule: accountRule, now })
  }

  const attemptAsKnown = (browser: KnownBrowser, attempt: Attempt, now: number): Promise<Paced> => {
    const budget = rulesFor(browser, attempt, paces)
    if (budget.bucket !== 'known-browser' || attempt.username === undefined)
      return attemptWith(budget, attempt, now)
    return drawAndCount(budget, { bucket: budget.bucket, key: keyOf(browser), rule: knownBrowserRule, now })
  }
  const wasReplaced = async (browser: KnownBrowser, now: number): Promise<boolean> => {
    const forgottenAt = await store.spent.find(replacedIdOf(browser))
    if (forgottenAt === undefined) return false
    const replacedAt = forgottenAt - knownBrowserMs
    // A time to come is of a clock that ran ahead, and nobody knows how long ago it was.
    return now >= replacedAt + replacedGoodMs || replacedAt > now + skewMs
  }
  const attemptAs = async (attempt: Attempt, now: number): Promise<Paced> => {
    const { browser, address } = attempt
    const asStranger = () => attemptWith(strangersBudget(address, paces), attempt, now)
    if (browser === undefined || (await wasReplaced(browser, now))) return asStranger()
    const own = await attemptAsKnown(browser, attempt, now)
    if (own.allowed) return own
    // A copy of the cookie draws from the same: who has one and knocks all the time must not keep its owner out.
    return soonerOf(own, await asStranger())
  }

  return {
    attempt: async (attempt, now) => finite(await attemptAs(attempt, now)),
    replace: async (browser, now) => {
      await store.spent.spend(replacedIdOf(browser), now + knownBrowserMs)
    },
    prove: async (key, now) => {
      const drawn = await draw({ bucket: 'session', rules: [{ key, ...paces.knownBrowser }] }, now)
      return drawn.allowed ? finite(await count({ bucket: 'session', key, rule: failureRule, now })) : drawn
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
    register: async (own, now) =>
      finite(await count({ bucket: 'invitation', key: invitationKeyOf(own), rule: failureRule, now })),
  }
}

/** Under what the registrations of an invitation are counted. */
export function invitationKeyOf(own: string): string {
  return `invitation:${own}`
}

/** Spent with its first replacement, and known so long as a cookie can be. */
function replacedIdOf({ id }: KnownBrowser): string {
  return `known-${id}`
}

/** Of two refusals, what says to come back first; an attempt that is allowed before either. */
function soonerOf(own: Extract<Paced, { readonly allowed: false }>, other: Paced): Paced {
  return other.allowed || other.retryAfter < own.retryAfter ? other : own
}

interface Counting {
  readonly bucket: Bucket
  readonly key: string
  readonly rule: FailureRule
  readonly now: number
}

function judge(answer: FailureAnswer, { bucket, key, rule, now }: Counting): Paced {
  if (answer.allowed) {
    // A browser beyond its own count is a stranger's: nobody is locked out by that.
    const last = bucket !== 'known-browser' && answer.count >= rule.most
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
