/** An event stream on its way through the taps: messages leave in the order in which they came, untouched or replaced whole. */
import { dataOf, EventSplitter, withData, type Piece } from './event-stream.ts'
import type { TapChain } from './show-taps.ts'

/** Larger than what an app streams; held once for each stream that is in the middle of such a message. */
export const mostMessageBytes = 16 * 1024 * 1024

/** A message that a tap has to see is too large to be held. */
export class Unseen extends Error {
  override readonly name = 'Unseen'
}

export class EventInspection {
  readonly #chain: TapChain
  readonly #emit: (bytes: Buffer) => void
  readonly #splitter: EventSplitter
  /** Leaves together: one write for all that need no look. */
  #ready: Buffer[] = []

  constructor(chain: TapChain, emit: (bytes: Buffer) => void, mostBytes = mostMessageBytes) {
    this.#chain = chain
    this.#emit = emit
    this.#splitter = new EventSplitter(mostBytes)
  }

  /** Nothing, when everything that can go has gone; else a promise, and nothing may be pushed until it is kept. */
  push(chunk: Uint8Array): void | Promise<void> {
    return this.#pass(this.#splitter.push(chunk), 0)
  }

  end(): void | Promise<void> {
    return this.#pass(this.#splitter.end(), 0)
  }

  #pass(pieces: readonly Piece[], start: number): void | Promise<void> {
    for (let i = start; i < pieces.length; i++) {
      const piece = pieces[i]
      if (piece === undefined) break
      const text = this.#textOf(piece)
      const answer = text === undefined ? undefined : this.#chain.show(text)
      if (answer instanceof Promise) {
        this.#flush()
        return answer.then((replacement) => {
          this.#add(piece, replacement)
          return this.#pass(pieces, i + 1)
        })
      }
      this.#add(piece, answer)
    }
    this.#flush()
  }

  /** What the taps are to see of it, if they are. */
  #textOf({ kind, bytes }: Piece): string | undefined {
    if (kind === 'part') {
      if (this.#chain.must) throw new Unseen('A message is too large to be looked at.')
      return undefined
    }
    return this.#chain.wants(bytes) ? dataOf(bytes) : undefined
  }

  #add({ bytes }: Piece, replacement: string | undefined): void {
    this.#ready.push(replacement === undefined ? bytes : withData(bytes, replacement))
  }

  #flush(): void {
    const [only, ...others] = this.#ready
    this.#ready = []
    if (only !== undefined) this.#emit(others.length === 0 ? only : Buffer.concat([only, ...others]))
  }
}
