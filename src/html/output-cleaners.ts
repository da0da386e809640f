/** What cleans the outputs of one endpoint, by their place. */
import type { Endpoint } from '../app/model.ts'
import { cleanerOf, cleanerOfAnything, type HtmlCleaner, type ValueCleaner } from './shown-html.ts'

export class OutputCleaners {
  readonly #anything: ValueCleaner
  readonly #outputs: readonly (ValueCleaner | undefined)[] | undefined
  /** Without those that a tool gives no text for. */
  readonly #told: readonly (ValueCleaner | undefined)[] | undefined

  readonly #renders: boolean

  /** Undefined: nobody knows whose outputs they are, and each is cleaned as if it were any. */
  constructor(endpoint: Pick<Endpoint, 'outputs' | 'renders'> | undefined, clean: HtmlCleaner) {
    this.#anything = cleanerOfAnything(clean)
    const cleaners = endpoint?.outputs.map((slot) => cleanerOf(slot, clean))
    const states = endpoint?.outputs.filter((slot) => slot.isState).length ?? 0
    this.#outputs = cleaners
    this.#renders = endpoint?.renders === true
    // With two States Gradio takes the wrong values out (mcp.py 6.31, pop_returned_state): which is which can't be told.
    this.#told = states > 1 ? undefined : cleaners?.filter((_, at) => endpoint?.outputs[at]?.isState !== true)
  }

  /** It shows HTML, or may render what does. */
  get isNeeded(): boolean {
    return this.#renders || this.#outputs?.some((one) => one !== undefined) !== false
  }

  at(place: number): ValueCleaner | undefined {
    return this.#outputs === undefined ? this.#anything : this.#outputs[place]
  }

  /** Of a tool's answer with so many texts (gradio/mcp.py 6.31, postprocess_output_data). */
  ofText(place: number, count: number): ValueCleaner | undefined {
    return this.#told?.length === count ? this.#told[place] : this.#anything
  }
}
