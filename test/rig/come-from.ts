/** Ways to a server that begin at other addresses: connections and what is spoken on them are real, where they come from is said. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export interface Street {
  /** Of loopback. */
  readonly port: number
  close(): void
}

/** Whoever connects to its port has come to `server` from `address`. */
export async function comeFrom(server: Server, address: string): Promise<Street> {
  const came = new Set<number | undefined>()
  const move = (socket: Socket) => Object.defineProperty(socket, 'remoteAddress', { value: address })
  const street = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
    came.add(socket.remotePort)
    server.emit('connection', move(socket))
  })
  // What TLS is spoken on asks the system again.
  server.prependListener('secureConnection', (socket: Socket) => {
    if (came.has(socket.remotePort)) move(socket)
  })
  await new Promise<void>((resolve) => street.listen(0, '127.0.0.1', resolve))
  const { port } = street.address() as AddressInfo
  return { port, close: () => street.close() }
}
