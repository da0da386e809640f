/** Ways to a server that begin at other addresses: connections and what is spoken on them are real, where they come from is said. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export interface Street {
  /** Of loopback. */
  readonly port: number
  close(): void
}

/** Whoever connects to its port has come to `server` from `address`. */
export async function comeFrom(server: Server, address: string): Promise<Street> {
  const street = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
    Object.defineProperty(socket, 'remoteAddress', { value: address })
    server.emit('connection', socket)
  })
  await new Promise<void>((resolve) => street.listen(0, '127.0.0.1', resolve))
  const { port } = street.address() as AddressInfo
  return { port, close: () => street.close() }
}
