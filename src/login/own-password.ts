/**
 * A proof of one's own password by somebody who is signed in, whatever it is for: paced and counted by session, so that a stolen one
 * can't guess without end, and ended for nothing but what it was begun for.
 */
import type { Asker } from '../audit/event.ts'
import type { LoginStarted } from '../contract/contract.ts'
import type { Seal } from '../kit/seal.ts'
import { isRefusal, type Refusal } from '../refusals.ts'
import { askerOf, type SessionFacts } from '../sessions/sessions.ts'
import type { SessionRow } from '../store/rows.ts'
import type { FailureStore } from '../store/store.ts'
import { findAccount, type AccountStore } from './account.ts'
import { heedPace } from './heed-pace.ts'
import { KeyExchange, type KeyExchangeEnd, type KeyExchangeParts } from './key-exchange.ts'
import type { LoginRefusedWhy, ProvedState } from './key-exchange.ts'
import { makeThrottle, type Paces, type Throttle, type ThrottleStore } from './throttle.ts'

export interface OwnPasswordParts extends KeyExchangeParts {
  readonly store: KeyExchangeParts['store'] &
    AccountStore &
    ThrottleStore & { readonly failures: Pick<FailureStore, 'clear'> }
  readonly paces: Paces
}

export interface Proving {
  readonly session: SessionRow
  readonly asker: Asker
  /** Stands in the sealed state. */
  readonly purpose: string
}

export class OwnPassword {
  readonly #parts: OwnPasswordParts
  readonly #throttle: Throttle
  readonly #exchange: KeyExchange

  /** `seal`: another than the login's. What is begun here opens no session, and a login's proof is worth nothing here. */
  constructor(parts: OwnPasswordParts, seal: Seal) {
    this.#parts = parts
    this.#throttle = makeThrottle(parts.paces, parts.store)
    this.#exchange = new KeyExchange(parts, seal)
  }

  /** KE1. */
  async begin(
    startLoginRequest: string,
    { session, asker, purpose }: Proving,
  ): Promise<LoginStarted | Refusal> {
    const { store, audit, clock } = this.#parts
    const paced = await this.#throttle.prove(countOf(session), clock.now())
    const counted = await heedPace(paced, asker, audit)
    if (isRefusal(counted)) return counted
    const account = await findAccount(store, session.username)
    return this.#exchange.begin(account, startLoginRequest, { asker, counted: purpose })
  }

  /** KE3: the session's password was given, for this purpose. */
  async end(message: KeyExchangeEnd, { session, asker, purpose }: Proving): Promise<ProvedState | Refusal> {
    const proved = await this.#exchange.end(message, asker)
    if (isRefusal(proved)) return proved
    return proved.account === session.account && proved.counted === purpose
      ? proved
      : this.#exchange.refuse(asker, 'forged', proved.ceremony)
  }

  /** After a success its tries count no more. */
  async forgive(session: SessionRow): Promise<void> {
    await this.#parts.store.failures.clear(countOf(session))
  }

  refuse(asker: Asker, why: LoginRefusedWhy, ceremony?: string): Refusal {
    return this.#exchange.refuse(asker, why, ceremony)
  }

  /** Records those that never came back, as after a wrong password. Called again and again. */
  review(): Promise<void> {
    return this.#exchange.review()
  }
}

/** Whatever the proof is for: one password, one number of guesses. */
export function countOf({ id }: SessionRow): string {
  return `session:${id}`
}

/** Who types, which at a login host or with a stolen session need not be who signed in. */
export function typistOf(session: SessionRow, { address, userAgent }: SessionFacts): Asker {
  return { ...askerOf(session), address, userAgent }
}
