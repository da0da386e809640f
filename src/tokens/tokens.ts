/** API tokens while the gate runs: find, note their use, and cut what is open in the name of one that ended. */
import type { Clock } from '../kit/clock.ts'
import { LastSeen } from '../kit/last-seen.ts'
import type { Username } from '../kit/username.ts'
import { WatchReview, type Reviewed } from '../kit/watch-review.ts'
import { Watchers } from '../kit/watchers.ts'
import { whenOther } from '../kit/when-other.ts'
import { noEndowment } from '../store/rows.ts'
import type { ApiTokenId, ApiTokenRow, Endowment } from '../store/rows.ts'
import type { ApiTokenStore } from '../store/store.ts'
import { hashApiToken, parseApiToken, type ApiToken } from './token.ts'
import { endowmentOf, stateOf, type FoundToken, type Inherited, type TokenState } from './token-state.ts'

/** `unknown` covers what is no token at all; `silent`: the store doesn't answer any more. */
export type TokenEnd = Exclude<TokenState, 'active'> | 'unknown' | 'silent'

export type TokenFound =
  | {
      readonly state: 'active'
      readonly token: ApiTokenRow
      readonly username?: Username
      readonly endowment: Endowment
    }
  /** `id`: which it was, where the store still knows it. */
  | { readonly state: 'over'; readonly why: TokenEnd; readonly id?: ApiTokenId }

export interface TokenParts {
  readonly store: { readonly tokens: ApiTokenStore; changes(): Promise<number> }
  readonly clock: Clock
  /** By the policy of the moment; absent: no role has anything of another. */
  readonly inherited?: Inherited
}

interface Watched extends ApiTokenRow {
  readonly endowment?: Endowment
}

/** Rows of tokens that are over stay this long, so that a list can still tell what became of them. */
const keepMs = 90 * 24 * 60 * 60 * 1000

export class Tokens {
  readonly #store: TokenParts['store']
  readonly #clock: Clock
  readonly #inherited: Inherited
  readonly #used: LastSeen<ApiTokenId>
  readonly #watchers = new Watchers<Watched, TokenEnd>()
  readonly #review: WatchReview<Watched, TokenEnd>

  constructor({ store, clock, inherited = (roles) => roles }: TokenParts) {
    this.#store = store
    this.#clock = clock
    this.#inherited = inherited
    this.#used = new LastSeen(store.tokens)
    const reviewed: Reviewed<Watched, TokenEnd> = {
      watchers: this.#watchers,
      changes: () => store.changes(),
      isPast: ({ expiresAt }, now) => (expiresAt ?? Infinity) <= now,
      recheck: (rows, now) => this.#recheck(rows, now),
      sweep: (now) => this.#sweep(now),
      silent: 'silent',
    }
    this.#review = new WatchReview(reviewed, clock.now())
  }

  /** One SHA-256 and one look into the store; on every request of a program. */
  async find(text: string, now: number): Promise<TokenFound> {
    const token = parseApiToken(text)
    if (token === undefined) return { state: 'over', why: 'unknown' }
    return this.#judge(await this.#store.tokens.find(hashApiToken(token)), now)
  }

  /** Which token that is, good or not: for the log. */
  async identify(token: ApiToken): Promise<ApiTokenId | undefined> {
    return (await this.#store.tokens.find(hashApiToken(token)))?.token.id
  }

  /** What has become of it by now: for a request that took its time to arrive. */
  async findAgain({ hash }: ApiTokenRow, now: number): Promise<TokenFound> {
    return this.#judge(await this.#store.tokens.find(hash), now)
  }

  markUsed(id: ApiTokenId, at: number): void {
    this.#used.mark(id, at)
  }

  /**
   * Calls `onEnd` once when the token ends for whatever reason, and `onEndowed` when it has other roles or attributes than
   * `endowment` says or it had last; the answer takes the watch back.
   */
  watch(token: Watched, onEnd: (why: TokenEnd) => void, onEndowed?: (now: Endowment) => void): () => void {
    const tell = onEndowed && whenOther(token.endowment ?? noEndowment, onEndowed)
    return this.#watchers.add(token, onEnd, tell && (({ endowment }) => tell(endowment ?? noEndowment)))
  }

  /** Called twice a second: sees what the operator revoked, and ends that have passed. */
  review(): Promise<void> {
    return this.#review.run(this.#clock.now())
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.#used.flush()
  }

  async #recheck(rows: readonly Watched[], now: number): Promise<void> {
    for (const row of rows) {
      const found = this.#judge(await this.#store.tokens.find(row.hash), now)
      if (found.state === 'over') this.#watchers.tell(row.id, found.why)
      else this.#watchers.update({ ...found.token, endowment: found.endowment })
    }
  }

  async #sweep(now: number): Promise<void> {
    await this.#used.flush()
    await this.#store.tokens.prune(now - keepMs)
  }

  #judge(found: FoundToken | undefined, now: number): TokenFound {
    if (found === undefined) return { state: 'over', why: 'unknown' }
    const { token, user } = found
    const why = stateOf(found, now)
    if (why !== 'active') return { state: 'over', why, id: token.id }
    const active = { state: 'active', token, endowment: endowmentOf(found, this.#inherited) } as const
    return user === undefined ? active : { ...active, username: user.name }
  }
}
