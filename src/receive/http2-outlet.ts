/** Where the answer on an HTTP/2 stream goes. The stream alone ends with it, never the connection. */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AnswerHeaders } from '../request.ts'
import type { Outlet } from './exchange.ts'
import { checkingInterval } from './limits.ts'
import { stalledMs } from './stalled.ts'

/**
 * Bytes that wait below us of one answer, one frame. Node hands over what there is of all answers at once and tells
 * only when everything was sent: with more, a slow line would show no progress for minutes, and a short answer would
 * wait as long behind the files of a page.
 */
const piece = 16 * 1024
/** Bytes of every other answer that may be sent before one is; ample. */
const turn = 4 * piece
/** As long as over HTTP/1.1, where it takes one to two periods; a slow line with many answers may take longer. */
const mostIdleReviews = (2 * stalledMs) / checkingInterval

/** RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5; Node ends these streams with the head (lib/internal/http2/core.js). */
const withoutContent = new Set([204, 205, 304])

/** The other side is told INTERNAL_ERROR. */
class Cut extends Error {
  override readonly name = 'Cut'
}

/** Of all answers on one connection. */
export interface Progress {
  /** Bytes that the client took. */
  taken: number
}

export class Http2Outlet implements Outlet {
  readonly #stream: ServerHttp2Stream
  readonly #progress: Progress
  #bodiless: boolean
  #complete = false
  /** Not handed over yet. */
  #waiting: Uint8Array[] = []
  #full = false
  #onDrain: () => void = () => undefined
  /** Whether the client took a piece of this answer since the last review. */
  #moved = false
  #idleReviews = 0
  /** What the client had taken of all answers when it last took some of this one. */
  #takenThen = 0

  constructor(stream: ServerHttp2Stream, isHead: boolean, progress: Progress) {
    this.#stream = stream
    this.#bodiless = isHead
    this.#progress = progress
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

  /** Called every `checkingInterval`: whoever takes nothing of what is there is cut, or a few would hold everything. */
  review(streams: number): void {
    if (this.#stream.writableLength === 0 || this.#moved) {
      this.#moved = false
      this.#idleReviews = 0
      this.#takenThen = this.#progress.taken
      return
    }
    this.#idleReviews++
    if (this.#idleReviews > mostIdleReviews && !this.#waitsForOthers(streams)) this.cut()
  }

  /** nghttp2 sends what is there of one answer, then of the next: on a slow line the last of a page waits for minutes. */
  #waitsForOthers(streams: number): boolean {
    const others = this.#progress.taken - this.#takenThen
    const least = (piece * this.#idleReviews) / mostIdleReviews
    return others >= least && others < turn * streams
  }

  /** Hands over what may be; answers whether there may be more. */
  #pump(): boolean {
    while (this.isOpen && this.#stream.writableLength < piece) {
      const next = this.#waiting.shift()
      if (next === undefined) break
      if (next.byteLength > piece) this.#waiting.unshift(next.subarray(piece))
      this.#stream.write(next.subarray(0, piece), () => this.#noteTaken(Math.min(next.byteLength, piece)))
    }
    const isAll = this.#waiting.length === 0
    if (isAll && this.#complete && this.isOpen && !this.#stream.writableEnded) this.#stream.end()
    this.#full = !isAll || this.#stream.writableLength >= piece
    return !this.#full
  }

  #noteTaken(bytes: number): void {
    this.#moved = true
    this.#progress.taken += bytes
    if (this.#full && this.#pump() && this.isOpen) this.#onDrain()
  }

  /** RFC 9113 section 8.1: an answer that is complete may be followed by a reset that says, no more of the body. */
  #stopReading(): void {
    if (!this.#stream.readableEnded && this.isOpen) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }
}
