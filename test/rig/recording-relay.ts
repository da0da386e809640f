/** A relay in front of a port that keeps every byte a client sent: what the wire saw, whatever the browser reports. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface RecordingRelay {
  readonly port: number
  readonly url: string
  /** Everything sent so far, one entry a connection. */
  sent(): readonly Buffer[]
  /** Forgets what was sent so far. */
  clear(): void
  close(): Promise<void>
}

export function startRecordingRelay(target: number): Promise<RecordingRelay> {
  let connections: Buffer[][] = []
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
    client.pipe(upstream).pipe(client)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      resolve({
        port,
        url: `http://127.0.0.1:${String(port)}`,
        sent: () => connections.map((pieces) => Buffer.concat(pieces)),
        clear: () => {
          connections = []
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
