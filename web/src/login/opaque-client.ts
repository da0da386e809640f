/** The page's end of the OPAQUE worker: starts it, and asks one question at a time. */
import { paths, type LoginStarted } from 'sekisho/contract'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** A browser without what OPAQUE needs, or a worker that could not be loaded. */
export class OpaqueUnavailable extends Error {
  override readonly name = 'OpaqueUnavailable'
  readonly why: 'unsupported' | 'unreachable'

  constructor(why: 'unsupported' | 'unreachable') {
    super(why)
    this.why = why
  }
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

function checkWorkerUrl(url: string): string {
  if (!url.startsWith(`${paths.assets}opaque-worker-`)) throw new TypeError('Not the OPAQUE worker.')
  return url
}

/** The page's CSP asks for Trusted Types; browsers without them take the plain string. */
function trustWorkerUrl(url: string): string {
  const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes }
  if (trustedTypes === undefined) return checkWorkerUrl(url)
  return trustedTypes.createPolicy('sekisho', { createScriptURL: checkWorkerUrl }).createScriptURL(url)
}

export class OpaqueClient {
  readonly #url: string
  #worker: Worker
  #ready: Promise<void>

  /** Starts loading at once, so that the module is there when the password is typed. */
  constructor(workerUrl: string) {
    this.#url = trustWorkerUrl(workerUrl)
    this.#worker = this.#start()
    this.#ready = this.#whenReady()
  }

  async begin(password: string): Promise<string> {
    await this.#loaded()
    const reply = await this.#ask({ kind: 'begin', password })
    if (reply.kind !== 'begun') throw new TypeError('The worker could not begin.')
    return reply.startLoginRequest
  }

  async finish(answer: LoginStarted): Promise<string | undefined> {
    const reply = await this.#ask({ kind: 'finish', answer })
    if (reply.kind !== 'finished') throw new TypeError('The worker could not finish.')
    return reply.finishLoginRequest
  }

  forget(): void {
    this.#say({ kind: 'forget' })
  }

  #start(): Worker {
    return new Worker(this.#url, { type: 'module', name: 'sekisho-opaque' })
  }

  async #loaded(): Promise<void> {
    try {
      await this.#ready
    } catch (thrown) {
      if (!(thrown instanceof OpaqueUnavailable) || thrown.why === 'unsupported') throw thrown
      // The network failed while the page loaded; it may be back.
      this.#worker.terminate()
      this.#worker = this.#start()
      this.#ready = this.#whenReady()
      await this.#ready
    }
  }

  #whenReady(): Promise<void> {
    const ready = this.#next().then((first) => {
      if (first.kind !== 'ready') throw new OpaqueUnavailable('unsupported')
    })
    // Whoever signs in awaits it; until then a failure is nobody's unhandled rejection.
    ready.catch(() => undefined)
    return ready
  }

  #say(message: ToWorker): void {
    this.#worker.postMessage(message)
  }

  #ask(message: ToWorker): Promise<FromWorker> {
    const reply = this.#next()
    this.#say(message)
    return reply
  }

  #next(): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      const settled = new AbortController()
      const { signal } = settled
      const onMessage = (event: MessageEvent<FromWorker>) => {
        settled.abort()
        resolve(event.data)
      }
      const onError = () => {
        settled.abort()
        reject(new OpaqueUnavailable('unreachable'))
      }
      this.#worker.addEventListener('message', onMessage, { signal })
      this.#worker.addEventListener('error', onError, { signal })
    })
  }
}
