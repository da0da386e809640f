/** The types that travel down the path of a request: each step takes one and adds one fact. */
import type { Readable } from 'node:stream'
import type { Method, RouteEntry } from './catalog/entry.ts'
import type { Branded } from './kit/brand.ts'
import type { Refusal } from './refusals.ts'
import type { Username } from './kit/username.ts'
import type { ApiTokenRow, SessionRow } from './store/rows.ts'

/** Decoded once, checked, and encoded again in the one canonical way. Made in receive/canonical-path.ts. */
export type CanonicalPath = Branded<string, 'CanonicalPath'>
/** The address that is really calling, given the trusted proxies. Made in receive/client-address.ts. */
export type ClientAddress = Branded<string, 'ClientAddress'>
/** The policies that said yes. Made in authorize/authorize.ts. */
export type Allow = Branded<{ readonly policies: readonly string[] }, 'Allow'>
/** A body that was read, or that will be measured while it passes. Made in validate/validate.ts. */
export type CheckedBody = Branded<NoBody | ParsedBody | WholeBody | MeteredBody, 'CheckedBody'>

interface NoBody {
  readonly kind: 'none'
}
interface ParsedBody {
  readonly kind: 'parsed'
  readonly value: unknown
}
/** Small enough to be read before it is sent on, in one piece with the header. */
interface WholeBody {
  readonly kind: 'whole'
  readonly bytes: Uint8Array
}
interface MeteredBody {
  readonly kind: 'metered'
  /** Starts the flow, once; the stream fails with a `BodyTrouble` when the limit or the pace is broken. */
  readonly open: () => Readable
  /** As declared by Content-Length, if it was. */
  readonly length?: number
}

export interface IncomingBody {
  readonly stream: Readable
  /** As declared by Content-Length, if it was. */
  readonly length?: number
  /** Tells a client that waits for `100 Continue` to send (RFC 9110 section 10.1.1). */
  readonly accept: () => void
}

/** Lower-case names; repeated fields are joined as RFC 9110 section 5.3 says, singletons were checked to be single. */
export type Headers = Readonly<Record<string, string>>

export interface Received {
  readonly id: string
  readonly method: Method
  readonly path: CanonicalPath
  /** Raw, without the question mark; printable ASCII. */
  readonly query: string
  readonly headers: Headers
  readonly client: ClientAddress
  /** How the browser sees the gate. */
  readonly site: { readonly scheme: 'http' | 'https'; readonly host: string }
  /** Bytes as they arrive; absent when the message has no body. */
  readonly body?: IncomingBody
  readonly at: number
  /** Calls back once when the client is gone before the answer was complete. */
  readonly onGone: (call: () => void) => void
}

/** What arrived but can't be read in one way only; it is answered and recorded, and goes no further. */
export interface Misreceived {
  readonly id: string
  readonly method: string
  readonly client: ClientAddress
  readonly userAgent: string
  readonly at: number
  readonly refusal: Refusal
}

export interface Classified extends Received {
  readonly entry: RouteEntry
  /** What the template's names matched, decoded. */
  readonly parameters: Readonly<Record<string, string>>
  /** The path is in the catalogue, the method isn't. */
  readonly methodKnown: boolean
}

export type Principal =
  | { readonly kind: 'guest'; readonly session: SessionRow }
  | { readonly kind: 'user'; readonly username: Username; readonly session: SessionRow }
  /** A program. `username`: whose token it is. */
  | { readonly kind: 'token'; readonly token: ApiTokenRow; readonly username?: Username }
  /** `lapsed`: a credential was shown, and it is over or was never good. */
  | {
      readonly kind: 'nobody'
      readonly lapsed?: 'expired' | 'ended' | 'token'
      /** What was wrong with it; for the audit log. */
      readonly because?: Readonly<Record<string, string>>
    }

export interface Authenticated extends Classified {
  readonly principal: Principal
}

export interface Authorized extends Authenticated {
  readonly allow: Allow
}

export interface Validated extends Authorized {
  readonly checked: CheckedBody
}

export type AnswerHeaders = Record<string, string | readonly string[]>

/** Why a streamed answer ended. */
export type StreamEnd = 'finished' | 'client-left' | 'session-ended' | 'token-ended' | 'upstream-broke'

/** Where a streamed body goes. */
export interface Sink {
  /** False: wait for the drain before sending more. */
  write(chunk: Uint8Array): boolean
  end(): void
  /** Cuts the connection, so that the client sees that something is missing. */
  cut(): void
}

/** A streamed body that starts when somebody takes it. */
export interface Source {
  /** `drained` is to be called when the sink takes more again. */
  start(sink: Sink): { readonly drained: () => void; readonly abandon: () => void }
  readonly ended: Promise<StreamEnd>
}

export type AnswerBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly source: Source }

export interface Answer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: AnswerHeaders
  readonly body: AnswerBody
}

export type Outcome = Answer | Refusal
/** How far a request came. */
export type Reached = Misreceived | Received | Classified | Authenticated | Authorized | Validated

/** Gives up an answer that nobody will read, so that the app is let go too. */
export function abandon({ body }: Answer): void {
  if (body.kind !== 'stream') return
  body.source.start({ write: () => true, end: () => undefined, cut: () => undefined }).abandon()
}
