/** API tokens while the gate runs: find, note their use, and cut what is open in the name of one that ended. */
import type { Clock } from '../kit/clock.ts'
import { LastSeen } from '../kit/last-seen.ts'
import type { Username } from '../kit/username.ts'
import { Watchers } from '../kit/watchers.ts'
import type { ApiTokenId, ApiTokenRow } from '../store/rows.ts'
import type { ApiTokenStore } from '../store/store.ts'
import { hashApiToken, parseApiToken, type ApiToken } from './token.ts'
import { stateOf, type FoundToken, type TokenState } from './token-state.ts'

/** `unknown` covers what is no token at all; `silent`: the store doesn't answer any more. */
export type TokenEnd = Exclude<TokenState, 'active'> | 'unknown' | 'silent'

export type TokenFound =
  | { readonly state: 'active'; readonly token: ApiTokenRow; readonly username?: Username }
  /** `id`: which it was, where the store still knows it. */
  | { readonly state: 'over'; readonly why: TokenEnd; readonly id?: ApiTokenId }

export interface TokenParts {
  readonly store: { readonly tokens: ApiTokenStore; changes(): Promise<number> }
  readonly clock: Clock
}

/** The time of the last use reaches the store, and watched tokens are looked at, this often. */
const sweepMs = 30_000
/** Rows of tokens that are over stay this long, so that a list can still tell what became of them. */
const keepMs = 90 * 24 * 60 * 60 * 1000
/** A store that has been silent for so long can't vouch for open streams any more. */
const silenceMs = 5_000

export class Tokens {
  readonly #store: TokenParts['store']
  readonly #clock: Clock
  readonly #used: LastSeen<ApiTokenId>
  readonly #watchers = new Watchers<ApiTokenRow, TokenEnd>()
  #changes: number | undefined
  #sweptAt = -Infinity
  #heardAt: number

  constructor({ store, clock }: TokenParts) {
    this.#store = store
    this.#clock = clock
    this.#used = new LastSeen(store.tokens)
    this.#heardAt = clock.now()
  }

  /** One SHA-256 and one look into the store; on every request of a program. */
  async find(text: string, now: number): Promise<TokenFound> {
    const token = parseApiToken(text)
    if (token === undefined) return { state: 'over', why: 'unknown' }
    return judge(await this.#store.tokens.find(hashApiToken(token)), now)
  }

  /** Which token that is, good or not: for the log. */
  async identify(token: ApiToken): Promise<ApiTokenId | undefined> {
    return (await this.#store.tokens.find(hashApiToken(token)))?.token.id
  }

  /** Whether it is still good by now: for a request that took its time to arrive. */
  async isOpen({ hash }: ApiTokenRow, now: number): Promise<boolean> {
    return judge(await this.#store.tokens.find(hash), now).state === 'active'
  }

  markUsed(id: ApiTokenId, at: number): void {
    this.#used.mark(id, at)
  }

  /** Calls `onEnd` once when the token ends for whatever reason; the answer takes the watch back. */
  watch(token: ApiTokenRow, onEnd: (why: TokenEnd) => void): () => void {
    return this.#watchers.add(token, onEnd)
  }

  /** Called twice a second: sees what the operator revoked, and ends that have passed. */
  async review(): Promise<void> {
    const now = this.#clock.now()
    try {
      await this.#look(now)
      this.#heardAt = now
    } catch (fault) {
      // Whatever it was about to look at, the next review looks at.
      this.#changes = undefined
      if (Math.abs(now - this.#heardAt) >= silenceMs) this.#watchers.tellAll('silent')
      throw fault
    }
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.#used.flush()
  }

  async #look(now: number): Promise<void> {
    const changes = await this.#store.changes()
    // Either way: a clock that was set back must not put it off.
    const sweep = Math.abs(now - this.#sweptAt) >= sweepMs
    const fresh = this.#watchers.takeFresh()
    const all = changes !== this.#changes || sweep
    const past = this.#watchers.list().filter(({ expiresAt }) => (expiresAt ?? Infinity) <= now)
    for (const row of all ? this.#watchers.list() : [...fresh, ...past]) {
      const found = judge(await this.#store.tokens.find(row.hash), now)
      if (found.state === 'over') this.#watchers.tell(row.id, found.why)
      else this.#watchers.update(found.token)
    }
    if (sweep) {
      await this.#used.flush()
      await this.#store.tokens.prune(now - keepMs)
      this.#sweptAt = now
    }
    this.#changes = changes
  }
}

function judge(found: FoundToken | undefined, now: number): TokenFound {
  if (found === undefined) return { state: 'over', why: 'unknown' }
  const { token, user } = found
  const why = stateOf(found, now)
  if (why !== 'active') return { state: 'over', why, id: token.id }
  return user === undefined ? { state: 'active', token } : { state: 'active', token, username: user.name }
}
