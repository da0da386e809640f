/** multipart/form-data part by part (RFC 7578), with everything refused that two readers could read in two ways. */
import type { Readable } from 'node:stream'
import { BodyTrouble } from '../kit/body-trouble.ts'
import { parsePartHead, type PartHead } from './part-head.ts'

export interface Part extends PartHead {
  /** To be read to its end before the next part is asked for. */
  readonly content: AsyncIterable<Buffer>
}

/** Throws BodyTrouble, also out of a part's content. `source` is let go at the end, and when the caller stops before. */
export async function* readParts(source: Readable, boundary: string): AsyncGenerator<Part, void, void> {
  const form = new Form(source, boundary)
  try {
    await form.start()
    while (await form.hasPart()) {
      const head = parsePartHead(await form.head())
      if (head === undefined) throw invalid('head-invalid')
      yield { ...head, content: form.content() }
      form.checkRead()
    }
    await form.end()
  } finally {
    source.destroy()
  }
}

/** Longer than the longest file name with all its bytes escaped. */
const longestHead = 8 * 1024
const lineEnd = Buffer.from('\r\n')
const headEnd = Buffer.from('\r\n\r\n')

function invalid(why: string): BodyTrouble {
  return new BodyTrouble('body-invalid', { form: why })
}

/** The form's bytes, of which no more is held than a chunk and a boundary. */
class Form {
  #held: Buffer = Buffer.alloc(0)
  #inContent = false
  readonly #chunks: AsyncIterator<Buffer>
  /** RFC 2046 section 5.1.1: the line break before it belongs to it. */
  readonly #delimiter: Buffer

  constructor(source: Readable, boundary: string) {
    this.#chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    this.#delimiter = Buffer.from(`\r\n--${boundary}`)
  }

  /** Nothing stands before the first boundary: a preamble is read by some and not by others. */
  async start(): Promise<void> {
    await this.#take(this.#delimiter.subarray(lineEnd.length), 'no-boundary')
  }

  /** At the end of a boundary: whether a part follows, or the form is over. */
  async hasPart(): Promise<boolean> {
    await this.#fill(2)
    // The line end stays: a head without lines is followed by its end right away.
    if (this.#startsWith(lineEnd)) return true
    await this.#take(Buffer.from('--'), 'boundary-invalid')
    return false
  }

  async head(): Promise<string> {
    let at = this.#held.indexOf(headEnd)
    while (at < 0) {
      if (this.#held.length > longestHead) throw invalid('head-large')
      await this.#more()
      at = this.#held.indexOf(headEnd)
    }
    if (at > longestHead) throw invalid('head-large')
    const head = this.#held.toString('latin1', lineEnd.length, at)
    this.#skip(at + headEnd.length)
    this.#inContent = true
    return head
  }

  async *content(): AsyncGenerator<Buffer, void, void> {
    for (;;) {
      const at = this.#held.indexOf(this.#delimiter)
      const sure = at >= 0 ? at : this.#held.length - this.#begun()
      const piece = this.#held.subarray(0, sure)
      this.#skip(at >= 0 ? at + this.#delimiter.length : sure)
      if (at >= 0) this.#inContent = false
      if (piece.length > 0) yield piece
      if (at >= 0) return
      await this.#more()
    }
  }

  /**
   * How many of the last bytes may be a boundary's first. Nearly always none; then what comes next stands alone, where a few
   * bytes kept for safety would make a copy of every chunk of a file.
   */
  #begun(): number {
    const last = Math.min(this.#held.length, this.#delimiter.length - 1)
    for (let length = last; length > 0; length--) {
      const from = this.#held.length - length
      if (this.#delimiter.compare(this.#held, from, this.#held.length, 0, length) === 0) return length
    }
    return 0
  }

  checkRead(): void {
    if (this.#inContent) throw new TypeError('The part was not read to its end.')
  }

  /** After the last boundary at most a line end, as most clients write it. */
  async end(): Promise<void> {
    for (;;) {
      if (this.#held.length > lineEnd.length || !lineEnd.subarray(0, this.#held.length).equals(this.#held))
        throw invalid('text-after-end')
      const chunk = await this.#next()
      if (chunk === undefined) return
      this.#held = Buffer.concat([this.#held, chunk])
    }
  }

  #startsWith(bytes: Buffer): boolean {
    return this.#held.subarray(0, bytes.length).equals(bytes)
  }

  #skip(length: number): void {
    this.#held = this.#held.subarray(length)
  }

  async #take(bytes: Buffer, otherwise: string): Promise<void> {
    await this.#fill(bytes.length)
    if (!this.#startsWith(bytes)) throw invalid(otherwise)
    this.#skip(bytes.length)
  }

  async #fill(length: number): Promise<void> {
    while (this.#held.length < length) await this.#more()
  }

  async #more(): Promise<void> {
    const chunk = await this.#next()
    if (chunk === undefined) throw invalid('open-end')
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const next = await this.#chunks.next()
      return next.done === true ? undefined : next.value
    } catch (thrown) {
      throw thrown instanceof BodyTrouble ? thrown : new BodyTrouble('body-invalid', { body: 'cut-off' })
    }
  }
}
