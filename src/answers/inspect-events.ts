/** An event stream on its way through the taps: messages leave in the order in which they came, untouched or replaced whole. */
import { dataOf, EventSplitter, withData, type Piece } from './event-stream.ts'
import { headBytes, type LargePass } from './large-pass.ts'
import type { TapChain } from './show-taps.ts'

/** Larger than what an app streams; held once for each stream that is in the middle of such a message. */
export const mostMessageBytes = 16 * 1024 * 1024

/** A message that a tap has to see is too large to be held, and not of a kind that may pass all the same. */
export class Unseen extends Error {
  override readonly name = 'Unseen'
}

export class EventInspection {
  readonly #chain: TapChain
  readonly #emit: (bytes: Buffer) => void
  readonly #splitter: EventSplitter
  /** Of the message in whose middle the stream is. */
  #large: LargePass | undefined
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
      if (piece.kind !== 'message') {
        const large = this.#large
        if (large === undefined) return this.#open(piece.bytes).then(() => this.#pass(pieces, i))
        this.#addLarge(piece, large)
        continue
      }
      const text = this.#chain.wants(piece.bytes) ? dataOf(piece.bytes) : undefined
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

  async #open(beginning: Buffer): Promise<void> {
    this.#flush()
    const head = dataOf(beginning.subarray(0, headBytes))
    this.#large = await this.#chain.openLarge(head ?? '')
    if (this.#large === undefined) throw new Unseen('A message is too large to be looked at.')
  }

  #addLarge({ kind, bytes }: Piece, large: LargePass): void {
    this.#ready.push(large.push(bytes))
    if (kind !== 'last') return
    this.#ready.push(large.end())
    this.#large = undefined
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
