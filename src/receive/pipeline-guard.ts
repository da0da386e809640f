/** Requests that were sent without waiting for answers: a few are honest, hundreds fill the memory. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Node answers in order, so every further one waits in memory behind the first. Browsers send one at a time. */
const most = 8

export class PipelineGuard {
  readonly #open = new WeakMap<Socket, Set<ServerResponse>>()

  /** False: too many; the connection is cut. */
  admit(socket: Socket, response: ServerResponse): boolean {
    const open = this.#open.get(socket) ?? new Set()
    if (open.size >= most || socket.destroyed) {
      socket.destroy()
      return false
    }
    this.#open.set(socket, open.add(response))
    response.once('close', () => open.delete(response))
    return true
  }

  /** Whether an answer has begun and isn't over. */
  isAnswering(socket: Socket): boolean {
    return [...(this.#open.get(socket) ?? [])].some((response) => response.headersSent)
  }
}
