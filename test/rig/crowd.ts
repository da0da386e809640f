/** Many connections that send a beginning and then next to nothing; whichever is cut is opened anew, a second later. */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface CrowdOptions {
  readonly port: number
  readonly tls?: boolean
  readonly connections: number
  /** Empty: it says nothing at all. */
  readonly beginning: string
  /** Sent once every two seconds. */
  readonly drip: string
  /** Opens no connection anew. */
  readonly once?: boolean
}

export interface Crowd {
  /** Open at the moment, and how often one was cut so far. */
  readonly open: number
  readonly cut: number
  /** First lines of what was answered, by how often they came. */
  readonly answers: ReadonlyMap<string, number>
  leave(): void
}

export function startCrowd(options: CrowdOptions): Crowd {
  const sockets = new Set<Socket>()
  const answers = new Map<string, number>()
  const seen = { open: 0, cut: 0 }
  let isOver = false
  const join = () => {
    const socket = call(options, () => {
      seen.open++
      socket.once('close', () => seen.open--)
      if (options.beginning !== '') socket.write(options.beginning)
    })
    sockets.add(socket)
    socket.once('data', (bytes: Buffer) => {
      const [line = ''] = bytes.toString('latin1').split('\r\n')
      answers.set(line, (answers.get(line) ?? 0) + 1)
    })
    // A reset is an end like any other.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      if (isOver) return
      seen.cut++
      if (options.once !== true) setTimeout(() => !isOver && join(), 1_000)
    })
  }
  for (let at = 0; at < options.connections; at++) join()
  const dripping = setInterval(() => {
    if (options.drip !== '') for (const socket of sockets) if (!socket.connecting) socket.write(options.drip)
  }, 2_000)
  return {
    get open() {
      return seen.open
    },
    get cut() {
      return seen.cut
    },
    answers,
    leave: () => {
      isOver = true
      clearInterval(dripping)
      for (const socket of sockets) socket.destroy()
    },
  }
}

function call({ port, tls }: CrowdOptions, onConnected: () => void): Socket {
  const at = { port, host: '127.0.0.1' }
  return tls === true
    ? connectTls({ ...at, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] }, onConnected)
    : connect(at, onConnected)
}
