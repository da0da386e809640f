/** A place for each connection of a server, and none for those beyond. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { Places, type PlaceLimits, type Seat } from './places.ts'

/**
 * `address`: holds its share already. `all`: every place is taken. `room`: given up for somebody new. `handshakes`: came too often.
 */
export type DropReason = 'address' | 'all' | 'room' | 'handshakes'

/** What tells one connection from all others that are open. */
type Ends = Pick<Socket, 'remoteAddress' | 'remotePort'>

export class Connections {
  readonly #places: Places
  readonly #onDropped: (peer: string | undefined, reason: DropReason) => void
  /** By both ends: what TLS is spoken on is another object than what was connected. */
  readonly #seats = new Map<string, Seat>()

  constructor(limits: PlaceLimits, onDropped: (peer: string | undefined, reason: DropReason) => void) {
    this.#places = new Places(limits)
    this.#onDropped = onDropped
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#admit(socket))
  }

  seatOf(socket: Ends): Seat | undefined {
    return this.#seats.get(nameOf(socket))
  }

  #admit(socket: Socket): void {
    // Cut already (tls-server.ts): it has no address any more, and may displace nobody.
    if (socket.destroyed) return
    const { remoteAddress } = socket
    const name = nameOf(socket)
    const drop = (reason: DropReason) => {
      socket.destroy()
      this.#onDropped(remoteAddress, reason)
    }
    const seat = this.#places.take(this.#places.keyOf(remoteAddress), () => drop('room'))
    if (typeof seat === 'string') {
      drop(seat)
      return
    }
    this.#seats.set(name, seat)
    socket.once('close', () => {
      seat.leave()
      // The same ends may have been connected anew by now.
      if (this.#seats.get(name) === seat) this.#seats.delete(name)
    })
  }
}

function nameOf({ remoteAddress, remotePort }: Ends): string {
  return `${remoteAddress ?? ''} ${remotePort ?? ''}`
}
