/** A message that is too large to be held, on its way through filters, in constant memory. */
import { StringDecoder } from 'node:string_decoder'
import type { TextFilter } from './tap.ts'

/** What is judged by: in front of all values an app writes little. */
export const headBytes = 4 * 1024

export class LargePass {
  readonly #filters: readonly TextFilter[]
  readonly #decoder = new StringDecoder('utf8')

  constructor(filters: readonly TextFilter[]) {
    this.#filters = filters
  }

  /** Its bytes stay as they are. */
  get isUntouched(): boolean {
    return this.#filters.length === 0
  }

  push(bytes: Uint8Array): Buffer {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return this.isUntouched ? chunk : this.#through(this.#decoder.write(chunk), 0)
  }

  end(): Buffer {
    let rest = this.isUntouched ? Buffer.alloc(0) : this.#through(this.#decoder.end(), 0)
    this.#filters.forEach((filter, at) => {
      rest = Buffer.concat([rest, this.#through(filter.end(), at + 1)])
    })
    return rest
  }

  #through(text: string, from: number): Buffer {
    return Buffer.from(this.#filters.slice(from).reduce((passed, filter) => filter.push(passed), text))
  }
}
