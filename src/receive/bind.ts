/** Servers to their addresses, or in words why not. */
import type { AddressInfo, Server } from 'node:net'
import { GateFault } from '../kit/fault.ts'

/** An address, or a socket that was opened for us (kit/activated-sockets.ts). */
export type Place = { readonly host: string; readonly port: number } | { readonly fd: number }

/** Throws GateFault `address-unusable`. */
export async function bind(server: Server, place: Place): Promise<AddressInfo> {
  try {
    await listen(server, place)
  } catch (thrown) {
    const cause = thrown as NodeJS.ErrnoException
    const everywhere = 'host' in place && place.host === '::'
    // Both families at once where there are two; a kernel without IPv6 says it in one of these ways.
    if (!everywhere || (cause.code !== 'EAFNOSUPPORT' && cause.code !== 'EADDRNOTAVAIL'))
      throw unusable(place, cause)
    await listen(server, { ...place, host: '0.0.0.0' }).catch((again: unknown) => {
      throw unusable(place, again as NodeJS.ErrnoException)
    })
  }
  const address = server.address()
  if (address === null || typeof address === 'string') {
    server.close()
    throw new GateFault('address-unusable', 'The socket that was passed is not one of TCP.')
  }
  return address
}

function listen(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(place, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function unusable(place: Place, cause: NodeJS.ErrnoException): GateFault {
  const at = 'fd' in place ? 'the socket that was passed' : `${place.host}:${place.port}`
  return new GateFault('address-unusable', `Can't listen on ${at}: ${reasonOf(cause)}`, { cause })
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there. Stop it, or choose another port with --listen.'
    case 'EACCES':
      return 'ports below 1024 need a privilege. Choose another port with --listen, or grant CAP_NET_BIND_SERVICE.'
    case 'EADDRNOTAVAIL':
      return 'no interface of this machine has that address.'
    default:
      return `the system says ${code ?? message}.`
  }
}
