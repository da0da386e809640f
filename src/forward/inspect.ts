/** The app's answer through the taps: an event stream message by message, everything else as one whole. */
import { mostMessageBytes } from '../answers/inspect-events.ts'
import { TapChain } from '../answers/show-taps.ts'
import type { Tap } from '../answers/tap.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Answer, AnswerHeaders, StreamEnd } from '../request.ts'
import { Filtered } from './filtered.ts'
import { Inspected } from './inspected.ts'
import type { Head, Relay } from './relay.ts'
import type { OrderedStream } from './stream-order.ts'
import { readWhole } from './whole-answer.ts'

export interface InspectOptions {
  readonly taps: readonly Tap[]
  /** Told what a tap threw once an answer has begun; before that it is thrown. */
  readonly onFault: (fault: unknown) => void
  readonly mostBytes?: number
  /** Told of a stream whose messages take their time. */
  readonly onStream?: (stream: OrderedStream) => void
}

export interface Answering {
  readonly head: Head
  readonly headers: AnswerHeaders
  readonly relay: Relay
}

/** Answers without content have nothing to show. */
function hasContent(method: string, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304
}

export async function inspect(
  method: string,
  { head, headers, relay }: Answering,
  { taps, onFault, onStream, mostBytes = mostMessageBytes }: InspectOptions,
): Promise<Answer | Refusal> {
  const { status } = head
  const asItIs: Answer = { kind: 'answer', status, headers, body: { kind: 'stream', source: relay } }
  if (taps.length === 0 || !hasContent(method, status)) return asItIs
  const chain = new TapChain(taps)
  const fail = (fault: unknown) => {
    relay.cut('upstream-broke')
    onFault(fault)
  }
  // `identity` was asked for (request-headers.ts); what comes otherwise can't be read.
  if ((head.headers['content-encoding'] ?? 'identity') !== 'identity') {
    return chain.must ? broken(relay, 'encoded') : asItIs
  }
  if (!isText(head)) return chain.must ? broken(relay, 'type') : asItIs
  if (isEventStream(head)) {
    const source = new Inspected({ inner: relay, taps: chain, fail, mostBytes })
    onStream?.(source)
    return { ...asItIs, headers: without(headers, 'content-length'), body: { kind: 'stream', source } }
  }
  const read = await readWhole(relay, mostBytes)
  if (read.kind === 'large') {
    const pass = await chain.openLarge(read.head.toString('utf8'))
    if (pass === undefined) return broken(relay, 'large')
    if (pass.isUntouched) return { ...asItIs, body: { kind: 'stream', source: read.source } }
    const source = new Filtered({ inner: read.source, pass, fail })
    return {
      ...asItIs,
      headers: without(headers, 'content-length', 'etag'),
      body: { kind: 'stream', source },
    }
  }
  const replacement = chain.wants(read.bytes) ? await chain.show(read.bytes.toString('utf8')) : undefined
  const bytes = replacement === undefined ? read.bytes : Buffer.from(replacement)
  // An entity tag names exactly these bytes (RFC 9110 section 8.8.3).
  const kept = replacement === undefined ? headers : without(headers, 'etag')
  return {
    ...asItIs,
    headers: { ...kept, 'content-length': String(bytes.byteLength) },
    body: { kind: 'bytes', bytes },
  }
}

function isEventStream({ headers }: Head): boolean {
  const type = headers['content-type']
  return typeof type === 'string' && /^text\/event-stream\s*(?:;|$)/i.test(type)
}

/** Pictures and archives say nothing, and are not to be held. */
function isText({ headers }: Head): boolean {
  const type = headers['content-type']
  return (
    type === undefined ||
    (typeof type === 'string' && /^(?:text\/|application\/(?:[\w.-]+\+)?json\b)/i.test(type))
  )
}

function without(headers: AnswerHeaders, ...dropped: readonly string[]): AnswerHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.includes(name)))
}

function broken(relay: Relay, reason: string): Refusal {
  const why: StreamEnd = 'upstream-broke'
  relay.cut(why)
  return refuse('upstream-broken', { reason })
}
