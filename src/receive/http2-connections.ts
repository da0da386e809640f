/** All HTTP/2 connections: taken from the TLS server, looked after in turn, ended with it. */
import type { TLSSocket } from 'node:tls'
import { Shares, type ConnectionLimits } from './connections.ts'
import type { Door } from './exchange.ts'
import { Http2Connection } from './http2-connection.ts'
import { checkingInterval } from './limits.ts'

export class Http2Connections {
  readonly #open = new Set<Http2Connection>()
  readonly #door: Door
  /** A request over HTTP/2 counts for as much as a connection does over HTTP/1.1. */
  readonly #streams: Shares
  readonly #limits: ConnectionLimits
  #timer: NodeJS.Timeout | undefined
  #closing = false

  constructor(limits: ConnectionLimits, door: Door) {
    this.#limits = limits
    this.#streams = new Shares(limits)
    this.#door = door
  }

  add(socket: TLSSocket): void {
    const connection = new Http2Connection(socket, {
      door: this.#door,
      takeShare: (peer) =>
        this.#streams.all < this.#limits.connections ? this.#streams.take(peer) : undefined,
    })
    this.#open.add(connection)
    socket.once('close', () => this.#open.delete(connection))
    // It was in its handshake when the others were told.
    if (this.#closing) connection.close()
    this.#timer ??= setInterval(() => this.#review(), checkingInterval).unref()
  }

  /** Says goodbye on all of them; what is under way goes on. */
  close(): void {
    this.#closing = true
    for (const connection of this.#open) connection.close()
  }

  /** To be called when all are gone. */
  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #review(): void {
    for (const connection of this.#open) connection.review()
  }
}
