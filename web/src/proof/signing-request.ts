/** Asynchronous `XMLHttpRequest` that signs. The object stays the browser's own; only when it sends is put off a little. */
import { isSafe, isSigned } from './concerns.ts'
import { mayRepeat, noProof, type ProofHeaders, type Prover, type ToSign } from './prover.ts'
import { keepBody, type SentBody } from './sent-body.ts'
import { soon } from './soon.ts'

type Native = Pick<XMLHttpRequest, 'open' | 'send' | 'abort' | 'setRequestHeader'>
type Opened = [
  method: string,
  url: string | URL,
  async?: boolean,
  user?: string | null,
  password?: string | null,
]

interface Sending extends ToSign {
  readonly opened: Opened
  url: URL
  readonly headers: [name: string, value: string][]
  body?: SentBody | undefined
  /**
   * `signing`: for the app it is under way; for the browser it isn't yet. `again`: refused, and about to be sent anew.
   */
  stage: 'opened' | 'signing' | 'sent' | 'again' | 'resent'
  /** When the app sent it, by `performance.now()`. */
  begun: number
  /** Whether the app is kept from seeing what happens. */
  hidden: boolean
}

/** Fetch, section 2.2.1: these are written in capitals, others as they come. */
const normalized = /^(?:delete|get|head|options|post|put)$/i
const seen = [
  'readystatechange',
  'loadstart',
  'progress',
  'load',
  'loadend',
  'error',
  'abort',
  'timeout',
] as const

class SigningRequests {
  readonly #native: Native
  readonly #prover: Prover
  readonly #sendings = new WeakMap<XMLHttpRequest, Sending>()

  constructor(native: Native, prover: Prover) {
    this.#native = native
    this.#prover = prover
  }

  /** From its making on, so that nobody hears its events before. */
  watch(request: XMLHttpRequest): void {
    for (const kind of seen) {
      request.addEventListener(kind, (event) => {
        const sending = this.#sendings.get(request)
        if (!sending) return
        if (kind === 'readystatechange' && !sending.hidden) this.#look(request, sending)
        if (!sending.hidden) return
        event.stopImmediatePropagation()
        if (kind === 'loadend' && sending.stage === 'again') void this.#sendAgain(request, sending)
      })
    }
  }

  open(request: XMLHttpRequest, opened: Opened): void {
    const before = this.#sendings.get(request)
    this.#sendings.delete(request)
    try {
      this.#native.open.apply(request, opened as Parameters<Native['open']>)
    } catch (thrown) {
      if (before) this.#sendings.set(request, before)
      throw thrown
    }
    const [method, url] = opened
    const where = new URL(url, document.baseURI)
    const name = normalized.test(method) ? method.toUpperCase() : method
    const waits = opened.length > 2 && !opened[2]
    if (waits || !isSigned(where, name, location.origin)) return
    const begin = { headers: [], begun: 0, hidden: false }
    this.#sendings.set(request, { opened, method: name, url: where, stage: 'opened', ...begin })
  }

  setHeader(request: XMLHttpRequest, name: string, value: string): void {
    const sending = this.#sendings.get(request)
    if (sending?.stage === 'signing') throw alreadySent()
    this.#native.setRequestHeader.call(request, name, value)
    if (sending?.stage === 'opened') sending.headers.push([name, value])
  }

  send(request: XMLHttpRequest, body: Document | XMLHttpRequestBodyInit | null | undefined): void {
    const sending = this.#sendings.get(request)
    if (sending?.stage === 'signing') throw alreadySent()
    if (sending?.stage !== 'opened') return this.#native.send.call(request, body)
    try {
      const kept = body === undefined || body === null || isSafe(sending.method) ? undefined : keepBody(body)
      if (kept instanceof Promise) throw new TypeError()
      sending.body = kept
    } catch {
      this.#sendings.delete(request)
      return this.#native.send.call(request, body)
    }
    sending.stage = 'signing'
    sending.begun = performance.now()
    // For the app it begins now.
    request.dispatchEvent(new ProgressEvent('loadstart'))
    void this.#prover.sign(sending).then((proof) => {
      if (this.#sendings.get(request) !== sending || sending.stage !== 'signing') return
      this.#transmit(request, sending, 'sent', proof)
    })
  }

  /** What was put off is sent and given up at once, so that the events come from the browser. */
  abort(request: XMLHttpRequest): void {
    const sending = this.#sendings.get(request)
    if (sending?.stage === 'signing') this.#transmit(request, sending, 'sent')
    if (sending?.stage === 'again') {
      this.#reopen(request, sending)
      this.#transmit(request, sending, 'resent')
    }
    this.#native.abort.call(request)
  }

  /** Of a refusal that another proof may change the app sees nothing. */
  #look(request: XMLHttpRequest, sending: Sending): void {
    if (request.readyState !== 2) return
    // Unsigned it may have been redirected to another site, which has no say.
    const { status, responseURL } = request
    if (new URL(responseURL).origin !== sending.url.origin) return
    const headers = { get: (name: string) => request.getResponseHeader(name) }
    if (!this.#prover.hear({ status, headers })) {
      if (sending.first && status !== 401) this.#prover.hold()
      return
    }
    if (sending.stage === 'resent') return void this.#prover.doubt()
    if (!mayRepeat(sending, responseURL !== sending.url.href.replace(/#.*/, ''))) return
    sending.url = new URL(responseURL)
    sending.stage = 'again'
    sending.hidden = true
  }

  async #sendAgain(request: XMLHttpRequest, sending: Sending): Promise<void> {
    const prover = this.#prover
    const { timeout } = request
    // As with `fetch`: where it has to, the app waits until somebody signed in again.
    const isGivenUp = () => this.#sendings.get(request) !== sending || sending.stage !== 'again'
    const waiting = prover.signLater(sending, isGivenUp)
    // The browser's own timer has stopped.
    const left = timeout + sending.begun - performance.now()
    // Beyond what a browser's timer can do it means never.
    const proof = (await (timeout && left < 2e9 ? soon(waiting, left) : waiting)) ?? noProof
    if (isGivenUp()) return
    this.#reopen(request, sending)
    this.#transmit(request, sending, 'resent', proof)
  }

  #reopen(request: XMLHttpRequest, sending: Sending): void {
    const [method, , ...rest] = sending.opened
    this.#native.open.apply(request, [method, sending.url, ...rest] as Parameters<Native['open']>)
    this.#setHeaders(request, sending.headers)
  }

  #setHeaders(request: XMLHttpRequest, headers: readonly [name: string, value: string][]): void {
    for (const header of headers) this.#native.setRequestHeader.apply(request, header)
  }

  /** The browser's own `loadstart` comes too late for the app, which had one. */
  #transmit(request: XMLHttpRequest, sending: Sending, stage: 'sent' | 'resent', proof?: ProofHeaders): void {
    this.#setHeaders(request, Object.entries(proof ?? {}))
    sending.stage = stage
    sending.hidden = true
    this.#native.send.call(request, (sending.body?.content ?? null) as XMLHttpRequestBodyInit | null)
    sending.hidden = false
  }
}

function alreadySent(): DOMException {
  return new DOMException('This was sent.', 'InvalidStateError')
}

/** Puts it in the place of the browser's own in this window. */
export function signRequests(prover: Prover): void {
  const { prototype } = XMLHttpRequest
  const native = Object.create(null, Object.getOwnPropertyDescriptors(prototype)) as Native
  const signing = new SigningRequests(native, prover)
  const patched = {
    open(this: XMLHttpRequest, method: string, url: string | URL, ...rest: unknown[]): void {
      signing.open(this, [method, url, ...rest] as Opened)
    },
    send(this: XMLHttpRequest, ...[body]: [body?: Document | XMLHttpRequestBodyInit | null]): void {
      signing.send(this, body)
    },
    abort(this: XMLHttpRequest): void {
      signing.abort(this)
    },
    setRequestHeader(this: XMLHttpRequest, name: string, value: string): void {
      signing.setHeader(this, name, value)
    },
  }
  // Each stays as enumerable and writable as it was.
  Object.assign(prototype, patched)
  prototype.constructor = window.XMLHttpRequest = new Proxy(XMLHttpRequest, {
    construct(target, args, newTarget) {
      const request = Reflect.construct(target, args, newTarget) as XMLHttpRequest
      signing.watch(request)
      return request
    },
  })
}
