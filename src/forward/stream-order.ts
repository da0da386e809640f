/**
 * What an app says by a session's stream, and after that by the answer to a call, reaches the page in this order. Gradio's page
 * opens a stream only where none is open: were a call answered while the end of the last stream is still being looked at, nobody
 * would read what it brings (gradio/routes.py sse_stream and js/client open_stream, 6.31).
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { StreamEnd } from '../request.ts'

export interface OrderedStream {
  /** Undefined: somebody takes it, and all that was read has gone on. */
  readonly settled: () => Promise<void> | undefined
  readonly ended: Promise<StreamEnd>
}

/** A stream that never rests holds nobody up for longer. */
const patienceMs = 1_000

export class StreamOrder {
  readonly #streams = new Map<string, Set<OrderedStream>>()
  readonly #patience: number

  constructor(patience = patienceMs) {
    this.#patience = patience
  }

  /** `session`: the app's name for it. */
  follow(session: string, stream: OrderedStream): void {
    const streams = this.#streams.get(session) ?? new Set()
    streams.add(stream)
    this.#streams.set(session, streams)
    void stream.ended.then(() => {
      streams.delete(stream)
      if (streams.size === 0 && this.#streams.get(session) === streams) this.#streams.delete(session)
    })
  }

  /** Resolves when what the session's streams have brought by now has gone on, or when that takes too long. */
  async catchUp(session: string): Promise<void> {
    // What the app sent before lies in another connection, which may be read after this one in the same turn.
    await turn()
    const streams = this.#streams.get(session)
    if (streams === undefined) return
    let isLate = false
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      isLate = true
      resolve()
    }, this.#patience)
    for (const stream of streams)
      for (let settled = stream.settled(); settled !== undefined && !isLate; settled = stream.settled()) {
        await Promise.race([settled, late])
        // Whoever was held up reads on in the turn after next.
        await turn()
        await turn()
      }
    clearTimeout(timer)
  }
}
