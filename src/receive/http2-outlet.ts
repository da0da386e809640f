/** Where the answer on an HTTP/2 stream goes. The stream alone ends with it, never the connection. */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AnswerHeaders } from '../request.ts'
import type { Outlet } from './exchange.ts'
import { checkingInterval } from './limits.ts'
import { stalledMs } from './stalled.ts'

/**
 * Bytes that all answers of one connection may hand over before some were sent. Node sends what there is of all of them
 * at once, tells when the last byte is out, and reads nothing meanwhile (nodejs/node src/node_http2.cc,
 * MaybeStopReading): with a hundred files of a page that would be minutes on a slow line, in which whatever the client
 * sends seems to be missing.
 */
const together = 128 * 1024
/** Whether a client still reads shows when one of these was taken: about 1 KB a second. */
const largestPiece = 64 * 1024
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
  /** How many answers share the connection. */
  readonly #sharers: () => number
  #bodiless: boolean
  #complete = false
  /** Not handed over yet. */
  readonly #waiting: Uint8Array[] = []
  #full = false
  #onDrain: () => void = () => undefined
  #moved = false
  #idleReviews = 0

  constructor(stream: ServerHttp2Stream, isHead: boolean, sharers: () => number) {
    this.#stream = stream
    this.#bodiless = isHead
    this.#sharers = sharers
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
    this.#waiting.push(chunk)
    return this.#pump()
  }

  end(bytes?: Uint8Array): void {
    this.#complete = true
    if (this.#bodiless || !this.isOpen) return
    if (bytes !== undefined) this.#waiting.push(bytes)
    this.#pump()
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
    this.#onDrain = call
  }

  onGone(call: () => void): void {
    if (!this.#complete && !this.isOpen) {
      call()
      return
    }
    this.#stream.once('close', () => {
      if (!this.#complete || (!this.#bodiless && !this.#stream.writableFinished)) call()
    })
  }

  /** Something waits for the client to take it. */
  get isSending(): boolean {
    return this.#stream.writableLength > 0
  }

  /** The client took something since the last review. */
  get hasMoved(): boolean {
    return this.#moved
  }

  /**
   * Called every `checkingInterval`: whoever takes nothing of what is there is cut, or a few would hold everything.
   * `waits`: the client can't take it before others.
   */
  review(waits: boolean): void {
    if (this.#moved || !this.isSending) this.#idleReviews = 0
    else if (!waits) this.#idleReviews++
    this.#moved = false
    if (this.#idleReviews > mostIdleReviews) this.cut()
  }

  /** Hands over what may be; answers whether there may be more. */
  #pump(): boolean {
    const piece = Math.min(largestPiece, Math.ceil(together / this.#sharers()))
    while (this.isOpen && this.#stream.writableLength < piece) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      if (next.byteLength > piece) this.#waiting.unshift(next.subarray(piece))
      this.#stream.write(next.subarray(0, piece), this.#noteTaken)
    }
    const isAll = this.#waiting.length === 0
    if (isAll && this.#complete && this.isOpen && !this.#stream.writableEnded) this.#stream.end()
    this.#full = !isAll || this.#stream.writableLength >= piece
    return !this.#full
  }

  readonly #noteTaken = () => {
    this.#moved = true
    // Before the next bytes Node gets to read, or it wouldn't while there is anything to send.
    if (this.#full) setImmediate(this.#goOn)
  }

  readonly #goOn = () => {
    if (this.#pump() && this.isOpen) this.#onDrain()
  }

  /** RFC 9113 section 8.1: an answer that is complete may be followed by a reset that says, no more of the body. */
  #stopReading(): void {
    if (!this.#stream.readableEnded && this.isOpen) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }
}
