/** Who is really calling, given the trusted proxies. */
import { isInside, parseAddress, type Network } from '../kit/networks.ts'
import type { ClientAddress } from '../request.ts'

const unknown = '0.0.0.0' as ClientAddress

/**
 * Walks `X-Forwarded-For` from the right while the hop that reported it is trusted: what a client put there itself
 * stands to the left of what our proxies added. A name or a malformed hop ends the walk.
 */
export function findClientAddress(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: readonly Network[],
): ClientAddress {
  let address = parseAddress(peer ?? '')
  if (address === undefined) return unknown
  if (forwardedFor === undefined || trusted.length === 0) return address as ClientAddress
  const hops = forwardedFor.split(',').map((hop) => hop.trim())
  while (isInside(address, trusted)) {
    const hop = hops.pop()
    const next = hop === undefined ? undefined : parseAddress(withoutPort(hop))
    if (next === undefined) break
    address = next
  }
  return address as ClientAddress
}

/** Some proxies write the port behind the address: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(hop)?.[1] ?? hop
}
