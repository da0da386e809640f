/** One exchange with the app: the answer's head as a promise, its body as a source that flows chunk by chunk. */
import type { Dispatcher } from 'undici'
import type { Sink, Source, StreamEnd } from '../request.ts'
import type { AppHeaders } from './answer-headers.ts'
import type { Injector } from './inject.ts'

export interface Head {
  readonly status: number
  readonly headers: AppHeaders
}

class Cut extends Error {
  override readonly name = 'Cut'
}

export class Relay implements Dispatcher.DispatchHandler, Source {
  readonly head: Promise<Head>
  readonly ended: Promise<StreamEnd>
  /** Set before the body starts, when the body is a page to inject into. */
  injector: Injector | undefined
  #resolveHead: (head: Head) => void = () => undefined
  #rejectHead: (error: Error) => void = () => undefined
  #resolveEnded: (end: StreamEnd) => void = () => undefined
  #controller: Dispatcher.DispatchController | undefined
  #sink: Sink | undefined
  /** What arrived in the same read as the head, before anybody took the body. */
  #early: Buffer[] = []
  #finished: StreamEnd | undefined
  #cutAs: StreamEnd | undefined
  /** Bytes still to come by the head's own word. */
  #left = Infinity

  constructor() {
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve
      this.#rejectHead = reject
    })
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#cutAs !== undefined) controller.abort(new Cut())
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AppHeaders): void {
    if (status < 200) return
    const length = headers['content-length']
    if (typeof length === 'string') this.#left = Number(length)
    this.#resolveHead({ status, headers })
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#left -= chunk.byteLength
    const more = this.#sink !== undefined && this.#send(chunk)
    if (this.#sink === undefined) this.#early.push(chunk)
    // undici, paused behind the last byte, takes the app's closing of an idle connection (5 s) for a break (8.12).
    if (!more && this.#left > 0) controller.pause()
  }

  onResponseEnd(): void {
    this.#finish('finished')
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#rejectHead(error)
    this.#finish(this.#cutAs ?? 'upstream-broke')
  }

  start(sink: Sink): { drained: () => void; abandon: () => void } {
    this.#sink = sink
    const early = this.#early
    this.#early = []
    for (const chunk of early) this.#send(chunk)
    if (this.#finished !== undefined) this.#close(this.#finished)
    else this.#controller?.resume()
    return { drained: () => this.#controller?.resume(), abandon: () => this.cut('client-left') }
  }

  /** Ends the exchange at both sides. */
  cut(why: StreamEnd): void {
    if (this.#finished !== undefined || this.#cutAs !== undefined) return
    this.#cutAs = why
    this.#controller?.abort(new Cut())
  }

  get wasCut(): boolean {
    return this.#cutAs !== undefined
  }

  #finish(why: StreamEnd): void {
    if (this.#finished !== undefined) return
    this.#finished = why
    this.#resolveEnded(why)
    if (this.#sink !== undefined) this.#close(why)
  }

  #send(chunk: Uint8Array): boolean {
    const bytes = this.injector === undefined ? chunk : this.injector.push(chunk)
    return bytes === undefined || this.#sink === undefined || this.#sink.write(bytes)
  }

  #close(why: StreamEnd): void {
    // A body that broke off must look broken, or half an answer passes for a whole one.
    if (why !== 'finished') {
      this.#sink?.cut()
      return
    }
    const rest = this.injector?.end()
    if (rest !== undefined) this.#sink?.write(rest)
    this.#sink?.end()
  }
}
