/** How the browser sees the gate: scheme and host, from a Host field that names this gate or nothing at all. */
import { parseAddress } from '../kit/networks.ts'

export interface Site {
  readonly scheme: 'http' | 'https'
  readonly host: string
}

const hostPattern = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.?)(?::\d{1,5})?$/

/**
 * Plain addresses can't be rebound to somebody else's page by DNS; names can, so only configured ones pass.
 * `localhost` and its subdomains resolve to loopback in browsers (RFC 6761 section 6.3).
 */
export function parseHost(host: string | undefined, names: readonly string[]): string | undefined {
  const text = host?.toLowerCase()
  if (text === undefined || text.length > 255 || !hostPattern.test(text)) return undefined
  if (Number(/:(\d+)$/.exec(text)?.[1] ?? 0) > 65535) return undefined
  const name = text.replace(/:\d+$/, '').replace(/\.$/, '')
  if (name === 'localhost' || name.endsWith('.localhost') || names.includes(name)) return text
  return parseAddress(name.replace(/^\[|\]$/g, '')) === undefined ? undefined : text
}
