/** What counts as one address when attempts are counted. */
import ipaddr from 'ipaddr.js'

/**
 * IPv4 exactly; IPv6 by /64, the least that a customer gets (RFC 6177), so that changing the lower half wins nothing;
 * an IPv4 address in IPv6 spelling is the IPv4 address. All that is not an address shares one budget.
 */
export function addressKey(address: string): string {
  const bare = address.replace(/%.*$/, '')
  if (!ipaddr.isValid(bare)) return 'unknown'
  const parsed = ipaddr.process(bare)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const groups = (parsed as ipaddr.IPv6).parts.slice(0, 4).map((group) => group.toString(16))
  return `${groups.join(':')}::/64`
}
