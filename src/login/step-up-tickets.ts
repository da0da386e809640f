/** What travels with the browser when a password is asked for again: a ticket to the gate's window, and its answer for one call. */
import { z } from 'zod'
import { stepUps, type StepUp } from '../contract/proof.ts'
import { randomName } from '../kit/random.ts'
import { makeSeal, type Seal } from '../kit/seal.ts'
import type { Secret } from '../kit/secret.ts'
import type { SessionId } from '../store/rows.ts'
import { isExpired, readSealed, sealedText, spendOnce, type UseParts } from './sealed.ts'

export interface TicketParts extends UseParts {
  /** Of the purpose `step-up`. */
  readonly key: Secret<Uint8Array>
  readonly instance: string
  /** So long a call's body may be on its way. */
  readonly longestCallMs: number
}

/** `call`: its digest, where it is one call that has to be confirmed. */
export interface Wanted {
  readonly session: SessionId
  /** Whoever asks has the session's key, or the session has none: a copied cookie gets tickets too, for pages and files. */
  readonly proven: boolean
  readonly what: StepUp
  readonly call?: string
  /** For the person who is asked. */
  readonly endpoint?: string
}

/** For which call a code is shown, and when its head came. */
export type Shown = Required<Pick<Wanted, 'session' | 'call'>> & { readonly shownAt: number }

/** Why something shown is worth nothing; for the log. */
export type Worthless = 'forged' | 'expired' | 'other-session' | 'other-call' | 'reused'

/** Long enough to find the window, and the password. */
const ticketMs = 5 * 60_000
/** The page repeats its call at once; what it repeats may be large. */
const codeMs = 60_000
/** What is said of a function: names are the app's, and a header has its limits. */
const mostName = 100

const session = sealedText<SessionId>()
const ticketShape = z.strictObject({
  id: z.string(),
  session,
  proven: z.boolean(),
  what: z.enum(stepUps),
  call: z.string().exactOptional(),
  endpoint: z.string().exactOptional(),
  expiresAt: z.number(),
})
const codeShape = z.strictObject({ id: z.string(), session, call: z.string(), expiresAt: z.number() })

export type Ticket = Readonly<z.infer<typeof ticketShape>>

export class StepUpTickets {
  readonly #parts: TicketParts
  readonly #tickets: Seal
  readonly #codes: Seal

  constructor(parts: TicketParts) {
    const { key, instance } = parts
    this.#parts = parts
    this.#tickets = makeSeal(key, `sekisho/1/step-up-ticket/${instance}`)
    this.#codes = makeSeal(key, `sekisho/1/step-up-code/${instance}`)
  }

  make({ endpoint, ...wanted }: Wanted): string {
    const named = endpoint === undefined ? {} : { endpoint: Array.from(endpoint).slice(0, mostName).join('') }
    const expiresAt = this.#parts.clock.now() + ticketMs
    const ticket: Ticket = { id: randomName(16), ...wanted, ...named, expiresAt }
    return this.#tickets.seal(JSON.stringify(ticket))
  }

  /** Whose ticket it is; undefined for one that isn't ours. */
  holderOf(sealed: string): Pick<Ticket, 'session' | 'proven'> | undefined {
    return readSealed(this.#tickets, ticketShape, sealed)
  }

  /** The same ticket, in the hands of whoever has the key. */
  vouch(ticket: Ticket): string {
    return this.#tickets.seal(JSON.stringify({ ...ticket, proven: true } satisfies Ticket))
  }

  read(sealed: string, session: SessionId): Ticket | Worthless {
    const ticket = readSealed(this.#tickets, ticketShape, sealed)
    if (ticket === undefined) return 'forged'
    if (ticket.session !== session) return 'other-session'
    return isExpired(ticket, this.#parts.clock.now()) ? 'expired' : ticket
  }

  /** After the password was given for it; undefined where it is no call that has to be confirmed. */
  confirm({ session, call }: Ticket): string | undefined {
    if (call === undefined) return undefined
    const expiresAt = this.#parts.clock.now() + codeMs
    return this.#codes.seal(JSON.stringify({ id: `code-${randomName(16)}`, session, call, expiresAt }))
  }

  /** Once, in this session, for this call, when it was shown within a minute: it shows with the head, and is spent when all is here. */
  async spend(sealed: string, { session, call, shownAt }: Shown): Promise<'spent' | Worthless> {
    const code = readSealed(this.#codes, codeShape, sealed)
    if (code === undefined) return 'forged'
    if (code.session !== session) return 'other-session'
    if (code.call !== call) return 'other-call'
    if (isExpired(code, shownAt)) return 'expired'
    const { id, expiresAt } = code
    return spendOnce({ id, expiresAt: expiresAt + this.#parts.longestCallMs }, this.#parts)
  }
}
