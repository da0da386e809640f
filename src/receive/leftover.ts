/** What is still to come of a body when its request is answered: taken for a moment, then the connection is cut. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Enough for what an honest client has on its way; a dripping or pouring one is cut. */
const graceMs = 5_000
const graceBytes = 1024 * 1024

/**
 * Node waits for the end of a body before it reads the next request of a connection, and without a time limit it
 * waits for ever; a body that was begun to be read and then given up it doesn't even read on.
 */
export function limitLeftover(message: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (message.complete) {
      message.resume()
      return
    }
    let left = graceBytes
    const cut = () => message.socket.destroy()
    const timer = setTimeout(cut, graceMs)
    message.once('end', () => clearTimeout(timer))
    message.once('close', () => clearTimeout(timer))
    message.on('data', (chunk: Buffer) => {
      left -= chunk.byteLength
      if (left < 0) cut()
    })
    message.resume()
  })
}
