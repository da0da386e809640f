/** Giving the password again: OPAQUE for the account that is signed in, for what a ticket says and nothing else. */
import type { Audit } from '../audit/audit.ts'
import type { Asker } from '../audit/event.ts'
import type { ConfirmLooked, Confirmed, LoginStarted } from '../contract/contract.ts'
import { makeSeal } from '../kit/seal.ts'
import { findAccount, findChange } from './account.ts'
import { KeyExchange, type KeyExchangeParts } from './key-exchange.ts'
import type { KeyRing } from './key.ts'
import { answered, type Answered } from './registration.ts'
import { makeThrottle, type Paces, type Throttle, type ThrottleStore } from './throttle.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import { askerOf, type SessionFacts, type Sessions } from '../sessions/sessions.ts'
import type { SessionRow } from '../store/rows.ts'
import type { FailureStore, PasswordStore, SessionStore, UserStore } from '../store/store.ts'
import { parseConfirmFinish, parseConfirmLook } from './confirmation-messages.ts'
import { parseConfirmStart, parseTicketOf } from './confirmation-messages.ts'
import type { StepUpTickets, Ticket } from './step-up-tickets.ts'

export interface ConfirmationParts extends KeyExchangeParts {
  readonly keys: KeyRing
  readonly store: KeyExchangeParts['store'] &
    ThrottleStore & {
      readonly passwords: Pick<PasswordStore, 'find'>
      readonly users: Pick<UserStore, 'findForLogin'>
      readonly sessions: Pick<SessionStore, 'findById'>
      readonly failures: Pick<FailureStore, 'clear'>
    }
  readonly sessions: Pick<Sessions, 'confirm' | 'isOpen'>
  readonly audit: Pick<Audit, 'write' | 'note'>
  readonly tickets: Pick<StepUpTickets, 'read' | 'sessionOf' | 'confirm'>
  readonly paces: Paces
}

export class Confirmation {
  readonly #parts: ConfirmationParts
  readonly #throttle: Throttle
  readonly #exchange: KeyExchange

  constructor(parts: ConfirmationParts) {
    const { keys, instance } = parts
    this.#parts = parts
    this.#throttle = makeThrottle(parts.paces, parts.store)
    // Another seal than the login's: what was begun here opens no session, and a login's proof confirms no call.
    this.#exchange = new KeyExchange(
      parts,
      makeSeal(keys.subKey('step-up'), `sekisho/1/step-up-state/${instance}`),
    )
  }

  /** Whose ticket it is, where the session's own cookie isn't sent: at a login host. */
  async findSession(body: unknown): Promise<SessionRow | Refusal> {
    const { store, sessions, tickets, clock } = this.#parts
    const id = tickets.sessionOf(parseTicketOf(body))
    if (id === undefined) return refuse('ticket-invalid', { why: 'forged' })
    const session = await store.sessions.findById(id)
    const isOpen = session !== undefined && (await sessions.isOpen(session, clock.now()))
    return isOpen ? session : refuse('ticket-invalid', { why: 'session-over' })
  }

  /** What a person is told before they type. */
  look(body: unknown, session: SessionRow): Answered<ConfirmLooked> | Refusal {
    const ticket = this.#ticketOf(parseConfirmLook(body), session)
    if (isRefusal(ticket)) return ticket
    const { username } = session
    return answered({
      what: ticket.what,
      ...(ticket.endpoint === undefined ? {} : { endpoint: ticket.endpoint }),
      ...(username === undefined ? {} : { username }),
    })
  }

  /**
   * KE1; counted by session like every proof of the current password, so that a stolen one can't guess without end. `from`: who types,
   * which at a login host or with a stolen ticket need not be who signed in.
   */
  async start(
    body: unknown,
    session: SessionRow,
    from: SessionFacts,
  ): Promise<Answered<LoginStarted> | Refusal> {
    const message = parseConfirmStart(body)
    const ticket = this.#ticketOf(message, session)
    if (isRefusal(ticket)) return ticket
    if (message === undefined) return refuse('body-invalid')
    const asker = { ...askerOf(session), ...from }
    const waiting = await this.#pace(session, asker)
    if (waiting !== undefined) return waiting
    const account = await findAccount(this.#parts.store, session.username)
    const answer = await this.#exchange.begin(account, message.startLoginRequest, {
      asker,
      counted: boundTo(ticket),
    })
    return isRefusal(answer) ? answer : answered(answer)
  }

  /** KE3: the session's password was given now, for what the ticket says and no more: for one call it makes nothing else newer. */
  async finish(
    body: unknown,
    session: SessionRow,
    from: SessionFacts,
  ): Promise<Answered<Confirmed> | Refusal> {
    const { store, sessions, tickets, audit, clock } = this.#parts
    const message = parseConfirmFinish(body)
    const ticket = this.#ticketOf(message, session)
    if (isRefusal(ticket)) return ticket
    if (message === undefined) return refuse('body-invalid')
    const asker = { ...askerOf(session), ...from }
    const proved = await this.#exchange.end(message, asker)
    if (isRefusal(proved)) return proved
    const { ceremony } = proved
    if (proved.account !== session.account || proved.counted !== boundTo(ticket))
      return this.#exchange.refuse(asker, 'forged', ceremony)
    if ((await findChange(store, proved)) !== undefined)
      return this.#exchange.refuse(asker, 'expired', ceremony)
    await store.failures.clear(countOf(session))
    if (!(await sessions.isOpen(session, clock.now())))
      return this.#exchange.refuse(asker, 'expired', ceremony)
    const { what, endpoint } = ticket
    const named = endpoint === undefined ? {} : { endpoint }
    // Before it opens anything: what can't be recorded does not happen.
    await audit.write({ kind: 'session.confirmed', asker, ceremony, what, ...named })
    if (what === 'age' && !(await sessions.confirm(session, clock.now())))
      return this.#exchange.refuse(asker, 'expired', ceremony)
    const code = tickets.confirm(ticket)
    return answered(code === undefined ? {} : { code })
  }

  /** Records those that never came back, as after a wrong password. Called again and again. */
  review(): Promise<void> {
    return this.#exchange.review()
  }

  #ticketOf(message: { readonly ticket: string } | undefined, session: SessionRow): Ticket | Refusal {
    if (message === undefined) return refuse('body-invalid')
    const ticket = this.#parts.tickets.read(message.ticket, session.id)
    return typeof ticket === 'string' ? refuse('ticket-invalid', { why: ticket }) : ticket
  }

  async #pace(session: SessionRow, asker: Asker): Promise<Refusal | undefined> {
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
}

/** The same count as that of a change of password: one password, one number of guesses. */
function countOf({ id }: SessionRow): string {
  return `session:${id}`
}

/** Stands in the sealed state: what was begun for one call ends for no other one. */
function boundTo({ id }: Ticket): string {
  return `step-up:${id}`
}
