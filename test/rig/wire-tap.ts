/** An observer on the wire: passes every byte on in both directions and keeps a copy. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface WireTap {
  readonly url: string
  /** What clients sent and what the server answered, byte by byte as Latin-1. */
  readonly sent: string
  readonly answered: string
  stop(): Promise<void>
}

export async function startWireTap(target: string): Promise<WireTap> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  const seen = { sent: '', answered: '' }
  const server = createServer((client) => {
    const onward = connect(Number(port), hostname)
    for (const socket of [client, onward]) {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      socket.on('error', () => undefined)
    }
    client.on('data', (bytes) => (seen.sent += bytes.toString('latin1')))
    onward.on('data', (bytes) => (seen.answered += bytes.toString('latin1')))
    client.pipe(onward).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get sent() {
      return seen.sent
    },
    get answered() {
      return seen.answered
    },
    stop: async () => {
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
