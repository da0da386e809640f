/** One TLS handshake with loopback, and nothing after it. */
import { connect } from 'node:tls'

/** `cut`: the other end hung up before it was over. */
export function shakeHands(port: number): Promise<'shaken' | 'cut'> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
    socket.once('secureConnect', () => {
      resolve('shaken')
      socket.destroy()
    })
    socket.once('error', () => undefined)
    socket.once('close', () => resolve('cut'))
  })
}

/** Of so many at once: how many came to their end. */
export async function shakeHandsOften(port: number, times: number): Promise<number> {
  const ends = await Promise.all(Array.from({ length: times }, () => shakeHands(port)))
  return ends.filter((end) => end === 'shaken').length
}
