/** The network that strangers' refusals are counted by: an attacker has whole networks, not single addresses. */
import ipaddr from 'ipaddr.js'

/** IPv4 by /24, IPv6 by /48, `unknown` for anything else. */
export function addressPrefix(address: string | undefined): string {
  const parsed = address === undefined ? undefined : parse(address)
  if (parsed === undefined) return 'unknown'
  const bytes = parsed.toByteArray()
  if (parsed.kind() === 'ipv4') return `${bytes.slice(0, 3).join('.')}.0/24`
  const groups = [0, 2, 4].map((at) => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16))
  return `${groups.join(':')}::/48`
}

function parse(address: string) {
  try {
    // An IPv4 address inside an IPv6 one comes out as IPv4.
    return ipaddr.process(address)
  } catch {
    return undefined
  }
}
