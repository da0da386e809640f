/** Giving the password again: OPAQUE for the account that is signed in, for what a ticket says and nothing else. */
import type { ConfirmLooked, Confirmed, LoginStarted, Vouched } from '../contract/contract.ts'
import { makeSeal } from '../kit/seal.ts'
import { findChange } from './account.ts'
import type { KeyRing } from './key.ts'
import { OwnPassword, typistOf, type OwnPasswordParts } from './own-password.ts'
import { answered, type Answered } from './registration.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { SessionFacts, Sessions } from '../sessions/sessions.ts'
import type { SessionRow } from '../store/rows.ts'
import type { SessionStore } from '../store/store.ts'
import { parseConfirmFinish, parseConfirmLook } from './confirmation-messages.ts'
import { parseConfirmStart, parseTicketOf } from './confirmation-messages.ts'
import type { StepUpTickets, Ticket } from './step-up-tickets.ts'

export interface ConfirmationParts extends OwnPasswordParts {
  readonly keys: KeyRing
  readonly store: OwnPasswordParts['store'] & { readonly sessions: Pick<SessionStore, 'findById'> }
  readonly sessions: Pick<Sessions, 'confirm' | 'isOpen'>
  readonly tickets: Pick<StepUpTickets, 'read' | 'holderOf' | 'vouch' | 'confirm'>
}

export class Confirmation {
  readonly #parts: ConfirmationParts
  readonly #own: OwnPassword

  constructor(parts: ConfirmationParts) {
    const { keys, instance } = parts
    this.#parts = parts
    this.#own = new OwnPassword(
      parts,
      makeSeal(keys.subKey('step-up'), `sekisho/1/step-up-state/${instance}`),
    )
  }

  /** Whose ticket it is, where neither the session's cookie nor its key is: at a login host. */
  async findSession(body: unknown): Promise<SessionRow | Refusal> {
    const { store, sessions, tickets, clock } = this.#parts
    const holder = tickets.holderOf(parseTicketOf(body))
    if (holder === undefined) return refuse('ticket-invalid', { why: 'forged' })
    if (!holder.proven) return refuse('ticket-over', { why: 'unproven' })
    const session = await store.sessions.findById(holder.session)
    const isOpen = session !== undefined && (await sessions.isOpen(session, clock.now()))
    return isOpen ? session : refuse('ticket-over', { why: 'session-over' })
  }

  /** In the app's origin, asked with the session's key: what a login host takes in this ticket's place, if it doesn't take this one. */
  vouch(body: unknown, session: SessionRow): Answered<Vouched> | Refusal {
    const message = parseConfirmLook(body)
    const ticket = this.#ticketOf(message, session)
    if (isRefusal(ticket)) return ticket
    if (message === undefined) return refuse('body-invalid')
    return answered({ ticket: ticket.proven ? message.ticket : this.#parts.tickets.vouch(ticket) })
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

  /** KE1. `from`: who types. */
  async start(
    body: unknown,
    session: SessionRow,
    from: SessionFacts,
  ): Promise<Answered<LoginStarted> | Refusal> {
    const message = parseConfirmStart(body)
    const ticket = this.#ticketOf(message, session)
    if (isRefusal(ticket)) return ticket
    if (message === undefined) return refuse('body-invalid')
    const proving = { session, asker: typistOf(session, from), purpose: purposeOf(ticket) }
    const answer = await this.#own.begin(message.startLoginRequest, proving)
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
    const asker = typistOf(session, from)
    const proved = await this.#own.end(message, { session, asker, purpose: purposeOf(ticket) })
    if (isRefusal(proved)) return proved
    const { ceremony } = proved
    if ((await findChange(store, proved)) !== undefined) return this.#own.refuse(asker, 'expired', ceremony)
    await this.#own.forgive(session)
    if (!(await sessions.isOpen(session, clock.now()))) return this.#own.refuse(asker, 'expired', ceremony)
    const { what, endpoint } = ticket
    const named = endpoint === undefined ? {} : { endpoint }
    // Before it opens anything: what can't be recorded does not happen.
    await audit.write({ kind: 'session.confirmed', asker, ceremony, what, ...named })
    if (what === 'age' && !(await sessions.confirm(session, clock.now())))
      return this.#own.refuse(asker, 'expired', ceremony)
    const code = tickets.confirm(ticket)
    return answered(code === undefined ? {} : { code })
  }

  review(): Promise<void> {
    return this.#own.review()
  }

  #ticketOf(message: { readonly ticket: string } | undefined, session: SessionRow): Ticket | Refusal {
    if (message === undefined) return refuse('body-invalid')
    const ticket = this.#parts.tickets.read(message.ticket, session.id)
    if (typeof ticket !== 'string') return ticket
    // The page's call is sent again where its ticket is over, but for none that was made up. Whether it is this call's own can't be told.
    return refuse(ticket === 'forged' ? 'ticket-invalid' : 'ticket-over', { why: ticket })
  }
}

/** What was begun for one call ends for no other one. */
function purposeOf({ id }: Ticket): string {
  return `step-up:${id}`
}
