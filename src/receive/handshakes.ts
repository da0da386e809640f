/** TLS handshakes, each in its turn: one costs the gate a signature, which whoever asks for it gets without a word of HTTP. */
import type { Socket } from 'node:net'
import type { Turns } from '../limits/turns.ts'

export interface HandshakeParts {
  readonly turns: Pick<Turns, 'take'>
  /** What counts as one address; undefined: many people's, who wait for nobody. */
  readonly keyOf: (peer: string | undefined) => string | undefined
  readonly now: () => number
  readonly onDropped: (peer: string | undefined) => void
}

/** A page that comes late is better than none; nobody looks at an empty one for longer. */
export const handshakePatienceMs = 5_000

export class Handshakes {
  readonly #parts: HandshakeParts

  constructor(parts: HandshakeParts) {
    this.#parts = parts
  }

  /** Calls `begin` when it is this one's turn; hangs up where that would take too long. */
  admit(socket: Socket, begin: () => void): void {
    const { turns, keyOf, now, onDropped } = this.#parts
    const { remoteAddress } = socket
    const key = keyOf(remoteAddress)
    const wait = key === undefined ? 0 : turns.take(key, now())
    if (wait === 0) begin()
    else if (wait !== undefined) beginAfter(wait, socket, begin)
    else {
      socket.destroy()
      onDropped(remoteAddress)
    }
  }
}

/** What the client says meanwhile is kept with the socket, where TLS finds it (Node's lib/internal/tls/wrap.js, `initRead`). */
function beginAfter(wait: number, socket: Socket, begin: () => void): void {
  const timer = setTimeout(() => {
    socket.off('close', forget).off('error', ignore)
    begin()
  }, wait)
  const forget = () => clearTimeout(timer)
  socket.once('close', forget)
  // Nobody else listens yet; `close` follows.
  socket.on('error', ignore)
}

function ignore(): void {
  return undefined
}
