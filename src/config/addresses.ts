/** The app's URL, the address to listen at, host names, networks and header names, as an operator writes them. */
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import ipaddr from 'ipaddr.js'

export interface Listen {
  readonly host: string
  readonly port: number
}

/** An `http:` or `https:` URL whose path, if any, is the place where the app is mounted. */
export function parseUpstream(value: unknown): URL | undefined {
  if (typeof value !== 'string' || !/^https?:\/\/[^/?#\\\s]/i.test(value)) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || url.hostname === '') return undefined
  // A credential in a URL ends in logs; a query or a fragment means nothing in front of every path.
  if (url.username !== '' || url.password !== '' || /[?#\\\s]/.test(value)) return undefined
  return url
}

/** `127.0.0.1:8484`, `[::1]:8484`, `localhost:8484` or a port alone. Other names are refused: they can resolve to anything. */
export function parseListen(value: unknown): Listen | undefined {
  if (typeof value === 'number') return parseListen(String(value))
  if (typeof value !== 'string') return undefined
  const found = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^[\]:]+)):)?(\d{1,5})$/.exec(value)
  if (found === null || Number(found[3]) > 65535) return undefined
  const port = Number(found[3])
  if (found[1] !== undefined) return isIP(found[1]) === 6 ? { host: found[1].toLowerCase(), port } : undefined
  // RFC 6761 section 6.3: localhost is loopback, whatever a hosts file says.
  const host = found[2] === undefined || found[2].toLowerCase() === 'localhost' ? '127.0.0.1' : found[2]
  return isIP(host) === 4 ? { host, port } : undefined
}

/** The shortest spelling of an address, so that two spellings of one compare equal. */
export function canonicalAddress(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address.toLowerCase()
}

/** A host name without port, lower case, in its ASCII form (RFC 5891). */
export function parseHostName(value: unknown): string | undefined {
  if (typeof value !== 'string' || /[:/@\s%]/.test(value)) return undefined
  const name = domainToASCII(value.replace(/\.$/, '')).toLowerCase()
  // RFC 1123 section 2.1: labels of letters, digits and inner hyphens.
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
  return name.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(name) ? name : undefined
}

/** What a certificate can be for: a host name, or an IP address in its shortest spelling. */
export function parseCertificateName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const address = value.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) !== 0) return address.includes('%') ? undefined : canonicalAddress(address)
  // Four numbers that are no address are a slip, not a name (RFC 1123 section 2.1).
  const name = parseHostName(value)
  return name === undefined || /(?:^|\.)\d+$/.test(name) ? undefined : name
}

/** Assigned to somebody on the internet, by the IANA special-purpose registries (RFC 6890). */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast'
}

/** Whether a CA that everybody trusts could issue for it: not for private networks, nor for names without an owner. */
export function isPublicName(name: string): boolean {
  if (isIP(name) !== 0) return isPublicAddress(name)
  // RFC 6761, RFC 6762, RFC 8375, RFC 9476, and ICANN's `internal`.
  return (
    name.includes('.') && !/\.(?:local|localhost|internal|test|example|invalid|alt|home\.arpa)$/.test(name)
  )
}

/** The URL of an ACME directory; RFC 8555 section 6.1 requires HTTPS. */
export function parseDirectory(value: unknown): string | undefined {
  const url = parseUpstream(value)
  return url?.protocol === 'https:' ? url.href : undefined
}

/** The origin of another site, which shows the app in a frame or takes its forms. Over http anybody on the way would be that site. */
export function parseOtherSite(value: unknown): string | undefined {
  const url = parseUpstream(value)
  if (url?.protocol !== 'https:' || url.pathname !== '/') return undefined
  const { hostname } = url
  // A policy of the browser has no words for an IPv6 address (CSP3 section 2.3.1, host-char).
  if (hostname.startsWith('[') || hostname.endsWith('.')) return undefined
  // A host of a URL may hold `*`, `,` and `;` (WHATWG URL section 3.2), which such a policy reads as its own.
  return parseCertificateName(hostname) === undefined ? undefined : url.origin
}

/** An address such as CAs take (RFC 8555 section 7.3: one, without header fields). */
export function parseEmail(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 254 && /^[^\s@,?&%<>"]+@[^\s@,?&%<>"]+$/.test(value)
    ? value
    : undefined
}

/** A port alone is meant beside the HTTPS port, at the same address. */
export function parseHttpListen(value: unknown): Listen | number | 'off' | undefined {
  if (value === 'off') return 'off'
  const listen = parseListen(value)
  if (listen === undefined) return undefined
  return typeof value === 'number' || /^\d+$/.test(String(value)) ? listen.port : listen
}

/** `10.0.0.0/8`, or one address. The network that holds everybody is no network of proxies and is refused. */
export function parseNetwork(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const [address, length, ...rest] = value.split('/')
  if (address === undefined || rest.length > 0 || isIP(address) === 0 || address.includes('%'))
    return undefined
  const parsed = ipaddr.parse(address)
  // ::ffff:10.0.0.0/104 is an IPv4 network in disguise; clients are compared as IPv4, so it would match nobody.
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress()) return undefined
  const bits = parsed.kind() === 'ipv4' ? 32 : 128
  if (length === undefined) return `${parsed.toString()}/${bits}`
  if (!/^[1-9]\d{0,2}$/.test(length) || Number(length) > bits) return undefined
  const cidr = `${parsed.toString()}/${Number(length)}`
  const network =
    parsed.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr)
  // 10.0.0.5/8 is somebody who meant one address and wrote sixteen million.
  return network.toString() === parsed.toString() ? cidr : undefined
}

// What the gate sets itself, what frames the message (RFC 9110 section 7.6.1), and what speaks for somebody.
const ownHeaders =
  /^(?:host|cookie|connection|keep-alive|te|trailer|transfer-encoding|upgrade|content-length|expect|forwarded|via|x-real-ip|x-original-.*|x-rewrite-.*|x-forwarded-.*|x-gradio-.*|x-sekisho-.*|proxy-.*|remote-.*|sec-.*)$/

/** A header name (RFC 9110 section 5.1), lower case, that isn't the gate's own business. */
export function parseForwardHeader(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const name = value.toLowerCase()
  // No underscore: servers that fold `_` and `-` would read X_Forwarded_For as the gate's own header.
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(name) && !ownHeaders.test(name) ? name : undefined
}
