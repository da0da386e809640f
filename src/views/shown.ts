/** An answer cut down to a view: the same bytes for all who share it, but for the name of who asks. */
import { Numeral } from '../kit/json.ts'

/** Stands in a filtered configuration for the asker's name: a control character, which written JSON never contains. */
export const askersName = new Numeral('\u0000')

export class Shown {
  /** The asker's name goes between each two. */
  readonly #parts: readonly Buffer[]
  readonly #write: (name: string | null) => string

  /** `write`: the name as it stands in the answer's JSON. */
  constructor(texts: readonly (string | Buffer)[], write: (name: string | null) => string = JSON.stringify) {
    const parts: Buffer[][] = [[]]
    for (const text of texts) {
      const [first = '', ...others] = typeof text === 'string' ? text.split(askersName.text) : [text]
      parts.at(-1)?.push(Buffer.from(first))
      for (const other of others) parts.push([Buffer.from(other)])
    }
    this.#parts = parts.map((some) => Buffer.concat(some))
    this.#write = write
  }

  /** What it takes to keep it. */
  get size(): number {
    return this.#parts.reduce((sum, part) => sum + part.byteLength, 0)
  }

  bytes(name: string | null): Buffer {
    const written = Buffer.from(this.#write(name))
    return Buffer.concat(this.#parts.flatMap((part, at) => (at === 0 ? [part] : [written, part])))
  }
}
