/** Where people reach the gate: what a link that is handed out begins with. */
import { isLoopback } from '../kit/networks.ts'
import type { Config } from './config.ts'

/**
 * `https://demo.example.org`, without a slash at the end. Undefined where the configuration doesn't tell: no host is
 * named and the gate listens on every address.
 */
export function publicOrigin(config: Config): string | undefined {
  const { listen } = config
  const [host] = [...(config.https?.names.map(bracketed) ?? []), ...config.hosts]
  const own = bracketed(listen.host)
  const everywhere = listen.host === '0.0.0.0' || listen.host === '::'
  if (config.tls !== undefined || config.https !== undefined) {
    const name = host ?? (everywhere ? undefined : own)
    return name === undefined ? undefined : withPort('https', name, listen.port)
  }
  // A proxy in front ends TLS, at the usual port.
  if (config.trustedProxies.length > 0 && host !== undefined) return `https://${host}`
  if (isLoopback(listen.host)) return withPort('http', own, listen.port)
  return undefined
}

function withPort(scheme: 'http' | 'https', name: string, port: number): string {
  const usual = scheme === 'https' ? 443 : 80
  return port === usual ? `${scheme}://${name}` : `${scheme}://${name}:${String(port)}`
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** An origin as typed by the operator: https, or http on this machine only. Undefined: it is none. */
export function parseOrigin(typed: string): string | undefined {
  if (!URL.canParse(typed)) return undefined
  const url = new URL(typed)
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  if (!bare) return undefined
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const local = isLoopback(host) || host === 'localhost' || host.endsWith('.localhost')
  return url.protocol === 'https:' || (url.protocol === 'http:' && local) ? url.origin : undefined
}
