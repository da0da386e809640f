/** One HTTP/2 connection: its limits, its times, and what went wrong before it became a request. */
import {
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { refuse } from '../refusals.ts'
import type { Door } from './exchange.ts'
import { makeHttp2Exchange } from './http2-exchange.ts'
import type { Http2Outlet } from './http2-outlet.ts'
import { connectionWindow, http2Options, mostStreams } from './http2-limits.ts'
import { checkingInterval, farewellMs, headerDeadline, idleDeadline } from './limits.ts'
import type { Places, Seat } from './places.ts'

export interface Http2ConnectionParts {
  readonly door: Door
  /** The connection's own place. */
  readonly seat: Seat | undefined
  /** For a request. */
  readonly takePlace: (giveUp: () => void) => ReturnType<Places['take']>
}

/** Raised by nghttp2 when the other side breaks the protocol; all other errors are ends like any other. */
const ofProtocol = new Set(['ERR_HTTP2_ERROR', 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES'])

/** Node tells the other side a code only together with an error. */
class Ended extends Error {
  override readonly name = 'Ended'
}

/** Firefox's first stream, the highest of all that are known. */
const latestStart = 15

const reviewsIn = (ms: number) => Math.ceil(ms / checkingInterval)

export class Http2Connection {
  readonly #socket: TLSSocket
  readonly #session: ServerHttp2Session
  readonly #parts: Http2ConnectionParts
  readonly #peer: string | undefined
  readonly #open = new Set<Http2Outlet>()
  /** Requests whose stream is open or whose judgement isn't over. */
  #underWay = 0
  /** The number of the newest stream that became a request. */
  #newest = 0
  /** Streams that never did. An honest client has none. */
  #lost = 0
  #acknowledged = false
  /** Reviews since the last stream closed, since the beginning, and since it was ended. */
  #quiet = 0
  #reviews = 0
  #ended = 0

  constructor(socket: TLSSocket, parts: Http2ConnectionParts) {
    this.#socket = socket
    this.#parts = parts
    this.#peer = socket.remoteAddress
    // Before the session's own listener, which throws away what it knows of lost streams.
    socket.once('close', () => this.#noteLost())
    const session = performServerHandshake(socket, http2Options)
    this.#session = session
    session.on('error', (error: NodeJS.ErrnoException) => this.#noteError(error))
    session.on('stream', (stream, _headers, _flags, raw) => this.#meet(stream, raw))
    session.once('localSettings', () => {
      this.#acknowledged = true
    })
    session.setLocalWindowSize(connectionWindow)
  }

  /** No more requests; what is under way goes on. The other side learns it by GOAWAY (RFC 9113 section 6.8). */
  close(): void {
    this.#noteLost()
    this.#session.close()
  }

  /** Called every `checkingInterval`. */
  review(): void {
    this.#reviews++
    if (this.#session.destroyed || (this.#session.closed && this.#open.size === 0)) {
      // Its goodbye waits behind bytes that nobody takes, or for an end that nobody sends.
      if (this.#ended++ > reviewsIn(farewellMs)) this.#socket.destroy()
      return
    }
    this.#reviewAnswers()
    this.#noteUnanswered()
    if (this.#session.destroyed) return
    // Until then none of the settings' limits are in force (RFC 9113 section 6.5.3). While Node sends it reads nothing.
    const isLate = !this.#acknowledged && this.#reviews > reviewsIn(headerDeadline)
    if (isLate && ![...this.#open].some(({ isSending }) => isSending)) {
      this.#session.destroy(new Ended(), constants.NGHTTP2_SETTINGS_TIMEOUT)
      this.#misread('request-slow', { reason: 'settings' })
      return
    }
    this.#quiet = this.#open.size === 0 ? this.#quiet + 1 : 0
    const isNew = this.#newest === 0
    if (this.#quiet <= reviewsIn(isNew ? headerDeadline : idleDeadline)) return
    if (isNew) {
      this.#session.close()
      this.#misread('request-slow', { reason: 'first-request' })
    } else this.close()
  }

  #reviewAnswers(): void {
    const open = [...this.#open]
    // Whatever there is room for nghttp2 gives to the oldest stream first.
    const isFull = this.#session.state.remoteWindowSize === 0
    const waits = isFull && open.some(({ hasMoved }) => hasMoved)
    for (const outlet of open) outlet.review(waits)
  }

  #meet(stream: ServerHttp2Stream, raw: readonly string[]): void {
    // It comes with `close`, which is listened to.
    stream.on('error', () => undefined)
    this.#noteSkipped(stream.id ?? 0)
    // What came in the same read is heard first: a request that was taken back at once costs nothing (CVE-2023-44487).
    setImmediate(() => {
      if (!stream.closed && !stream.destroyed) this.#take(stream, raw)
      else if (stream.rstCode === constants.NGHTTP2_PROTOCOL_ERROR) this.#lose(1)
    })
  }

  #take(stream: ServerHttp2Stream, raw: readonly string[]): void {
    const drop = (reason: string, code: number) => {
      stream.close(code)
      this.#misread('connection-dropped', { reason: `streams-${reason}` })
    }
    // By then it was handed on, and may be done.
    const place = this.#parts.takePlace(() => drop('room', constants.NGHTTP2_CANCEL))
    if (typeof place === 'string') {
      // RFC 9113 section 8.7: nothing was done, so clients ask again, POST included.
      drop(place, constants.NGHTTP2_REFUSED_STREAM)
      return
    }
    const { seat } = this.#parts
    // Files, media and pages go unsigned; whoever signed on this connection asks for them, unless it is many people's.
    if (place.key !== undefined && seat?.owner !== undefined) place.vouch(seat.owner)
    const vouch = (owner: string) => {
      place.vouch(owner)
      seat?.vouch(owner)
    }
    const exchange = makeHttp2Exchange(stream, raw, {
      ...{ peer: this.#peer, vouch },
      streams: () => this.#open.size,
    })
    this.#open.add(exchange.outlet)
    this.#underWay++
    for (const one of [place, seat]) one?.begin()
    const closed = new Promise<void>((resolve) => {
      stream.once('close', () => {
        this.#open.delete(exchange.outlet)
        seat?.end()
        resolve()
      })
    })
    void Promise.all([this.#parts.door.take(exchange), closed]).then(() => {
      this.#underWay--
      place.leave()
    })
    // A stream that was reset makes room for the next one at once, while its judgement goes on.
    if (this.#underWay > 2 * mostStreams) {
      this.#session.destroy(new Ended(), constants.NGHTTP2_ENHANCE_YOUR_CALM)
      this.#misread('connection-dropped', { reason: 'resets' })
    }
  }

  #misread(
    code: 'connection-dropped' | 'message-malformed' | 'request-slow',
    because: Record<string, string | number>,
  ): void {
    void this.#parts.door.misread(refuse(code, because), { peer: this.#peer })
  }

  #noteError(error: NodeJS.ErrnoException): void {
    const { code = 'unknown', errno = 0 } = error
    if (ofProtocol.has(code)) this.#misread('message-malformed', { parser: code, errno })
  }

  /**
   * Clients number their streams one odd number after the other (Firefox from 3 or 15 on); what is missing was
   * malformed, and nghttp2 reset it without a word.
   */
  #noteSkipped(id: number): void {
    const skipped = this.#newest === 0 ? 0 : (id - this.#newest) / 2 - 1
    this.#newest = id
    if (skipped > 0) this.#lose(skipped)
  }

  /** The same while no request comes at all. The last of them may be one that is still coming. */
  #noteUnanswered(): void {
    const { lastProcStreamID = 0 } = this.#session.state
    const skipped = (lastProcStreamID - Math.max(this.#newest, latestStart)) / 2 - 1
    if (skipped <= 0) return
    this.#newest = lastProcStreamID - 2
    this.#lose(skipped)
  }

  /** The same for the streams after the last that became a request, when there will be no more. */
  #noteLost(): void {
    if (this.#session.closed || this.#session.destroyed) return
    const { lastProcStreamID = 0 } = this.#session.state
    if (lastProcStreamID <= this.#newest) return
    const streams = this.#newest === 0 ? 1 : (lastProcStreamID - this.#newest) / 2
    this.#newest = lastProcStreamID
    this.#lose(streams)
  }

  /** Reading a header of thousands of fields, or one that breaks a rule, costs as much as a request, and no limit of requests. */
  #lose(streams: number): void {
    this.#lost += streams
    this.#misread('message-malformed', { parser: 'nghttp2', streams })
    if (this.#lost > mostStreams && !this.#session.destroyed)
      this.#session.destroy(new Ended(), constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }
}
