/** Servers to their addresses, or in words why not. */
import { isIPv6, type AddressInfo, type Server } from 'node:net'
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
  const at = 'fd' in place ? 'the socket that was passed' : spell(place.host, place.port)
  // A port alone would mean loopback.
  const other =
    'fd' in place
      ? ''
      : `choose another port, as in --listen ${spell(place.host, 8000 + (place.port % 1000))}`
  return new GateFault('address-unusable', `Can't listen on ${at}: ${reasonOf(cause, other)}`, { cause })
}

function spell(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`
}

function reasonOf({ code, message }: NodeJS.ErrnoException, other: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `another program listens there. Stop it, or ${other}.`
    case 'EACCES':
      return `ports below 1024 need a privilege. Grant CAP_NET_BIND_SERVICE (docs/operate/https.md), or ${other}.`
    case 'EADDRNOTAVAIL':
      return 'no interface of this machine has that address.'
    default:
      return `the system says ${code ?? message}.`
  }
}
