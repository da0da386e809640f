/** Addresses and networks, compared as numbers and never as text. */
import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** One address in its canonical spelling; an IPv4 address inside IPv6 counts as IPv4. Undefined: not an address. */
export function parseAddress(text: string): string | undefined {
  // Four decimal numbers without needless zeros: canonical as it stands, and what nearly every request comes from.
  if (isIPv4(text)) return text
  const bare = text.replace(/%.*$/, '')
  // ipaddr.js also reads `127.1` and `0x7f.1`, which other parsers read differently.
  if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/.test(bare) || !ipaddr.isValid(bare))
    return undefined
  return ipaddr.process(bare).toString()
}

/** `10.0.0.0/8`, or a single address. */
export function parseNetwork(text: string): Network | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text)
    const address = ipaddr.process(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    return undefined
  }
}

export function isInside(address: string, networks: readonly Network[]): boolean {
  if (networks.length === 0 || !ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  return networks.some(([network, bits]) => parsed.kind() === network.kind() && parsed.match(network, bits))
}

export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback'
}
