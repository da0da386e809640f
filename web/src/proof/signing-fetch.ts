/** `fetch` that signs: for the app it is the browser's own, and where anything fails here it is that. */
import { isSafe, isSigned } from './concerns.ts'
import { noProof, type ProofHeaders, type Prover } from './prover.ts'
import { keepBody, type SentBody } from './sent-body.ts'

type Fetch = typeof fetch

interface Plan {
  readonly request: Request
  readonly url: URL
  /** Never of what is left in `request`, which can be sent once. */
  readonly body: SentBody | Promise<SentBody> | undefined
}

/** May have the same call sent again, with more headers and a proof of its own. */
export type Afterwards = (
  answer: Response,
  repeat: (more: ProofHeaders) => Promise<Response>,
  /** The app gave up. */
  signal: AbortSignal,
) => Promise<Response> | Response

/** Of a Request only the bytes can be had; a form is made of them again, so that it is signed as forms are. */
async function takeBody(request: Request): Promise<SentBody> {
  const form = /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')
  if (!form) return keepBody((await request.blob()).slice())
  const parts = await request.formData()
  request.headers.delete('content-type')
  return keepBody(parts)
}

/** Reads the arguments as `fetch` does, and at once. Undefined: not ours. Throws where `fetch` rejects. */
function planOf(input: RequestInfo | URL, init: RequestInit | undefined, origin: string): Plan | undefined {
  const isRequest = input instanceof Request
  if (new URL(isRequest ? input.url : String(input), document.baseURI).origin !== origin) return undefined
  const given: unknown = init?.body ?? undefined
  const apart = given !== undefined && !isRequest && !(init instanceof Request)
  const request = new Request(input, apart ? { ...init, body: null } : init)
  const url = new URL(request.url)
  if (!isSigned(url, request.method, origin)) return undefined
  if (apart) return { request, url, body: keepBody(given) }
  const mayHaveBody = (isRequest || given !== undefined) && !isSafe(request.method)
  return { request, url, body: mayHaveBody ? takeBody(request) : undefined }
}

/** Rejects as soon as the app gives up, as `fetch` does. */
function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason as Error)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}

class Sending {
  readonly #native: Fetch
  readonly #prover: Prover
  readonly #plan: Plan

  constructor(native: Fetch, prover: Prover, plan: Plan) {
    this.#native = native
    this.#prover = prover
    this.#plan = plan
  }

  /** Once more where the gate asks for another proof: its epoch was over, or somebody signed in anew. */
  async run(more: ProofHeaders = {}): Promise<Response> {
    const prover = this.#prover
    const { method } = this.#plan.request
    let { url } = this.#plan
    let proof = await this.#sign(url)
    // It would be refused.
    if (proof === undefined && prover.isLost && !isSafe(method)) {
      proof = await this.#sign(url, 'signLater')
      if (proof === undefined) return this.#send(url, noProof, more)
    }
    const answer = await this.#send(url, proof, more).catch((thrown: unknown) => {
      // Another site may refuse a request with our headers that was redirected to it.
      const plainly = proof !== undefined && isSafe(method) && thrown instanceof TypeError
      if (!plainly || this.#plan.request.signal.aborted) throw thrown
      return this.#send(url, undefined, more)
    })
    // An answer of another site, to which the request was redirected, has no say.
    if (answer.type !== 'basic') return answer
    if (!prover.hear(answer)) {
      if (proof !== undefined && answer.status !== 401) prover.hold()
      return answer
    }
    if (answer.redirected) {
      // What did something on its way here must not do it twice.
      if (!isSafe(method)) return answer
      url = new URL(answer.url)
    }
    const another = (await this.#sign(url)) ?? (await this.#sign(url, 'signLater'))
    if (another === undefined) return answer
    void answer.body?.cancel().catch(() => undefined)
    const second = await this.#send(url, another, more)
    if (second.type === 'basic' && prover.hear(second)) prover.lose()
    else prover.hold()
    return second
  }

  /** `signLater`: the app waits until somebody signs in again, and hears no error. */
  #sign(url: URL, how: 'sign' | 'signLater' = 'sign'): Promise<ProofHeaders | undefined> {
    const { request, body } = this.#plan
    return orAborted(request.signal, this.#prover[how]({ method: request.method, url, body }))
  }

  async #send(url: URL, proof: ProofHeaders | undefined, more: ProofHeaders): Promise<Response> {
    const { request } = this.#plan
    const body = (await this.#plan.body)?.content
    const headers = new Headers(request.headers)
    for (const [name, value] of Object.entries({ ...proof, ...more })) headers.set(name, value)
    // Fetch, section 5.4: with any setting these start anew. `no-cors` would leave our headers out.
    const { referrer, referrerPolicy } = request
    const mode = proof !== undefined && request.mode === 'no-cors' ? 'cors' : request.mode
    const settings: RequestInit = {
      headers,
      referrer,
      referrerPolicy,
      mode,
      ...(body !== undefined && { body }),
    }
    const asked = url === this.#plan.url ? request : new Request(url, request)
    // Browsers refuse it as a method of anything else.
    const native = this.#native
    return native(new Request(asked, settings))
  }
}

export function makeSigningFetch(
  native: Fetch,
  prover: Prover,
  afterwards: Afterwards = (answer) => answer,
): Fetch {
  // A method has no `prototype`, and its name and length are what apps see.
  const { fetch: signing } = {
    fetch(this: unknown, input: RequestInfo | URL, ...rest: [init?: RequestInit]): Promise<Response> {
      let plan: Plan | undefined
      try {
        plan = planOf(input, rest[0], location.origin)
      } catch {
        // As it would have been, with the browser's own error.
      }
      if (plan === undefined) return Reflect.apply(native, this, [input, ...rest])
      // Whoever sends it hears of it; until then it is nobody's unhandled rejection.
      if (plan.body instanceof Promise) plan.body.catch(() => undefined)
      const sending = new Sending(native, prover, plan)
      const { signal } = plan.request
      const goOn = async (answer: Response) => afterwards(answer, (more) => sending.run(more), signal)
      return sending.run().then((answer) => orAborted(signal, goOn(answer)))
    },
  }
  return signing
}
