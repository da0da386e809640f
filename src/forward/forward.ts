/** Validated → the app's answer: one request to one app, exactly as it was judged. */
import type { Dispatcher } from 'undici'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, Principal, StreamEnd, Validated } from '../request.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { makeAnswerHeaders } from './answer-headers.ts'
import { makeInjector } from './inject.ts'
import { Relay, type Head } from './relay.ts'
import { makeRequestHeaders } from './request-headers.ts'
import { codeOf, isAbsent, isClosedEarly } from './upstream.ts'

export interface ForwardParts {
  readonly upstream: Pick<Dispatcher, 'dispatch'>
  readonly app: {
    /** Resolves once it is certain which app is there: at once, unless the last one has just gone. */
    readonly settled: () => Promise<void>
    /** `verified`: inspected since it last started, and found fit to stand behind a gate. */
    readonly state: 'verified' | 'rejected' | 'away'
    /** The app stopped answering: look again before anything else is sent. */
    readonly suspect: () => void
  }
  readonly credentials: {
    /** Calls once when the session or the token ends; answers how to stop waiting. */
    readonly watch: (principal: Principal, onEnd: () => void) => () => void
    /** Whether the session or the token is still good. */
    readonly isOpen: (principal: Principal) => Promise<boolean>
  }
  readonly forwardHeaders: readonly string[]
  /** The element that the gate adds to pages, by the page's language. */
  readonly pageElement: (request: Validated) => string
}

export async function forward(request: Validated, parts: ForwardParts): Promise<Answer | Refusal> {
  const exchange = new Exchange()
  request.onGone(() => exchange.cut('client-left'))
  const unwatch = watchCredential(request, exchange, parts)
  const outcome = await attempt(request, exchange, parts).catch((error: unknown) =>
    explainFailure(error, exchange, parts),
  )
  if (outcome.kind === 'answer') void exchange.relay.ended.then(unwatch)
  else unwatch()
  return outcome
}

/** One exchange with the app, over one relay or, after a retry, two. */
class Exchange {
  relay = new Relay()
  cutAs: StreamEnd | undefined

  cut(why: StreamEnd): void {
    this.cutAs ??= why
    this.relay.cut(why)
  }
}

async function attempt(
  request: Validated,
  exchange: Exchange,
  parts: ForwardParts,
): Promise<Answer | Refusal> {
  await parts.app.settled()
  if (parts.app.state === 'away') return refuse('upstream-down', { reason: 'away' }, 2)
  if (parts.app.state === 'rejected') return refuse('upstream-unverified', {}, 2)
  // A body may take long to arrive; whoever signed out meanwhile doesn't call any more.
  if (
    request.body !== undefined &&
    request.principal.kind !== 'nobody' &&
    !(await parts.credentials.isOpen(request.principal))
  ) {
    return whyCut(endOf(request.principal))
  }
  if (exchange.cutAs !== undefined) return whyCut(exchange.cutAs)
  dispatch(request, exchange.relay, parts)
  try {
    return answerWith(request, await exchange.relay.head, exchange.relay, parts)
  } catch (error) {
    if (!request.entry.repeatable || !isClosedEarly(error) || exchange.cutAs !== undefined) throw error
  }
  await parts.app.settled()
  exchange.relay = new Relay()
  if (exchange.cutAs !== undefined) return whyCut(exchange.cutAs)
  dispatch(request, exchange.relay, parts)
  return answerWith(request, await exchange.relay.head, exchange.relay, parts)
}

/** Whatever is under way in the name of a session or a token ends with it: streams, calls, uploads, downloads. */
function watchCredential({ principal }: Validated, exchange: Exchange, parts: ForwardParts): () => void {
  return parts.credentials.watch(principal, () => exchange.cut(endOf(principal)))
}

function endOf({ kind }: Principal): 'session-ended' | 'token-ended' {
  return kind === 'token' ? 'token-ended' : 'session-ended'
}

function dispatch(request: Validated, relay: Relay, parts: ForwardParts): void {
  const { checked } = request
  parts.upstream.dispatch(
    {
      method: request.method,
      path: request.query === '' ? request.path : `${request.path}?${request.query}`,
      headers: makeRequestHeaders(request, parts.forwardHeaders),
      body: bodyOf(checked),
    },
    relay,
  )
}

function bodyOf(checked: Validated['checked']) {
  switch (checked.kind) {
    case 'metered':
      return checked.open()
    case 'whole':
      return checked.bytes
    case 'none':
    case 'parsed':
      return null
  }
}

function answerWith(request: Validated, head: Head, relay: Relay, parts: ForwardParts): Answer | Refusal {
  const headers = makeAnswerHeaders(request, head.status, head.headers)
  if (headers === undefined) {
    relay.cut('upstream-broke')
    return refuse('upstream-broken', { reason: 'redirect' })
  }
  if (isPage(request, head)) {
    relay.injector = makeInjector(parts.pageElement(request))
    delete headers['content-length']
    delete headers['etag']
  }
  return { kind: 'answer', status: head.status, headers, body: { kind: 'stream', source: relay } }
}

function isPage(request: Validated, head: Head): boolean {
  const type = head.headers['content-type']
  const plain = (head.headers['content-encoding'] ?? 'identity') === 'identity'
  return (
    request.entry.answer === 'document' && plain && typeof type === 'string' && type.startsWith('text/html')
  )
}

/** To a client that left nobody answers; it is for the log. */
function whyCut(why: StreamEnd): Refusal {
  switch (why) {
    case 'session-ended':
      return refuse('session-ended')
    case 'token-ended':
      return refuse('token-invalid', { why: 'ended-meanwhile' })
    case 'finished':
    case 'client-left':
    case 'upstream-broke':
      return refuse('upstream-broken', { reason: why })
  }
}

function explainFailure(error: unknown, { cutAs }: Exchange, parts: ForwardParts): Refusal {
  if (cutAs !== undefined) return whyCut(cutAs)
  if (error instanceof BodyTrouble) return refuse(error.code)
  // No word of the network: a fault of our own.
  if (codeOf(error) === 'unknown') throw error
  parts.app.suspect()
  if (isAbsent(error)) return refuse('upstream-down', { error: codeOf(error) }, 2)
  return refuse('upstream-broken', { error: codeOf(error) }, 2)
}
