/** A relay in front of a port that keeps every byte of both sides: what the wire saw, whatever the browser reports. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface RecordingRelay {
  readonly port: number
  readonly url: string
  /** Everything sent so far, one entry a connection. */
  sent(): readonly Buffer[]
  /** Everything that came back, in the order in which it came. */
  answered(): Buffer
  /** Forgets what was sent so far. */
  clear(): void
  /** Ends every connection, in the middle of whatever it is. */
  cut(): void
  close(): Promise<void>
}

export function startRecordingRelay(target: number): Promise<RecordingRelay> {
  let connections: Buffer[][] = []
  const answers: Buffer[] = []
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let pieces: Buffer[] = []
    let home = connections
    home.push(pieces)
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      socket.on('error', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (bytes: Buffer) => {
      // After `clear` a kept-alive connection starts a new entry.
      if (home !== connections) {
        home = connections
        home.push((pieces = []))
      }
      pieces.push(bytes)
    })
    upstream.on('data', (bytes: Buffer) => answers.push(bytes))
    client.pipe(upstream).pipe(client)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({
        port,
        url: `http://127.0.0.1:${String(port)}`,
        sent: () => connections.map((pieces) => Buffer.concat(pieces)),
        answered: () => Buffer.concat(answers),
        clear: () => {
          connections = []
        },
        cut: () => {
          for (const socket of open) socket.destroy()
        },
        close: () =>
          new Promise((closed) => {
            for (const socket of open) socket.destroy()
            server.close(() => {
              closed()
            })
          }),
      })
    })
  })
}

/** The bodies of the POSTs to a path (and any query), out of connections of HTTP/1.1. */
export function bodiesSentTo(path: string, sent: readonly Buffer[]): readonly string[] {
  return sent.flatMap((bytes) => {
    // One character a byte, so that places in the text are places in the bytes.
    const heads = bytes.toString('latin1').matchAll(/POST ([^ ?]+)\S* HTTP\/1\.1\r\n(?:.+\r\n)+\r\n/g)
    return [...heads]
      .filter(([, target]) => target === path)
      .map((head) => {
        const length = Number(/^content-length: *(\d+)\r$/im.exec(head[0])?.[1])
        const start = head.index + head[0].length
        return bytes.subarray(start, start + length).toString()
      })
  })
}
