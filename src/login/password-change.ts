/** A signed-in user's change of password: proof of the current one, a ticket for it, and the new record. */
import type { Asker } from '../audit/event.ts'
import { defaultStretching } from '../contract/contract.ts'
import type { LoginStarted, PasswordProved, PasswordRules } from '../contract/contract.ts'
import { randomName } from '../kit/random.ts'
import { failureKeyOf, type Username } from '../kit/username.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import { clearCookie } from '../sessions/cookie.ts'
import { askerOf, type Sessions } from '../sessions/sessions.ts'
import type { SessionRow, UserId } from '../store/rows.ts'
import type { FailureStore, PasswordStore, UserStore } from '../store/store.ts'
import { findAccount } from './account.ts'
import { Browsers, type LoginAsker } from './asker.ts'
import { KeyExchange, spentMarginMs } from './key-exchange.ts'
import type { KeyExchangeParts, ProvedState } from './key-exchange.ts'
import type { KeyRing } from './key.ts'
import { markOf } from './known-browser.ts'
import type { Opaque } from './opaque.ts'
import { credentialOf, identifiersOf } from './register.ts'
import { answered, type Answered } from './registration.ts'
import { parsePasswordProve, parsePasswordSet, parsePasswordStart } from './registration-messages.ts'
import { parseTicket, type Ticket } from './registration-messages.ts'
import { makeSeal, type Seal } from '../kit/seal.ts'
import { makeThrottle, type Paces, type Throttle, type ThrottleStore } from './throttle.ts'
import { unlessBusy } from './unless-busy.ts'

export interface PasswordChangeParts extends KeyExchangeParts {
  readonly keys: KeyRing
  readonly store: KeyExchangeParts['store'] &
    ThrottleStore & {
      readonly passwords: Pick<PasswordStore, 'find' | 'replace'>
      readonly users: Pick<UserStore, 'findForLogin'>
      readonly failures: Pick<FailureStore, 'clear'>
    }
  readonly sessions: Pick<Sessions, 'recheck'>
  readonly opaque: KeyExchangeParts['opaque'] & Pick<Opaque, 'register' | 'checkRecord'>
  readonly paces: Paces
  readonly rulesFor: (username: Username) => PasswordRules
}

/** A session of a user: who has the shared password has no account to change. */
export type UserSession = SessionRow & { readonly account: UserId; readonly username: Username }

export interface PasswordChanged {
  readonly kind: 'changed'
  /** Set-Cookie values: the session's own is gone, and the browser is known for the new password. */
  readonly setCookies: readonly string[]
}

/** Long enough to stretch the new password. */
const ticketMs = 60_000

export class PasswordChange {
  readonly #parts: PasswordChangeParts
  readonly #browsers: Browsers
  readonly #throttle: Throttle
  readonly #exchange: KeyExchange
  readonly #tickets: Seal

  constructor(parts: PasswordChangeParts) {
    const { keys, instance } = parts
    this.#parts = parts
    this.#browsers = new Browsers(keys, parts)
    this.#throttle = makeThrottle(parts.paces, parts.store)
    // Another seal than the login's: what was begun here opens no session, and a login's proof sets no password.
    const key = keys.subKey('password-change')
    this.#exchange = new KeyExchange(parts, makeSeal(key, `sekisho/1/password-state/${instance}`))
    this.#tickets = makeSeal(key, `sekisho/1/password-ticket/${instance}`)
  }

  rules(session: UserSession): PasswordRules {
    return this.#parts.rulesFor(session.username)
  }

  /** KE1 for the own account; counted by session, so that a stolen one can't guess without end. */
  async start(body: unknown, session: UserSession): Promise<Answered<LoginStarted> | Refusal> {
    const { store } = this.#parts
    const message = parsePasswordStart(body)
    if (message === undefined) return refuse('body-invalid')
    const asker = askerOf(session)
    const waiting = await this.#pace(session, asker)
    if (waiting !== undefined) return waiting
    const account = await findAccount(store, session.username)
    const answer = await this.#exchange.begin(account, message.startLoginRequest, {
      asker,
      counted: countOf(session),
    })
    return isRefusal(answer) ? answer : answered(answer)
  }

  /** KE3 and the new password's request; a ticket and the gate's half of the registration. */
  async prove(body: unknown, session: UserSession): Promise<Answered<PasswordProved> | Refusal> {
    const { store, opaque, instance } = this.#parts
    const message = parsePasswordProve(body)
    if (message === undefined) return refuse('body-invalid')
    const asker = askerOf(session)
    const proved = await this.#exchange.end(message, asker)
    if (isRefusal(proved)) return proved
    if (proved.account !== session.account || proved.counted !== countOf(session))
      return this.#exchange.refuse(asker, 'forged', proved.ceremony)
    await store.failures.clear(countOf(session))
    const credential = credentialOf(session.username)
    const { registrationRequest } = message
    const begun = await unlessBusy(opaque.register({ credential, registrationRequest }))
    if (isRefusal(begun)) return begun
    if (begun.kind === 'rejected') return refuse('body-invalid')
    const { registrationResponse } = begun
    const identifiers = identifiersOf(instance, session.username)
    const ticket = this.#makeTicket(session, proved)
    return answered({ registrationResponse, stretching: defaultStretching, identifiers, ticket })
  }

  /** Sets the new password; every session of the account is over, this one too. */
  async set(body: unknown, session: UserSession, asker: LoginAsker): Promise<PasswordChanged | Refusal> {
    const { store, opaque } = this.#parts
    const message = parsePasswordSet(body)
    if (message === undefined) return refuse('body-invalid')
    const ticket = await this.#useTicket(message.ticket, session)
    if (isRefusal(ticket)) return ticket
    const { registrationRecord: record } = message
    const checked = await unlessBusy(opaque.checkRecord({ record }))
    if (isRefusal(checked)) return checked
    if (checked.kind === 'rejected') return refuse('body-invalid')
    const { username, account } = session
    const { password, mark } = await findAccount(store, username)
    if (password?.id !== account || mark !== ticket.mark)
      return this.#exchange.refuse(askerOf(session), 'expired')
    return this.#replace({ session, former: password.record, record }, asker)
  }

  review(): Promise<void> {
    return this.#exchange.review()
  }

  async #pace(session: UserSession, asker: Asker): Promise<Refusal | undefined> {
    const { audit, clock } = this.#parts
    const paced = await this.#throttle.prove(countOf(session), clock.now())
    if (!paced.allowed) {
      audit.note({ kind: 'login.paced', asker, bucket: paced.bucket })
      return refuse('login-paced', { bucket: paced.bucket }, paced.retryAfter)
    }
    if (paced.counted?.last === true)
      await audit.write({ kind: 'login.locked', asker, failures: paced.counted.failures })
    return undefined
  }

  #makeTicket({ id, account }: UserSession, { mark }: ProvedState): string {
    const expiresAt = this.#parts.clock.now() + ticketMs
    const ticket: Ticket = { id: `ticket-${randomName(16)}`, session: id, account, mark, expiresAt }
    return this.#tickets.seal(JSON.stringify(ticket))
  }

  /** Good once, for a minute, in the session that it was made in. */
  async #useTicket(sealed: string, session: UserSession): Promise<Ticket | Refusal> {
    const { store, clock } = this.#parts
    const asker = askerOf(session)
    const unsealed = this.#tickets.unseal(sealed)
    const ticket = unsealed === undefined ? undefined : parseTicket(unsealed)
    if (ticket?.session !== session.id || ticket.account !== session.account)
      return this.#exchange.refuse(asker, 'forged')
    if (clock.now() >= ticket.expiresAt) return this.#exchange.refuse(asker, 'expired')
    const first = await store.spent.spend(ticket.id, ticket.expiresAt + spentMarginMs)
    return first ? ticket : this.#exchange.refuse(asker, 'reused')
  }

  /** `former`: the record that was proved; an operator may have taken it away this very moment. */
  async #replace(
    {
      session,
      former,
      record,
    }: { readonly session: UserSession; readonly former: string; readonly record: string },
    asker: LoginAsker,
  ): Promise<PasswordChanged | Refusal> {
    const { store, sessions, audit, clock } = this.#parts
    const { account, username } = session
    const now = clock.now()
    const row = { id: account, record, stretching: defaultStretching, changedAt: now }
    const sessionsEnded = await store.passwords.replace(row, former)
    if (sessionsEnded === undefined) return this.#exchange.refuse(askerOf(session), 'expired')
    // Before the log is waited for: a session of the old password is over, recorded or not.
    await sessions.recheck(account)
    // They were tries at a password that is gone.
    await store.failures.clear(failureKeyOf(username))
    const user = { id: account, name: username }
    await audit.write({ kind: 'password.changed', asker: askerOf(session), user, sessionsEnded })
    const known = this.#browsers.remember(asker, { account, mark: markOf(row) }, now)
    return { kind: 'changed', setCookies: [clearCookie(this.#browsers.names(asker).session), known] }
  }
}

function countOf({ id }: UserSession): string {
  return `session:${id}`
}
