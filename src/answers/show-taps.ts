/** Shows a message to the taps, one after the other: each sees what the one before made of it. */
import type { Json } from '../kit/json.ts'
import { JsonTrouble, parseStrictText, type JsonLimits } from '../kit/strict-json.ts'
import { LargePass } from './large-pass.ts'
import type { AnswerMessage, Tap, TextFilter } from './tap.ts'

/** Answers are the app's own words: plots and tables hold more than a request may. */
export const answerLimits: JsonLimits = { depth: 512, nodes: 5_000_000 }

export function makeMessage(text: string): AnswerMessage {
  let parsed: { readonly json: Json | undefined } | undefined
  return {
    text,
    json: () => (parsed ??= { json: parse(text) }).json,
  }
}

function parse(text: string): Json | undefined {
  try {
    return parseStrictText(text, answerLimits)
  } catch (thrown) {
    if (thrown instanceof JsonTrouble) return undefined
    throw thrown
  }
}

export class TapChain {
  readonly #taps: readonly Tap[]
  /** Undefined: somebody wants to see everything. */
  readonly #marks: readonly Buffer[] | undefined
  /** There is a tap that everything has to pass. */
  readonly must: boolean

  constructor(taps: readonly Tap[]) {
    this.#taps = taps
    const all = new Set(taps.flatMap(({ marks }) => marks))
    const wantsAll = taps.some(({ marks }) => marks.length === 0)
    this.#marks = wantsAll ? undefined : Array.from(all, (mark) => Buffer.from(mark))
    this.must = taps.some(({ must }) => must === true)
  }

  /** By a search for substrings; most messages are spared everything else. */
  wants(bytes: Buffer): boolean {
    return this.#marks === undefined || this.#marks.some((mark) => bytes.includes(mark))
  }

  /** What a message takes that is too large to be held: by its beginning. Undefined: it may not pass. */
  async openLarge(head: string): Promise<LargePass | undefined> {
    const filters: TextFilter[] = []
    for (const { large, must } of this.#taps) {
      const look = large === undefined ? (must === true ? 'refuse' : 'pass') : await large(head)
      if (look === 'refuse') return undefined
      if (look !== 'pass') filters.push(look)
    }
    return new LargePass(filters)
  }

  /** The text to put in the message's place; undefined: leave it. A promise only where a tap takes its time. */
  show(text: string): string | undefined | Promise<string | undefined> {
    return this.#showFrom(0, text, makeMessage(text))
  }

  #showFrom(
    start: number,
    original: string,
    shown: AnswerMessage,
  ): string | undefined | Promise<string | undefined> {
    let message = shown
    for (let i = start; i < this.#taps.length; i++) {
      const tap = this.#taps[i]
      if (tap === undefined || !isMarked(tap, message.text)) continue
      const answer = tap.take(message)
      if (answer instanceof Promise) {
        const current = message
        return answer.then((text) => this.#showFrom(i + 1, original, replaced(current, text)))
      }
      message = replaced(message, answer)
    }
    return message.text === original ? undefined : message.text
  }
}

function isMarked({ marks }: Tap, text: string): boolean {
  return marks.length === 0 || marks.some((mark) => text.includes(mark))
}

function replaced(message: AnswerMessage, text: string | undefined): AnswerMessage {
  return text === undefined || text === message.text ? message : makeMessage(text)
}
