/** Validated → the app's answer: one request to one app, exactly as it was judged. */
import type { Dispatcher } from 'undici'
import type { Endowment } from '../store/rows.ts'
import type { Slot } from '../limits/slots.ts'
import { refuse, type Refusal } from '../refusals.ts'
import { abandon, type Answer, type Principal, type StreamEnd, type Validated } from '../request.ts'
import type { AppModel } from '../app/model.ts'
import type { Tap } from '../answers/tap.ts'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { GateFault } from '../kit/fault.ts'
import { makeAnswerHeaders } from './answer-headers.ts'
import {
  givePlaceBack,
  hearPlaces,
  keepPlace,
  outlastsClient,
  takePlace,
  type LimitParts,
} from './limit-call.ts'
import { findUnfit } from './find-hindrance.ts'
import { makeInjector } from './inject.ts'
import { inspect } from './inspect.ts'
import { Relay, type Head } from './relay.ts'
import { assertionOf, type AssertParts } from './assert-principal.ts'
import { makeRequestHeaders } from './request-headers.ts'
import type { OrderedStream, StreamOrder } from './stream-order.ts'
import { BrokenAnswer } from './whole-answer.ts'
import { showView, type View } from './show-view.ts'
import { writeContent } from './write-content.ts'
import { codeOf, isAbsent, isClosedEarly } from './upstream.ts'

/** What looks after the right to something that is under way. */
export interface RightsWatch {
  /** Somebody gave or took roles or attributes. */
  readonly endowed: (now: Endowment) => void
  readonly stop: () => void
}

export interface ForwardParts extends AssertParts, LimitParts {
  readonly upstream: Pick<Dispatcher, 'dispatch'>
  readonly app: {
    /** Resolves once it is certain which app is there: at once, unless the last one has just gone. */
    readonly settled: () => Promise<void>
    /** `verified`: inspected since it last started, and found fit to stand behind a gate. */
    readonly state: 'verified' | 'rejected' | 'away'
    /** What the app declares at this moment; another object as soon as it declares something else. */
    readonly model: AppModel | undefined
    /** The app stopped answering: look again before anything else is sent. */
    readonly suspect: () => void
  }
  readonly credentials: {
    /** Calls `onEnd` once when the session or the token ends, `onEndowed` at new roles; answers how to stop waiting. */
    readonly watch: (
      principal: Principal,
      onEnd: () => void,
      onEndowed?: (now: Endowment) => void,
    ) => () => void
    /** Whether the session or the token is still good. */
    readonly isOpen: (principal: Principal) => Promise<boolean>
  }
  readonly rights: {
    /** Calls once when the policy doesn't allow it any more. */
    readonly watch: (request: Validated, onLost: () => void) => RightsWatch
  }
  readonly forwardHeaders: readonly string[]
  readonly formTargets: readonly string[]
  /** What looks at the answer while it passes, in this order. */
  readonly tapsFor: (request: Validated, head: Head) => readonly Tap[]
  /** How the answer is cut down to what the asker may see; undefined where it describes nothing. */
  readonly viewFor: (request: Validated) => View | undefined
  /** Told what a tap threw in the middle of a stream, which is cut. */
  readonly onFault: (fault: unknown) => void
  readonly streamOrder: StreamOrder
  /** The element that the gate adds to pages, by the page's language. */
  readonly pageElement: (request: Validated) => string
}

export async function forward(request: Validated, parts: ForwardParts): Promise<Answer | Refusal> {
  const exchange = new Exchange(request)
  request.onGone(() => exchange.cut('client-left'))
  const slot = await takePlace(request, parts)
  if (slot !== undefined && 'code' in slot) return slot
  exchange.slot = slot
  const unwatch = watchCredential(request, exchange, parts)
  const over = (granted: boolean) => {
    unwatch()
    givePlaceBack(request, { slot, granted }, parts)
  }
  const outcome = await attempt(request, exchange, parts).catch((error: unknown) => {
    over(false)
    // Whatever broke on our side, the app doesn't go on talking to nobody.
    exchange.relay.cut('upstream-broke')
    return explainFailure(error, exchange, parts)
  })
  if (outcome.kind === 'refusal') {
    over(false)
    return outcome
  }
  const granted = outcome.status === 200
  if (granted) hearPlaces(request, parts)
  void exchange.relay.ended.then(() => over(granted))
  return outcome
}

/** One exchange with the app, over one relay or, after a retry, two. */
class Exchange {
  relay = new Relay()
  cutAs: StreamEnd | undefined
  slot: Slot | undefined
  readonly #request: Validated
  #sent = false

  constructor(request: Validated) {
    this.#request = request
  }

  cut(why: StreamEnd): void {
    this.cutAs ??= why
    if (!this.#sent || !outlastsClient(this.#request, this.slot, why)) this.relay.cut(why)
  }

  /** Sends, and waits for the answer; one that came for nobody goes no further. */
  async run(assertion: string | undefined, parts: ForwardParts): Promise<Answer | Refusal> {
    this.#sent = true
    dispatch(this.#request, { relay: this.relay, assertion }, parts)
    const outcome = await answerWith(this.#request, await this.relay.head, this, parts)
    this.#sent = false
    if (this.cutAs === undefined || outcome.kind === 'refusal') return outcome
    abandon(outcome)
    return whyCut(this.cutAs)
  }
}

async function attempt(
  request: Validated,
  exchange: Exchange,
  parts: ForwardParts,
): Promise<Answer | Refusal> {
  await parts.app.settled()
  const unfit = findUnfit(request, parts)
  if (unfit !== undefined) return unfit
  const assertion = await assertionOf(request, parts)
  if (tookItsTime(request, parts) && !(await parts.credentials.isOpen(request.principal)))
    return whyCut(endOf(request.principal))
  if (exchange.cutAs !== undefined) return whyCut(exchange.cutAs)
  try {
    return await exchange.run(assertion, parts)
  } catch (error) {
    if (!request.entry.repeatable || !isClosedEarly(error) || exchange.cutAs !== undefined) throw error
  }
  await parts.app.settled()
  const changed = findUnfit(request, parts)
  if (changed !== undefined) return changed
  exchange.relay = new Relay()
  if (exchange.cutAs !== undefined) return whyCut(exchange.cutAs)
  return exchange.run(assertion, parts)
}

/** Longer than a request takes that waits for nothing. */
const moment = 50

/** A body may be long in coming; whoever signed out meanwhile doesn't call any more. */
function tookItsTime({ body, bodyAtOnce, principal, at }: Validated, { clock }: ForwardParts): boolean {
  if (body === undefined || principal.kind === 'nobody') return false
  return bodyAtOnce !== true || Math.abs(clock.now() - at) > moment
}

/** Whatever is under way in the name of a session or a token ends with it, or with the right to it: streams, calls, files. */
function watchCredential(request: Validated, exchange: Exchange, parts: ForwardParts): () => void {
  const { principal } = request
  const rights = parts.rights.watch(request, () => exchange.cut('rights-lost'))
  const unwatch = parts.credentials.watch(
    principal,
    () => exchange.cut(endOf(principal)),
    (now) => rights.endowed(now),
  )
  return () => {
    rights.stop()
    unwatch()
  }
}

function endOf({ kind }: Principal): 'session-ended' | 'token-ended' {
  return kind === 'token' ? 'token-ended' : 'session-ended'
}

interface Sending {
  readonly relay: Relay
  readonly assertion: string | undefined
}

function dispatch(request: Validated, { relay, assertion }: Sending, parts: ForwardParts): void {
  const { path, query, content } = request.outgoing
  const written = writeContent(content)
  parts.upstream.dispatch(
    {
      method: request.method,
      path: query === '' ? path : `${path}?${query}`,
      headers: {
        ...makeRequestHeaders(request, { extra: parts.forwardHeaders, assertion }),
        ...written.headers,
      },
      body: written.body,
    },
    relay,
  )
}

async function answerWith(
  request: Validated,
  head: Head,
  { relay, slot }: Exchange,
  parts: ForwardParts,
): Promise<Answer | Refusal> {
  const headers = makeAnswerHeaders(request, head, parts)
  if (headers === undefined) {
    relay.cut('upstream-broke')
    return refuse('upstream-broken', { reason: 'redirect' })
  }
  if (isPage(request, head)) {
    relay.injector = makeInjector(parts.pageElement(request))
    delete headers['content-length']
    delete headers['etag']
  }
  const view = head.status === 200 ? parts.viewFor(request) : undefined
  if (view !== undefined && request.method !== 'HEAD') return showView({ head, headers, relay }, view)
  // It is the length of what nobody is shown (RFC 9110 section 8.6 lets it be left out).
  if (view !== undefined) delete headers['content-length']
  const looking = parts.tapsFor(request, head)
  const taps = slot === undefined || head.status !== 200 ? looking : [keepPlace(slot), ...looking]
  const session = request.target.session?.upstream
  const onStream = (stream: OrderedStream) => {
    if (session !== undefined) parts.streamOrder.follow(session, stream)
  }
  const outcome = await inspect(
    request.method,
    { head, headers, relay },
    { taps, onFault: parts.onFault, onStream },
  )
  const isOfCall = request.target.call !== undefined && outcome.kind === 'answer'
  if (isOfCall && session !== undefined) await parts.streamOrder.catchUp(session)
  return outcome
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
    case 'rights-lost':
      return refuse('policy-denied', { why: 'changed-meanwhile' })
    case 'finished':
    case 'client-left':
    case 'upstream-broke':
      return refuse('upstream-broken', { reason: why })
  }
}

function explainFailure(error: unknown, { cutAs }: Exchange, parts: ForwardParts): Refusal {
  if (cutAs !== undefined) return whyCut(cutAs)
  if (error instanceof BrokenAnswer) return refuse('upstream-broken', { reason: 'broke-off' }, 2)
  if (error instanceof GateFault) throw error
  if (error instanceof BodyTrouble) return refuse(error.code, error.because)
  // No word of the network: a fault of our own.
  if (codeOf(error) === 'unknown') throw error
  parts.app.suspect()
  if (isAbsent(error)) return refuse('upstream-down', { error: codeOf(error) }, 2)
  return refuse('upstream-broken', { error: codeOf(error) }, 2)
}
