/** What `fetch` and undici's `request` send in the name of a session that signed in from here is signed, as a page's is. */
import { Agent, setGlobalDispatcher, type Dispatcher } from 'undici'
import { proofFields } from '../../src/contract/proof.ts'
import { findSigner, type Signer } from './signer.ts'

type Dispatch = Dispatcher['dispatch']
type Options = Dispatcher.DispatchOptions

/** A request that carries this field is sent without a signature, and without the field. */
export const unsignedField = 'x-unsigned'

let installed = false

export function signWhatIsFetched(): void {
  if (installed) return
  installed = true
  setGlobalDispatcher(new Agent({ keepAliveTimeout: 4000 }).compose(signing))
}

function signing(dispatch: Dispatch): Dispatch {
  return (options, handler) => {
    const headers = readHeaders(options.headers)
    const signer = findSigner(String(options.origin), headers['cookie'])
    if (signer === undefined || headers[proofFields.input] !== undefined) return dispatch(options, handler)
    if (unsignedField in headers) {
      const { [unsignedField]: _, ...others } = headers
      return dispatch({ ...options, headers: others }, handler)
    }
    const counter = signer.count()
    const send = async (again: boolean) => {
      const signed = await sign(options, headers, signer, counter)
      dispatch(signed, again ? new FirstTry(handler, signer, () => void send(false)) : handler)
    }
    void send(true).catch((error: unknown) => handler.onResponseError?.(undefined as never, error as Error))
    return true
  }
}

/** A challenge that is over is answered with the next one: that answer goes no further, and the request is sent again. */
class FirstTry implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler
  readonly #signer: Signer
  readonly #again: () => void
  #isStale = false

  constructor(handler: Dispatcher.DispatchHandler, signer: Signer, again: () => void) {
    this.#handler = handler
    this.#signer = signer
    this.#again = again
  }

  onRequestStart(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestStart']>>) {
    this.#handler.onRequestStart?.(...told)
  }

  onResponseStart(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>) {
    const [, status, headers] = told
    this.#isStale = this.#signer.hear(headers) && status === 401
    if (!this.#isStale) this.#handler.onResponseStart?.(...told)
  }

  onResponseData(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseData']>>) {
    if (!this.#isStale) this.#handler.onResponseData?.(...told)
  }

  onResponseEnd(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>) {
    if (this.#isStale) this.#again()
    else this.#handler.onResponseEnd?.(...told)
  }

  onResponseError(...told: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>) {
    this.#handler.onResponseError?.(...told)
  }
}

async function sign(
  options: Options,
  headers: Record<string, string>,
  signer: Signer,
  counter: number,
): Promise<Options> {
  const { origin, protocol } = new URL(String(options.origin))
  const scheme = headers['x-forwarded-proto'] ?? protocol.slice(0, -1)
  const name = headers['x-forwarded-host'] ?? headers['host']
  const site = name === undefined ? origin : new URL(`${scheme}://${name}`).origin
  // Read once: a body that flows is gone the second time.
  const body = (bodies.get(options) ?? keep(options, await readBody(options.body))).bytes
  const all = { ...options, body: body ?? null }
  if (signer.challenge === undefined) await signer.ask(origin, { cookie: headers['cookie'] ?? '' })
  if (signer.challenge === undefined) return all
  const { method, path } = options
  const fields = signer.sign({ method, origin: site, path, ...(body !== undefined && { body }) }, counter)
  return { ...all, headers: { ...headers, ...fields } }
}

const bodies = new WeakMap<Options, { readonly bytes: Buffer | undefined }>()

function keep(options: Options, bytes: Buffer | undefined) {
  const kept = { bytes }
  bodies.set(options, kept)
  return kept
}

/** Lower-case names, by any of the forms that undici takes. */
function readHeaders(headers: Options['headers']): Record<string, string> {
  const read: Record<string, string> = {}
  const take = (name: string, value: unknown) => {
    if (value !== undefined && value !== null) read[name.toLowerCase()] = String(value)
  }
  if (Array.isArray(headers)) {
    for (let at = 0; at + 1 < headers.length; at += 2) take(String(headers[at]), headers[at + 1])
  } else if (headers !== null && headers !== undefined && Symbol.iterator in headers) {
    for (const [name, value] of headers as Iterable<[string, unknown]>) take(name, value)
  } else for (const [name, value] of Object.entries(headers ?? {})) take(name, value)
  return read
}

async function readBody(body: Options['body']): Promise<Buffer | undefined> {
  if (body === null || body === undefined) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return Buffer.from(body)
  const chunks: Uint8Array[] = []
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
