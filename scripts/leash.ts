/**
 * Preloaded into a Node process that process-group.ts starts (`node --import scripts/leash.ts …`): when the starter is
 * gone, the pipe at file descriptor 3 ends, and this process ends in its ordinary way.
 */
import { Socket } from 'node:net'

const pipe = new Socket({ fd: 3, readable: true, writable: false })
pipe.unref()
pipe.resume()
pipe.on('error', () => undefined)
pipe.on('close', () => {
  process.kill(process.pid, 'SIGTERM')
})
