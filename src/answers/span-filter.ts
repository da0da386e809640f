/** Takes pieces out of a text that streams by, wherever it was cut: what may still become such a piece waits. */
import type { TextFilter } from './tap.ts'

export interface Span {
  readonly start: number
  readonly end: number
}

/** Kept of what has gone on: a form looks at what stands before it. */
const context = 512
/** Looked through at a time, so that what waits isn't looked through for each chunk. */
const usualBlock = 256 * 1024

export interface SpanParts {
  /** What is to go, in any order; none is longer than `longest`. */
  readonly find: (text: string) => readonly Span[]
  readonly longest: number
  readonly inPlace: string
  readonly block?: number
}

export class SpanFilter implements TextFilter {
  readonly #parts: SpanParts
  #text = ''
  /** So much of the text has gone on already. */
  #gone = 0

  constructor(parts: SpanParts) {
    this.#parts = parts
  }

  push(text: string): string {
    const { longest, block = usualBlock } = this.#parts
    this.#text += text
    return this.#text.length - this.#gone < longest + block ? '' : this.#take(longest)
  }

  end(): string {
    return this.#take(0)
  }

  /** All but the last `undecided` characters. */
  #take(undecided: number): string {
    const text = this.#text
    const spans = joined(this.#parts.find(text))
    const edge = text.length - undecided
    const across = spans.find(
      ({ start, end }) => start < edge && end > edge && end - start <= this.#parts.longest,
    )
    const cut = Math.max(this.#gone, across?.start ?? edge)
    let passed = ''
    let at = this.#gone
    for (const { start, end } of spans) {
      if (end <= at || start >= cut) continue
      passed += text.slice(at, Math.max(at, start)) + this.#parts.inPlace
      at = end
    }
    passed += text.slice(at, cut)
    const kept = Math.max(0, cut - context)
    this.#text = text.slice(kept)
    this.#gone = cut - kept
    return passed
  }
}

/** What overlaps is one. */
function joined(spans: readonly Span[]): readonly Span[] {
  const sorted = spans.toSorted((one, other) => one.start - other.start)
  const apart: Span[] = []
  for (const span of sorted) {
    const last = apart.at(-1)
    if (last === undefined || span.start >= last.end) apart.push(span)
    else apart.splice(-1, 1, { start: last.start, end: Math.max(last.end, span.end) })
  }
  return apart
}
