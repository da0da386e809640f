/** Clients that ask and then don't read: their connection is cut, or a few of them would hold all there are. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Node judges by whole periods, so it takes one to two of them: at most what nginx waits (send_timeout, 60 s). */
export const stalledMs = 30_000

/**
 * Called by the socket when it was silent for `stalledMs`, which Node counts from the last byte that the client took.
 * Silence with nothing to send is a function that takes its time, and may.
 */
export function cutWhenStalled(message: IncomingMessage, response: ServerResponse): void {
  const { socket } = message
  response.on('timeout', () => {
    if (socket.writableLength > 0) socket.destroy()
    else socket.setTimeout(stalledMs)
  })
}
