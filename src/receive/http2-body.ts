/** The body of an HTTP/2 request as a stream of its own: it ends only if the other side said that it is complete. */
import type { ServerHttp2Stream } from 'node:http2'
import { Readable } from 'node:stream'

/**
 * Node ends a stream that was reset by NO_ERROR or CANCEL as if it were complete (lib/internal/http2/core.js 24); half
 * an upload would pass for a whole one.
 */
export class Http2Body extends Readable {
  readonly #stream: ServerHttp2Stream
  readonly #length: number | undefined
  #seen = 0
  #flowing = false

  constructor(stream: ServerHttp2Stream, length: number | undefined) {
    super()
    this.#stream = stream
    this.#length = length
    stream.once('close', () => this.#breakOff())
    stream.once('aborted', () => this.#breakOff())
  }

  override _read(): void {
    if (this.#flowing) {
      this.#stream.resume()
      return
    }
    this.#flowing = true
    this.#stream.once('end', () => this.#finish())
    this.#stream.on('data', (chunk: Buffer) => {
      this.#seen += chunk.byteLength
      if (!this.push(chunk)) this.#stream.pause()
    })
  }

  #finish(): void {
    const short = this.#length !== undefined && this.#seen < this.#length
    if (short || this.#stream.aborted) this.#breakOff()
    else this.push(null)
  }

  #breakOff(): void {
    if (!this.readableEnded) this.destroy()
  }
}
