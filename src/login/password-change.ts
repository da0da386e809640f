/** A signed-in user's change of password: proof of the current one, a ticket for it, and the new record. */
import type { Asker } from '../audit/event.ts'
import { defaultStretching } from '../contract/contract.ts'
import type { LoginStarted, PasswordProved, PasswordRules } from '../contract/contract.ts'
import { randomName } from '../kit/random.ts'
import { failureKeyOf, type Username } from '../kit/username.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import { clearCookie } from '../sessions/cookie.ts'
import type { SessionFacts, Sessions } from '../sessions/sessions.ts'
import type { SessionRow, UserId } from '../store/rows.ts'
import type { PasswordStore } from '../store/store.ts'
import { findAccount } from './account.ts'
import type { Browsers, LoginAsker } from './asker.ts'
import type { ProvedState } from './key-exchange.ts'
import type { KeyRing } from './key.ts'
import { markOf } from './known-browser.ts'
import type { Opaque } from './opaque.ts'
import { countOf, OwnPassword, typistOf, type OwnPasswordParts, type Proving } from './own-password.ts'
import { credentialOf, identifiersOf } from './register.ts'
import { answered, type Answered } from './registration.ts'
import { parsePasswordProve, parsePasswordSet, parsePasswordStart } from './registration-messages.ts'
import { passwordTicket, type PasswordTicket } from './registration-messages.ts'
import { makeSeal, type Seal } from '../kit/seal.ts'
import { readSealed, spendOnce } from './sealed.ts'
import { unlessBusy } from './unless-busy.ts'

export interface PasswordChangeParts extends OwnPasswordParts {
  readonly keys: KeyRing
  readonly browsers: Browsers
  readonly store: OwnPasswordParts['store'] & { readonly passwords: Pick<PasswordStore, 'replace'> }
  readonly sessions: Pick<Sessions, 'recheck'>
  readonly opaque: OwnPasswordParts['opaque'] & Pick<Opaque, 'register' | 'checkRecord'>
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
  readonly #own: OwnPassword
  readonly #tickets: Seal

  constructor(parts: PasswordChangeParts) {
    const { keys, instance } = parts
    this.#parts = parts
    const key = keys.subKey('password-change')
    this.#own = new OwnPassword(parts, makeSeal(key, `sekisho/1/password-state/${instance}`))
    this.#tickets = makeSeal(key, `sekisho/1/password-ticket/${instance}`)
  }

  rules(session: UserSession): PasswordRules {
    return this.#parts.rulesFor(session.username)
  }

  /** KE1 for the own account. `from`: who types. */
  async start(
    body: unknown,
    session: UserSession,
    from: SessionFacts,
  ): Promise<Answered<LoginStarted> | Refusal> {
    const message = parsePasswordStart(body)
    if (message === undefined) return refuse('body-invalid')
    const answer = await this.#own.begin(message.startLoginRequest, provingFor(session, from))
    return isRefusal(answer) ? answer : answered(answer)
  }

  /** KE3 and the new password's request; a ticket and the gate's half of the registration. */
  async prove(
    body: unknown,
    session: UserSession,
    from: SessionFacts,
  ): Promise<Answered<PasswordProved> | Refusal> {
    const { opaque, instance } = this.#parts
    const message = parsePasswordProve(body)
    if (message === undefined) return refuse('body-invalid')
    const proved = await this.#own.end(message, provingFor(session, from))
    if (isRefusal(proved)) return proved
    await this.#own.forgive(session)
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
    const typist = typistOf(session, asker)
    const ticket = await this.#useTicket(message.ticket, session, typist)
    if (isRefusal(ticket)) return ticket
    const { registrationRecord: record } = message
    const checked = await unlessBusy(opaque.checkRecord({ record }))
    if (isRefusal(checked)) return checked
    if (checked.kind === 'rejected') return refuse('body-invalid')
    const { username, account } = session
    const { password, mark } = await findAccount(store, username)
    if (password?.id !== account || mark !== ticket.mark) return this.#own.refuse(typist, 'expired')
    return this.#replace({ session, former: password.record, record }, asker)
  }

  review(): Promise<void> {
    return this.#own.review()
  }

  #makeTicket({ id, account }: UserSession, { mark }: ProvedState): string {
    const expiresAt = this.#parts.clock.now() + ticketMs
    const ticket: PasswordTicket = { id: `ticket-${randomName(16)}`, session: id, account, mark, expiresAt }
    return this.#tickets.seal(JSON.stringify(ticket))
  }

  /** Good once, for a minute, in the session that it was made in. */
  async #useTicket(sealed: string, session: UserSession, typist: Asker): Promise<PasswordTicket | Refusal> {
    const ticket = readSealed(this.#tickets, passwordTicket, sealed)
    if (ticket?.session !== session.id || ticket.account !== session.account)
      return this.#own.refuse(typist, 'forged')
    const spent = await spendOnce(ticket, this.#parts)
    return spent === 'spent' ? ticket : this.#own.refuse(typist, spent)
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
    const { browsers, store, sessions, audit, clock } = this.#parts
    const { account, username } = session
    const now = clock.now()
    const row = { id: account, record, stretching: defaultStretching, changedAt: now }
    const sessionsEnded = await store.passwords.replace(row, former)
    const typist = typistOf(session, asker)
    if (sessionsEnded === undefined) return this.#own.refuse(typist, 'expired')
    // Before the log is waited for: a session of the old password is over, recorded or not.
    await sessions.recheck(account)
    // They were tries at a password that is gone.
    await store.failures.clear(failureKeyOf(username))
    const user = { id: account, name: username }
    await audit.write({ kind: 'password.changed', asker: typist, user, sessionsEnded })
    const known = browsers.remember(asker, { account, mark: markOf(row) }, now)
    return { kind: 'changed', setCookies: [clearCookie(browsers.names(asker).session), known] }
  }
}

/** One for each session: what was begun in it ends in it. */
function provingFor(session: UserSession, from: SessionFacts): Proving {
  return { session, asker: typistOf(session, from), purpose: countOf(session) }
}
