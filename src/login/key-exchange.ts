/** OPAQUE's three messages, up to the proof that somebody knows an account's password; what it is good for is the caller's. */
import type { Audit } from '../audit/audit.ts'
import type { Asker, AuditEvent } from '../audit/event.ts'
import { defaultStretching } from '../contract/contract.ts'
import type { LoginFinish, LoginStarted } from '../contract/contract.ts'
import type { Clock } from '../kit/clock.ts'
import { randomName } from '../kit/random.ts'
import { Secret } from '../kit/secret.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { SpentStore } from '../store/store.ts'
import type { Account } from './account.ts'
import { loginState, writeLoginState, type LoginState } from './login-messages.ts'
import type { Opaque } from './opaque.ts'
import { PendingLogins } from './pending.ts'
import { credentialOf, identifiersOf } from './register.ts'
import type { Seal } from '../kit/seal.ts'
import { readSealed, spend, spendOnce } from './sealed.ts'
import { unlessBusy } from './unless-busy.ts'

export interface KeyExchangeParts {
  /** From `readInstance`. */
  readonly instance: string
  readonly store: { readonly spent: SpentStore }
  readonly audit: Pick<Audit, 'write' | 'note'>
  readonly opaque: Pick<Opaque, 'startLogin' | 'finishLogin'>
  readonly clock: Clock
}

/** A proof that held: the account it is for, and the password that was proved. */
export type ProvedState = LoginState & {
  readonly account: NonNullable<LoginState['account']>
  /** What both ends of the exchange have now, and nobody else: OPAQUE's session key. */
  readonly sessionKey: Secret
}

/** KE3 and the sealed state. */
export type KeyExchangeEnd = Pick<LoginFinish, 'finishLoginRequest' | 'state'>

export type LoginRefusedWhy = Extract<AuditEvent, { kind: 'login.refused' }>['why']

/** Long enough for Argon2id on a slow phone, too short to be worth collecting. */
const stateMs = 60_000

export class KeyExchange {
  readonly #parts: KeyExchangeParts
  readonly #seal: Seal
  readonly #pending = new PendingLogins()

  /** Each purpose has a seal of its own: a proof begun for one is worth nothing in another. */
  constructor(parts: KeyExchangeParts, seal: Seal) {
    this.#parts = parts
    this.#seal = seal
  }

  /**
   * KE1 in, KE2 and the sealed state out. `counted`: the count that a success clears. Without a password the protocol
   * goes its way all the same, and ends where a wrong password does.
   */
  async begin(
    account: Account,
    startLoginRequest: string,
    { asker, counted }: { readonly asker: Asker; readonly counted?: string | undefined },
  ): Promise<LoginStarted | Refusal> {
    const { instance, audit, opaque, clock } = this.#parts
    const identifiers = identifiersOf(instance, account.username)
    const ceremony = randomName(16)
    const expiresAt = clock.now() + stateMs
    await audit.write({ kind: 'login.started', asker, ceremony })
    const started = await unlessBusy(
      opaque.startLogin({
        record: account.password?.record ?? null,
        credential: credentialOf(account.username),
        startLoginRequest,
        identifiers,
      }),
    )
    if (isRefusal(started)) return started
    if (started.kind === 'rejected') return this.refuse(asker, 'malformed', ceremony)
    const { username, id, closed, mark, password } = account
    const state = writeLoginState({
      ceremony,
      expiresAt,
      mark,
      passwordAt: password?.changedAt ?? 0,
      serverLoginState: started.serverLoginState,
      ...(username === undefined ? {} : { username }),
      ...(id === undefined ? {} : { account: id }),
      ...(closed === undefined ? {} : { closed }),
      ...(counted === undefined ? {} : { counted }),
    })
    this.#pending.add({ ceremony, asker, expiresAt })
    return {
      loginResponse: started.loginResponse,
      state: this.#seal.seal(state),
      stretching: password?.stretching ?? defaultStretching,
      identifiers,
    }
  }

  /** KE3 and the sealed state in. Every failure looks the same from outside. */
  async end(message: KeyExchangeEnd, asker: Asker): Promise<ProvedState | Refusal> {
    const { instance, opaque } = this.#parts
    const state = readSealed(this.#seal, loginState, message.state)
    if (state === undefined) return this.refuse(asker, 'forged')
    const { ceremony, username, account, closed } = state
    const who: Asker = username === undefined ? asker : { ...asker, username }
    // Before the proof is looked at: a state is good for one try, not for one success.
    const spent = await spendOnce({ id: ceremony, expiresAt: state.expiresAt }, this.#parts)
    if (spent !== 'spent') return this.refuse(who, spent, ceremony)
    this.#pending.forget(ceremony)
    const finished = await unlessBusy(
      opaque.finishLogin({
        serverLoginState: state.serverLoginState,
        finishLoginRequest: message.finishLoginRequest,
        identifiers: identifiersOf(instance, username),
      }),
    )
    if (isRefusal(finished)) return finished
    if (account === undefined || closed !== undefined)
      return this.refuse(who, closed ?? 'user-unknown', ceremony)
    if (finished.kind === 'rejected') return this.refuse(who, finished.why, ceremony)
    return { ...state, account, sessionKey: new Secret(finished.sessionKey) }
  }

  /** Records those that never came back: a wrong password shows in the browser, and nothing more is sent. */
  async review(): Promise<void> {
    const { store, audit, clock } = this.#parts
    for (const { ceremony, asker, expiresAt } of this.#pending.expired(clock.now())) {
      // Another process may have finished it; whoever spends the id knows.
      const unfinished = await spend({ id: ceremony, expiresAt }, store)
      this.#pending.forget(ceremony)
      if (unfinished) audit.note({ kind: 'login.abandoned', asker, ceremony })
    }
  }

  refuse(asker: Asker, why: LoginRefusedWhy, ceremony?: string): Refusal {
    this.#parts.audit.note({
      kind: 'login.refused',
      asker,
      why,
      ...(ceremony === undefined ? {} : { ceremony }),
    })
    return refuse('login-failed', { why })
  }
}
