/** What travels with the browser when a password is asked for again: a ticket to the gate's window, and its answer for one call. */
import { z } from 'zod'
import { stepUps, type StepUp } from '../contract/proof.ts'
import type { Clock } from '../kit/clock.ts'
import { randomName } from '../kit/random.ts'
import { makeSeal, type Seal } from '../kit/seal.ts'
import type { Secret } from '../kit/secret.ts'
import type { SessionId } from '../store/rows.ts'
import type { SpentStore } from '../store/store.ts'

export interface TicketParts {
  /** Of the purpose `step-up`. */
  readonly key: Secret<Uint8Array>
  readonly instance: string
  readonly store: { readonly spent: SpentStore }
  readonly clock: Clock
}

/** `call`: its digest, where it is one call that has to be confirmed. */
export interface Wanted {
  readonly session: SessionId
  readonly what: StepUp
  readonly call?: string
  /** For the person who is asked. */
  readonly endpoint?: string
}

/** Why something shown is worth nothing; for the log. */
export type Worthless = 'forged' | 'expired' | 'other-session' | 'other-call' | 'reused'

/** Long enough to find the window, and the password. */
const ticketMs = 5 * 60_000
/** The page repeats its call at once. */
const codeMs = 60_000
/** Spent ids outlive what they stand for by this, should clocks of two processes differ. */
const spentMarginMs = 60_000
/** What is said of a function: names are the app's, and a header has its limits. */
const mostName = 100

const session = z.custom<SessionId>((id) => typeof id === 'string')
const ticketShape = z.strictObject({
  id: z.string(),
  session,
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
  sessionOf(sealed: string): SessionId | undefined {
    return parse(ticketShape, this.#tickets.unseal(sealed))?.session
  }

  read(sealed: string, session: SessionId): Ticket | Worthless {
    const ticket = parse(ticketShape, this.#tickets.unseal(sealed))
    if (ticket === undefined) return 'forged'
    if (ticket.session !== session) return 'other-session'
    return this.#parts.clock.now() >= ticket.expiresAt ? 'expired' : ticket
  }

  /** After the password was given for it; undefined where it is no call that has to be confirmed. */
  confirm({ session, call }: Ticket): string | undefined {
    if (call === undefined) return undefined
    const expiresAt = this.#parts.clock.now() + codeMs
    return this.#codes.seal(JSON.stringify({ id: `code-${randomName(16)}`, session, call, expiresAt }))
  }

  /** Once, within a minute, in this session, for this call. */
  async spend(
    sealed: string,
    { session, call }: Required<Pick<Wanted, 'session' | 'call'>>,
  ): Promise<'spent' | Worthless> {
    const code = parse(codeShape, this.#codes.unseal(sealed))
    if (code === undefined) return 'forged'
    if (code.session !== session) return 'other-session'
    if (code.call !== call) return 'other-call'
    const { store, clock } = this.#parts
    if (clock.now() >= code.expiresAt) return 'expired'
    return (await store.spent.spend(code.id, code.expiresAt + spentMarginMs)) ? 'spent' : 'reused'
  }
}

/** `text` came out of our own seal, so a wrong shape means one of another version. */
function parse<Shape extends z.ZodType>(shape: Shape, text: string | undefined): z.infer<Shape> | undefined {
  if (text === undefined) return undefined
  try {
    return shape.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
