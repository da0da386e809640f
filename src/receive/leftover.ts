/** What is still to come of a body when its request is answered: taken for a moment, or in full if it is wanted once more. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BodyDeadline, BodyPace, type BodyPatience } from '../kit/body-pace.ts'

/** Enough for what an honest client has on its way; a dripping or pouring one is cut. */
const graceMs = 5_000
const graceBytes = 1024 * 1024
const grace: BodyPatience = (cut) => new BodyDeadline(cut, graceMs)

/**
 * Node waits for the end of a body before it reads the next request of a connection, and without a time limit it
 * waits for ever; a body that was begun to be read and then given up it doesn't even read on.
 */
export class Leftover {
  readonly #message: IncomingMessage
  readonly #response: ServerResponse
  #isAll = false
  #most = graceBytes
  #patience = grace

  constructor(message: IncomingMessage, response: ServerResponse) {
    this.#message = message
    this.#response = response
    response.once('finish', () => this.#take())
  }

  /**
   * At the pace of any body. Most clients read no answer while they send, and a proxy in between may lose one that came with the end
   * of the connection (RFC 9112 section 9.6): whoever has to send the same again would never learn it.
   */
  allow(most: number): void {
    this.#isAll = true
    this.#most = most
    this.#patience = (cut) => new BodyPace(cut)
    // Of what nobody has begun to read by the end of the answer, Node throws away every byte unseen (lib/_http_server.js 24, resOnFinish).
    this.#message.read(0)
  }

  /** Calls `end` at once, or when all was taken where it ends the connection too: Node waits for nobody then (lib/_http_server.js 24, resOnFinish). */
  beforeEnd(end: () => void): void {
    const isTaken = !this.#isAll || this.#response.shouldKeepAlive || this.#message.complete
    if (isTaken) end()
    else this.#take(end)
  }

  #take(onEnd: () => void = () => undefined): void {
    const message = this.#message
    if (message.complete) {
      message.resume()
      return
    }
    const { socket } = message
    if (socket.destroyed) return
    let left = this.#most
    const cut = () => socket.destroy()
    const pace = this.#patience(cut)
    const stop = () => {
      pace.stop()
      socket.off('close', stop)
    }
    message.once('end', () => {
      stop()
      onEnd()
    })
    // Of an answered request Node tells nothing more when its connection closes (lib/_http_server.js 24, resOnFinish).
    socket.once('close', stop)
    message.on('data', (chunk: Buffer) => {
      pace.count(chunk.byteLength)
      left -= chunk.byteLength
      if (left < 0) cut()
    })
    message.resume()
  }
}
