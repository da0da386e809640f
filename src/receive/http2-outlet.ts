/** Where the answer on an HTTP/2 stream goes. The stream alone ends with it, never the connection. */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AnswerHeaders } from '../request.ts'
import type { Outlet } from './exchange.ts'
import { checkingInterval } from './limits.ts'
import { stalledMs } from './stalled.ts'

/** Bytes written at once. Whether a client still reads shows when one of these was taken: about 1 KB a second. */
const piece = 64 * 1024
/** As long as over HTTP/1.1, where it takes one to two periods. */
const mostIdleReviews = (2 * stalledMs) / checkingInterval

/** RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5; Node ends these streams with the head (lib/internal/http2/core.js). */
const withoutContent = new Set([204, 205, 304])

/** The other side is told INTERNAL_ERROR. */
class Cut extends Error {
  override readonly name = 'Cut'
}

export class Http2Outlet implements Outlet {
  readonly #stream: ServerHttp2Stream
  #bodiless: boolean
  #complete = false
  /** Pieces that the client took, and how many at the last review. */
  #taken = 0
  #takenBefore = 0
  #idleReviews = 0

  constructor(stream: ServerHttp2Stream, isHead: boolean) {
    this.#stream = stream
    this.#bodiless = isHead
  }

  get isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed
  }

  begin(status: number, headers: AnswerHeaders): void {
    this.#bodiless ||= withoutContent.has(status)
    const head = { ':status': status, ...headers } as OutgoingHttpHeaders
    this.#stream.respond(head, { endStream: this.#bodiless })
    if (this.#stream.writableFinished) this.#stopReading()
    else this.#stream.once('finish', () => this.#stopReading())
  }

  write(chunk: Uint8Array): boolean {
    if (this.#bodiless || !this.isOpen) return true
    return this.#stream.write(chunk, this.#noteTaken)
  }

  end(bytes?: Uint8Array): void {
    this.#complete = true
    if (this.#bodiless || !this.isOpen) return
    if (bytes === undefined) this.#stream.end()
    else this.#pump(bytes, 0)
  }

  cut(): void {
    // Closed by a code instead, Node ends the body in good order first: half an answer would pass for a whole one.
    this.#stream.destroy(new Cut())
  }

  /** The head goes out at once. */
  flush(): void {
    return
  }

  onDrain(call: () => void): void {
    this.#stream.on('drain', call)
  }

  onGone(call: () => void): void {
    this.#stream.once('close', () => {
      if (!this.#complete || (!this.#bodiless && !this.#stream.writableFinished)) call()
    })
  }

  /** Called every `checkingInterval`: whoever takes nothing of what is there is cut, or a few would hold everything. */
  review(): void {
    const waits = this.#stream.writableLength > 0 && this.#taken === this.#takenBefore
    this.#idleReviews = waits ? this.#idleReviews + 1 : 0
    this.#takenBefore = this.#taken
    if (this.#idleReviews > mostIdleReviews) this.cut()
  }

  readonly #noteTaken = () => {
    this.#taken++
  }

  #pump(bytes: Uint8Array, from: number): void {
    let at = from
    while (at < bytes.byteLength && this.isOpen) {
      const next = at + piece
      const goesOn = this.#stream.write(bytes.subarray(at, next), this.#noteTaken)
      at = next
      if (!goesOn && at < bytes.byteLength) {
        this.#stream.once('drain', () => this.#pump(bytes, at))
        return
      }
    }
    if (this.isOpen) this.#stream.end()
  }

  /** RFC 9113 section 8.1: an answer that is complete may be followed by a reset that says, no more of the body. */
  #stopReading(): void {
    if (!this.#stream.readableEnded && this.isOpen) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }
}
