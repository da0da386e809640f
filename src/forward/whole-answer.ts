/** An answer that is read to its end before anything of it goes on; one that is too large for that flows as it came. */
import { headBytes } from '../answers/large-pass.ts'
import type { Sink, Source, StreamEnd } from '../request.ts'

export class BrokenAnswer extends Error {
  override readonly name = 'BrokenAnswer'
}

export type Whole =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** From its first byte. */
  | { readonly kind: 'large'; readonly head: Buffer; readonly source: Source }

/** Throws BrokenAnswer when it ends too early. */
export function readWhole(source: Source, mostBytes: number): Promise<Whole> {
  return new Promise((resolve, reject) => {
    const held = new Held(source, mostBytes, {
      whole: (bytes) => resolve({ kind: 'whole', bytes }),
      large: (head) => resolve({ kind: 'large', head, source: held }),
      broken: () => reject(new BrokenAnswer('The answer broke off.')),
    })
    held.read()
  })
}

interface Outcomes {
  readonly whole: (bytes: Buffer) => void
  readonly large: (head: Buffer) => void
  readonly broken: () => void
}

class Held implements Source {
  readonly ended: Promise<StreamEnd>
  readonly #inner: Source
  readonly #most: number
  readonly #outcomes: Outcomes
  #chunks: Uint8Array[] = []
  #size = 0
  #flow: ReturnType<Source['start']> | undefined
  #sink: Sink | undefined
  #large = false
  #finished: 'end' | 'cut' | undefined

  constructor(inner: Source, mostBytes: number, outcomes: Outcomes) {
    this.#inner = inner
    this.#most = mostBytes
    this.#outcomes = outcomes
    this.ended = inner.ended
  }

  read(): void {
    this.#flow = this.#inner.start({
      write: (chunk) => this.#take(chunk),
      end: () => this.#finish('end'),
      cut: () => this.#finish('cut'),
    })
  }

  start(sink: Sink): { drained: () => void; abandon: () => void } {
    this.#sink = sink
    let room = true
    for (const chunk of this.#chunks) room = sink.write(chunk)
    this.#chunks = []
    if (this.#finished !== undefined) sink[this.#finished]()
    else if (room) this.#flow?.drained()
    return {
      drained: () => this.#flow?.drained(),
      abandon: () => this.#flow?.abandon(),
    }
  }

  #take(chunk: Uint8Array): boolean {
    if (this.#sink !== undefined) return this.#sink.write(chunk)
    this.#chunks.push(chunk)
    this.#size += chunk.byteLength
    if (this.#size <= this.#most) return true
    if (!this.#large) {
      this.#large = true
      this.#outcomes.large(beginningOf(this.#chunks))
    }
    return false
  }

  #finish(how: 'end' | 'cut'): void {
    this.#finished = how
    if (this.#sink !== undefined) this.#sink[how]()
    else if (this.#large) return
    else if (how === 'cut') this.#outcomes.broken()
    else this.#outcomes.whole(Buffer.concat(this.#chunks))
  }
}

/** Without a copy of all the rest. */
function beginningOf(chunks: readonly Uint8Array[]): Buffer {
  const parts: Uint8Array[] = []
  let left = headBytes
  for (const chunk of chunks) {
    if (left <= 0) break
    parts.push(chunk.subarray(0, left))
    left -= chunk.byteLength
  }
  return Buffer.concat(parts)
}
