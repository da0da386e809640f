/** `fetch` that signs: for the app it is the browser's own, and where anything fails here it is that. */
import { isOurs, isSafe, isSigned } from './concerns.ts'
import { mayRepeat, noProof, type ProofHeaders, type Prover, type ToSign } from './prover.ts'
import { keepBody, type SentBody } from './sent-body.ts'

type Fetch = typeof fetch

/** The body is never of what is left in `request`, which can be sent once. */
interface Plan extends ToSign {
  readonly request: Request
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
  if (!isOurs(new URL(isRequest ? input.url : String(input), document.baseURI), origin)) return undefined
  const given: unknown = init?.body ?? undefined
  const apart = given !== undefined && !isRequest && !(init instanceof Request)
  const request = new Request(input, apart ? { ...init, body: null } : init)
  const { method } = request
  const url = new URL(request.url)
  if (!isSigned(url, method, origin)) return undefined
  const mayHaveBody = (isRequest || given !== undefined) && !isSafe(method)
  const body = apart ? keepBody(given) : mayHaveBody ? takeBody(request) : undefined
  return { request, method, url, body, hasty: request.keepalive }
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

async function transmit(
  native: Fetch,
  { request, url, body: kept }: Plan,
  proof: ProofHeaders | undefined,
  more: ProofHeaders,
): Promise<Response> {
  const body = (await kept)?.content
  const headers = new Headers(request.headers)
  for (const [name, value] of Object.entries({ ...proof, ...more })) headers.set(name, value)
  // Fetch, section 5.4: with any setting these start anew. `no-cors` would leave our headers out.
  const mode = proof && request.mode === 'no-cors' ? 'cors' : request.mode
  const settings: RequestInit = {
    headers,
    referrer: request.referrer,
    referrerPolicy: request.referrerPolicy,
    mode,
    // As if it weren't there.
    body: body ?? null,
  }
  const asked = url.href === request.url ? request : new Request(url, request)
  return native(new Request(asked, settings))
}

/** Once more where the gate asks for another proof: its epoch was over, or somebody signed in anew. */
async function run(native: Fetch, prover: Prover, asked: Plan, more: ProofHeaders = {}): Promise<Response> {
  // Who runs it again after an answer asks for another thing, under a counter of its own.
  const plan = { ...asked }
  const { request, method } = plan
  /** `signLater`: where it has to, the app waits until somebody signs in again, and hears no error. */
  const sign = (how: 'sign' | 'signLater' = 'sign') =>
    orAborted(
      request.signal,
      prover[how](plan, () => request.signal.aborted),
    )
  const send = (proof?: ProofHeaders) => transmit(native, plan, proof, more)
  let proof = await sign()
  // It would be refused.
  if (!proof && prover.isLost && !isSafe(method)) {
    proof = await sign('signLater')
    if (!proof) return send(noProof)
  }
  const answer = await send(proof)
  // Unsigned it may have come from another site, which has no say; and a redirect that isn't followed says nothing.
  if (answer.type !== 'basic') return answer
  if (!prover.hear(answer)) {
    if (proof && answer.status !== 401) prover.hold()
    return answer
  }
  if (!mayRepeat(plan, answer.redirected)) return answer
  if (answer.redirected) plan.url = new URL(answer.url)
  const another = await sign('signLater')
  if (!another) return answer
  void answer.body?.cancel().catch(() => undefined)
  const second = await send(another)
  if (second.type === 'basic') {
    if (prover.hear(second)) void prover.doubt()
    else prover.hold()
  }
  return second
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
      if (!plan) return Reflect.apply(native, this, [input, ...rest])
      // Whoever sends it hears of it; until then it is nobody's unhandled rejection.
      if (plan.body instanceof Promise) plan.body.catch(() => undefined)
      const send = (more?: ProofHeaders) => run(native, prover, plan, more)
      const { signal } = plan.request
      const goOn = async (answer: Response) => afterwards(answer, send, signal)
      return send().then((answer) => orAborted(signal, goOn(answer)))
    },
  }
  return signing
}
