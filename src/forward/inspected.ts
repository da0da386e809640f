/** An event stream of the app, message by message through the taps; the app waits while a message is being looked at. */
import { EventInspection, mostMessageBytes } from '../answers/inspect-events.ts'
import type { TapChain } from '../answers/show-taps.ts'
import type { Sink, Source, StreamEnd } from '../request.ts'

export interface InspectedParts {
  readonly inner: Source
  readonly taps: TapChain
  /** A tap failed: nothing further may pass, and the app is let go. */
  readonly fail: (error: unknown) => void
  readonly mostBytes?: number
}

export class Inspected implements Source {
  readonly ended: Promise<StreamEnd>
  readonly #parts: InspectedParts
  readonly #inspection: EventInspection
  #resolveEnded: (end: StreamEnd) => void = () => undefined
  #sink: Sink | undefined
  #inner: ReturnType<Source['start']> | undefined
  /** What came while a message was being looked at. */
  #waiting: Uint8Array[] = []
  #looking = false
  /** The sink takes more. */
  #room = true
  #complete = false
  #over = false
  /** Told when the present look is over, and what came by then has gone on. */
  readonly #settling: (() => void)[] = []

  constructor(parts: InspectedParts) {
    this.#parts = parts
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    this.#inspection = new EventInspection(
      parts.taps,
      (bytes) => {
        if (!this.#over && this.#sink !== undefined) this.#room = this.#sink.write(bytes)
      },
      parts.mostBytes ?? mostMessageBytes,
    )
  }

  start(sink: Sink): { drained: () => void; abandon: () => void } {
    this.#sink = sink
    this.#inner = this.#parts.inner.start({
      write: (chunk) => this.#take(chunk),
      end: () => {
        this.#complete = true
        if (!this.#looking) this.#finish()
      },
      cut: () => this.#cut(),
    })
    if (!this.#looking) this.#settle(() => undefined)
    return {
      drained: () => {
        this.#room = true
        if (!this.#looking) this.#inner?.drained()
      },
      abandon: () => this.#inner?.abandon(),
    }
  }

  settled(): Promise<void> | undefined {
    // What came with the head waits for whoever takes the answer.
    const hasAll = this.#sink !== undefined && !this.#looking
    if (hasAll || this.#over) return undefined
    return new Promise((resolve) => this.#settling.push(resolve))
  }

  #take(chunk: Uint8Array): boolean {
    if (this.#over) return true
    if (this.#looking) {
      this.#waiting.push(chunk)
      return false
    }
    return this.#look(() => this.#inspection.push(chunk)) && this.#room
  }

  /** True when the look is over already. */
  #look(work: () => void | Promise<void>): boolean {
    let pending
    try {
      pending = work()
    } catch (error) {
      this.#fail(error)
      return true
    }
    if (pending === undefined) return true
    this.#looking = true
    pending.then(
      () => this.#settle(() => this.#goOn()),
      (error: unknown) => this.#settle(() => this.#fail(error)),
    )
    return false
  }

  /** What waits in the connection is read as soon as there is room again, and so before anybody is told. */
  #settle(work: () => void): void {
    const settling = this.#settling.splice(0)
    work()
    for (const tell of settling) tell()
  }

  #goOn(): void {
    this.#looking = false
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const chunk = next
      if (this.#over) return
      if (!this.#look(() => this.#inspection.push(chunk))) return
    }
    if (this.#over) return
    if (this.#complete) this.#finish()
    else if (this.#room) this.#inner?.drained()
  }

  #finish(): void {
    if (this.#over) return
    const seen = this.#look(() => this.#inspection.end())
    // What is held is given once; the second time there is nothing left to look at.
    if (!seen || this.#over) return
    this.#over = true
    this.#sink?.end()
    void this.#parts.inner.ended.then(this.#resolveEnded)
  }

  #cut(): void {
    if (this.#over) return
    this.#over = true
    this.#waiting = []
    this.#sink?.cut()
    void this.#parts.inner.ended.then(this.#resolveEnded)
  }

  #fail(error: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#waiting = []
    this.#resolveEnded('upstream-broke')
    this.#sink?.cut()
    this.#parts.fail(error)
  }
}
