/** All HTTP/2 connections: taken from the TLS server, looked after in turn, ended with it. */
import type { TLSSocket } from 'node:tls'
import type { Connections } from './connections.ts'
import type { Door } from './exchange.ts'
import { Http2Connection } from './http2-connection.ts'
import { checkingInterval } from './limits.ts'
import { Places, type PlaceLimits } from './places.ts'

export class Http2Connections {
  readonly #open = new Set<Http2Connection>()
  readonly #door: Door
  /** A request over HTTP/2 counts for as much as a connection does over HTTP/1.1. */
  readonly #streams: Places
  readonly #connections: Connections
  #timer: NodeJS.Timeout | undefined
  #closing = false

  constructor(limits: PlaceLimits, connections: Connections, door: Door) {
    this.#streams = new Places(limits)
    this.#connections = connections
    this.#door = door
  }

  add(socket: TLSSocket): void {
    // Once for all of its requests.
    const key = this.#streams.keyOf(socket.remoteAddress)
    const connection = new Http2Connection(socket, {
      door: this.#door,
      seat: this.#connections.seatOf(socket),
      takePlace: (giveUp) => this.#streams.take(key, giveUp),
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
