/** Secrets out of a JSON text that isn't parsed: by their form, in the text as it is written, however large. */
import { SpanFilter } from '../answers/span-filter.ts'
import type { TextFilter } from '../answers/tap.ts'
import { findSecretSpans, findUndecidedSpans, longestSecret } from './secrets-in-json.ts'
import { withheld } from './secrets.ts'

export class SecretFilter implements TextFilter {
  readonly #note: (kinds: readonly string[]) => void
  readonly #kinds = new Set<string>()
  readonly #filter: SpanFilter

  /** `growing`: its strings may go on in messages to come. `note`: told once, at the end, if there were any. */
  constructor(growing: boolean, note: (kinds: readonly string[]) => void) {
    this.#note = note
    this.#filter = new SpanFilter({
      longest: longestSecret,
      inPlace: withheld,
      find: (text) => {
        const spans = findSecretSpans(text)
        for (const { kind } of spans) this.#kinds.add(kind)
        return growing ? [...spans, ...findUndecidedSpans(text)] : spans
      },
    })
  }

  push(text: string): string {
    return this.#filter.push(text)
  }

  end(): string {
    const rest = this.#filter.end()
    if (this.#kinds.size > 0) this.#note([...this.#kinds])
    return rest
  }
}
