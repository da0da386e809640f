/** The types that travel down the path of a request: each step takes one and adds one fact. */
import type { Readable } from 'node:stream'
import type { AppModel, Component, Endpoint } from './app/model.ts'
import type { Action } from './catalog/actions.ts'
import type { Method, RouteEntry } from './catalog/entry.ts'
import type { SignedBody } from './contract/proof.ts'
import type { Branded } from './kit/brand.ts'
import type { Json } from './kit/json.ts'
import type { Username } from './kit/username.ts'
import type { Owner } from './ownership/owner.ts'
import type { FileStanding, OwnedEvent, SessionNames } from './ownership/ownership.ts'
import type { PolicyResource } from './policy/engine.ts'
import type { Refusal } from './refusals.ts'
import type { ApiTokenRow, SessionRow } from './store/rows.ts'

/** Decoded once, checked, and encoded again in the one canonical way. Made in receive/canonical-path.ts. */
export type CanonicalPath = Branded<string, 'CanonicalPath'>
/** The address that is really calling, given the trusted proxies. Made in receive/client-address.ts. */
export type ClientAddress = Branded<string, 'ClientAddress'>
/** The policies that said yes. Made in authorize/authorize.ts. */
export type Allow = Branded<{ readonly policies: readonly string[] }, 'Allow'>
/** A body that was read strictly, or that will be judged while it passes. Made in read/read.ts. */
export type Content = Branded<NoContent | JsonContent | FormContent | UploadContent, 'Content'>
/** What goes to the app: what was judged, written again. Made in resolve/resolve.ts. */
export type Outgoing = Branded<OutgoingParts, 'Outgoing'>
/** This very thing may be done. Made in authorize/authorize-target.ts. */
export type Permit = Branded<{ readonly policies: readonly string[] }, 'Permit'>
/** The inputs are what the endpoint and the operator expect. Made in validate/validate.ts. */
export type Sound = Branded<true, 'Sound'>

export interface NoContent {
  readonly kind: 'none'
}
export interface JsonContent {
  readonly kind: 'json'
  readonly value: Json
}
/** A small form, held whole; every name stands in it once. */
export interface FormContent {
  readonly kind: 'form'
  readonly fields: Readonly<Record<string, string>>
  readonly files: readonly FormFile[]
}
export interface FormFile {
  readonly name: string
  readonly filename: string
  readonly type: string
  readonly bytes: Uint8Array
}
/** Files that stream through: each part is judged and written again while it passes. */
export interface UploadContent {
  readonly kind: 'upload'
  /** Starts the flow, once; the stream fails with a `BodyTrouble` when a limit, a rule or the pace is broken. */
  readonly open: () => Readable
  /** Of what comes out: its boundary is the gate's own. */
  readonly type: string
}

export interface OutgoingParts {
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly content: NoContent | JsonContent | FormContent | UploadContent
}

/** A call of a function, however it was asked for. */
export interface Call {
  readonly endpoint: Endpoint
  /** One for each of the endpoint's inputs; State is null. */
  readonly data: readonly Json[]
  /** The same by parameter name, as policies and rules speak of them. */
  readonly arguments: Readonly<Record<string, Json>>
  readonly eventData?: Json
}

/** What a request is about, in the app's own terms: looked up in what the asker owns and the app declares. */
export interface Target {
  readonly resource: PolicyResource
  /** What is done to `resource`, where the entry is only the way to it (a tool by MCP): both must be permitted. */
  readonly action?: Action
  /** What the app keeps in one place for all and the gate for one: taken once everything else is permitted. */
  readonly claim?: () => Promise<boolean>
  /** Why the rest of the request doesn't fit `resource`. Only those who may use that are told: others learn that it exists. */
  readonly misfit?: Refusal
  /** Of the JSON-RPC request that waits for an answer. */
  readonly rpcId?: string | number
  /** Absent where a stranger may ask. */
  readonly owner?: Owner
  /** What it was looked up in. An app that has become another one since is another target. */
  readonly model?: AppModel
  readonly call?: Call
  readonly session?: SessionNames
  readonly event?: OwnedEvent
  /** Whose server function is called. */
  readonly component?: Component
  /** Every file that the request names, as a path or inside its arguments. */
  readonly files: readonly FileStanding[]
  /** The client's id of an upload. */
  readonly upload?: string
}

export interface IncomingBody {
  readonly stream: Readable
  /** As declared by Content-Length, if it was. */
  readonly length?: number
  /** Whether all of it stands in `stream`, to be read at once. Absent: nobody knows. */
  readonly isComplete?: () => boolean
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
  /** Path and query as they went over the wire (RFC 9112 section 3.2.1). */
  readonly requestTarget: string
  readonly headers: Headers
  readonly client: ClientAddress
  /** How the browser sees the gate. */
  readonly site: { readonly scheme: 'http' | 'https'; readonly host: string }
  /** Bytes as they arrive; absent when the message has no body. */
  readonly body?: IncomingBody
  /** When it came; once its body is read that was long in coming, when that was here. */
  readonly at: number
  /** Calls back once when the client is gone before the answer was complete. */
  readonly onGone: (call: () => void) => void
  /** To be told when somebody who is signed in asks, and may: their place isn't given up for a stranger's. */
  readonly vouch?: (owner: Owner) => void
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
  /** Where the routes of the app began by which it was classified: another app takes its place while the request is on its way. */
  readonly api: AppModel['api']
}

/** As assigned by the operator; read on every request, so that a change holds at once. */
interface Endowed {
  readonly roles: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
}

export type Principal =
  | { readonly kind: 'guest'; readonly session: SessionRow }
  | ({ readonly kind: 'user'; readonly username: Username; readonly session: SessionRow } & Endowed)
  /** A program. `username`: whose token it is. */
  | ({ readonly kind: 'token'; readonly token: ApiTokenRow; readonly username?: Username } & Endowed)
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

/** What was proved besides who asks: that the key of the login signed this. Made in prove/prove.ts. */
export type Proof = Branded<
  | { readonly kind: 'none' }
  | {
      readonly kind: 'held'
      readonly body?: SignedBody
      /** The epoch is getting old: the answer brings another one. */
      readonly renew: boolean
    },
  'Proof'
>

export interface Proven extends Authenticated {
  readonly proof: Proof
}

export interface Authorized extends Proven {
  readonly allow: Allow
}

export interface Read extends Authorized {
  readonly content: Content
  /** The body was here when it was last looked up who asks; absent: it may have been long in coming. */
  readonly bodyAtOnce?: true
  /** When its head came, where `at` is when the body was here. */
  readonly headAt?: number
}

export interface Resolved extends Read {
  readonly target: Target
  readonly outgoing: Outgoing
  /** The password was given for exactly this: found in authorize/step-up.ts. */
  readonly fresh?: true
}

export interface Permitted extends Resolved {
  readonly permit: Permit
}

export interface Validated extends Permitted {
  readonly sound: Sound
}

export type AnswerHeaders = Record<string, string | readonly string[]>

/** Why a streamed answer ended. */
export type StreamEnd =
  'finished' | 'client-left' | 'session-ended' | 'token-ended' | 'rights-lost' | 'upstream-broke'

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
export type Reached =
  | Misreceived
  | Received
  | Classified
  | Authenticated
  | Proven
  | Authorized
  | Read
  | Resolved
  | Permitted
  | Validated

/** Whoever asks has a key and didn't sign this with it: perhaps all they have is a copy of the cookie or the token. */
export function isUnproven(reached: Reached): boolean {
  if (!('principal' in reached) || ('proof' in reached && reached.proof.kind === 'held')) return false
  const { principal } = reached
  switch (principal.kind) {
    case 'guest':
    case 'user':
      return principal.session.proofKey !== undefined
    case 'token':
      return principal.token.proofKey !== undefined
    case 'nobody':
      return false
  }
}

/** Whoever asked by JSON-RPC is answered under the id of the request. */
export function underItsId(reached: Reached, outcome: Outcome): Outcome {
  const rpcId = 'target' in reached ? reached.target.rpcId : undefined
  return outcome.kind === 'refusal' && rpcId !== undefined ? { rpcId, ...outcome } : outcome
}

/** Gives up an answer that nobody will read, so that the app is let go too. */
export function abandon({ body }: Answer): void {
  if (body.kind !== 'stream') return
  body.source.start({ write: () => true, end: () => undefined, cut: () => undefined }).abandon()
}
