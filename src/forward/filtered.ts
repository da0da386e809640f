/** An answer that is too large to be held, through filters to its client. */
import type { LargePass } from '../answers/large-pass.ts'
import type { Sink, Source, StreamEnd } from '../request.ts'

export interface FilteredParts {
  readonly inner: Source
  readonly pass: LargePass
  /** A filter broke it off: nothing further may pass, and the app is let go. */
  readonly fail: (error: unknown) => void
}

export class Filtered implements Source {
  readonly ended: Promise<StreamEnd>
  readonly #parts: FilteredParts
  #over = false

  constructor(parts: FilteredParts) {
    this.#parts = parts
    this.ended = parts.inner.ended
  }

  start(sink: Sink): { drained: () => void; abandon: () => void } {
    const { inner, pass } = this.#parts
    return inner.start({
      write: (chunk) => this.#send(sink, () => pass.push(chunk)),
      end: () => {
        this.#send(sink, () => pass.end())
        this.#finish(() => sink.end())
      },
      cut: () => this.#finish(() => sink.cut()),
    })
  }

  #send(sink: Sink, filter: () => Buffer): boolean {
    if (this.#over) return true
    try {
      const passed = filter()
      return passed.byteLength === 0 || sink.write(passed)
    } catch (error) {
      this.#finish(() => sink.cut())
      this.#parts.fail(error)
      return true
    }
  }

  #finish(how: () => void): void {
    if (this.#over) return
    this.#over = true
    how()
  }
}
