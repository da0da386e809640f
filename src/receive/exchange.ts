/** One request and the place for its answer, whichever version of HTTP carries them. */
import type { Refusal } from '../refusals.ts'
import type { AnswerHeaders, Headers, IncomingBody, Outcome, Sink } from '../request.ts'

/** The fields, each with one meaning, or the name of the one that could be read in two ways. */
export type HeadersRead =
  { readonly headers: Headers } | { readonly doubtful: string } | { readonly large: 'bytes' | 'fields' }

export interface Exchange {
  readonly method: string
  /** As it arrived; nothing was checked. */
  readonly target: string
  readonly userAgent: string
  /** Whoever holds the other end of the connection. */
  readonly peer: string | undefined
  readonly readHeaders: () => HeadersRead
  /** Undefined when the message has none. */
  readonly openBody: (headers: Headers) => IncomingBody | undefined
  /** `owner`, who is signed in, asks: the place isn't given up for a stranger's. */
  readonly vouch: (owner: string) => void
  readonly outlet: Outlet
}

/**
 * What is taken of a body that is still coming, over a connection that can't tell its sender to stop: a `moment` of it; `none`,
 * whoever sent this may not go on; all up to `most` bytes, since the same request has to come again.
 */
export type Rest = 'moment' | 'none' | { readonly most: number }

export interface Outlet extends Sink {
  readonly isOpen: boolean
  begin(status: number, headers: AnswerHeaders, rest: Rest): void
  end(bytes?: Uint8Array): void
  /** The head must not wait for the first bytes of the body. */
  flush(): void
  onDrain(call: () => void): void
  /** Calls back once when the client is gone before the answer was complete. */
  onGone(call: () => void): void
}

/** What every connection reports to. */
export interface Door {
  /** Resolves once the request was judged and its answer, if anybody waits for it, was begun. */
  readonly take: (exchange: Exchange, refusal?: Refusal) => Promise<void>
  /** For what is no request, or can't be answered as one. */
  readonly misread: (
    refusal: Refusal,
    from: { readonly peer: string | undefined; readonly method?: string; readonly userAgent?: string },
  ) => Promise<Outcome>
}
