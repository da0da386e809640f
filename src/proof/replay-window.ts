/** Which counters of one document were used: the highest, and the 255 below it (RFC 6479, without bit shifting). */

/** Requests of one page overtake each other; so far one may lag behind. */
export const windowWidth = 256

const wordBits = 32
/** One word more than the width, so that a word can be cleared while all others still count. */
const words = windowWidth / wordBits + 1

export type CounterTaken = 'fresh' | 'replayed' | 'outrun'

export class ReplayWindow {
  #highest = 0
  readonly #bits = new Uint32Array(words)

  /** `counter`: from 1 on. True to its word once: the same counter is never fresh again. */
  take(counter: number): CounterTaken {
    if (counter > this.#highest) this.#advance(counter)
    else if (this.#highest - counter >= windowWidth) return 'outrun'
    const at = Math.floor(counter / wordBits) % words
    const bit = (1 << (counter % wordBits)) >>> 0
    const word = this.#bits[at] ?? 0
    if ((word & bit) !== 0) return 'replayed'
    this.#bits[at] = word | bit
    return 'fresh'
  }

  #advance(counter: number): void {
    const from = Math.floor(this.#highest / wordBits)
    const passed = Math.min(Math.floor(counter / wordBits) - from, words)
    for (let step = 1; step <= passed; step++) this.#bits[(from + step) % words] = 0
    this.#highest = counter
  }
}
