/** HTTP Strict Transport Security (RFC 6797): for which hosts browsers shall use nothing but HTTPS from now on. */
import { parseAddress } from '../kit/networks.ts'
import type { Received } from '../request.ts'

/**
 * It holds for every port of a host, so it is said only where the port is the usual one; RFC 6797 section 8.1.1 leaves
 * out IP addresses, and `localhost` belongs to every program of a machine.
 */
export function hstsHeader(
  { scheme, host }: Received['site'],
  seconds: number | undefined,
): { readonly 'strict-transport-security'?: string } {
  if (seconds === undefined || scheme !== 'https' || host.includes(':')) return {}
  const name = host.replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost') || parseAddress(name) !== undefined) return {}
  return { 'strict-transport-security': `max-age=${seconds}` }
}
