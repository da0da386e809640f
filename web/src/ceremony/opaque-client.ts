/** The page's end of the OPAQUE worker: starts it, and asks one question at a time. */
import { startWorker } from '../trusted-worker.ts'
import type { Enrolment } from './enrol-key.ts'
import {
  OpaqueUnavailable,
  type FinishedLogin,
  type LoginAnswer,
  type Opaque,
  type RegistrationAnswer,
} from './opaque.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

export class OpaqueClient implements Opaque {
  readonly #url: string
  #worker: Worker
  #ready: Promise<void>

  /** Starts loading at once, so that the module is there when the password is typed. */
  constructor(workerUrl: string) {
    this.#url = workerUrl
    this.#worker = this.#start()
    this.#ready = this.#whenReady()
  }

  async begin(password: string): Promise<string> {
    await this.#loaded()
    const reply = await this.#ask({ kind: 'begin', password })
    if (reply.kind !== 'begun') throw new TypeError('The worker could not begin.')
    return reply.startLoginRequest
  }

  async finish(
    { loginResponse, stretching, identifiers }: LoginAnswer,
    enrolment?: Enrolment,
  ): Promise<FinishedLogin | undefined> {
    const answer = { loginResponse, stretching, identifiers }
    const reply = await this.#ask({ kind: 'finish', answer, ...(enrolment && { enrolment }) })
    if (reply.kind !== 'finished') throw new TypeError('The worker could not finish.')
    return reply.login
  }

  async beginRegistration(password: string): Promise<string> {
    await this.#loaded()
    const reply = await this.#ask({ kind: 'begin-registration', password })
    if (reply.kind !== 'registration-begun') throw new TypeError('The worker could not begin.')
    return reply.registrationRequest
  }

  async finishRegistration({
    registrationResponse,
    stretching,
    identifiers,
  }: RegistrationAnswer): Promise<string> {
    const answer = { registrationResponse, stretching, identifiers }
    const reply = await this.#ask({ kind: 'finish-registration', answer })
    if (reply.kind !== 'registered') throw new TypeError('The worker could not register.')
    return reply.registrationRecord
  }

  forget(): void {
    this.#say({ kind: 'forget' })
  }

  #start(): Worker {
    return startWorker(this.#url, 'sekisho-opaque')
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
