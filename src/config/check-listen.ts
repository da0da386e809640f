/** The binding rule: no password page, and no app, in clear over a network. */
import { GateFault } from '../kit/fault.ts'
import { isLoopback } from '../kit/networks.ts'
import type { Config } from './config.ts'

/** How browsers reach the gate. */
export type Exposure =
  | { readonly kind: 'loopback' }
  | { readonly kind: 'tls' }
  /** A proxy in front ends TLS; the gate then answers that proxy alone. */
  | { readonly kind: 'proxied' }
  | { readonly kind: 'insecure'; readonly warning: string }

/** What `--insecure-http` gives away, in words; OPAQUE hides the password from listeners and nothing more. */
export const lostWithoutTls =
  'Without TLS, whoever can listen on the way sees everything but the password: the pages, what people type into the app, ' +
  'its answers, and the cookie that stands for a signed-in browser. Requests are then signed with a key that every script ' +
  'of the page can read. Whoever can change the traffic can change the login page too, and then gets the password as well.'

/** Throws GateFault `config-invalid` when the address would carry logins in clear over a network. */
export function checkListen(config: Config): Exposure {
  if (config.tls !== undefined || config.https !== undefined) return { kind: 'tls' }
  if (isLoopback(config.listen.host)) return { kind: 'loopback' }
  if (config.insecureHttp) return { kind: 'insecure', warning: lostWithoutTls }
  // Proxies on this machine alone need no address that others can reach.
  if (config.trustedProxies.some((network) => !isLoopbackNetwork(network))) return { kind: 'proxied' }
  throw new GateFault('config-invalid', refusal(config))
}

function isLoopbackNetwork(network: string): boolean {
  const [address = '', length = '0'] = network.split('/')
  // 127.0.0.0/8 (RFC 1122 section 3.2.1.3) and ::1/128 (RFC 4291 section 2.5.3); anything wider reaches beyond.
  return isLoopback(address) && Number(length) >= (address.includes(':') ? 128 : 8)
}

function refusal({ listen, trustedProxies }: Config): string {
  const at = `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`
  const local =
    trustedProxies.length === 0
      ? ''
      : ' The proxies in trusted_proxies are all on this machine, so listening on 127.0.0.1 serves them.'
  return [
    `The gate doesn't listen on ${at} without TLS: other machines reach that address, and ` +
      `their traffic would travel in clear.${local} Ways out:`,
    '  1. A certificate: --https, which obtains one (https: in sekisho.yaml), or your own with --tls-cert and',
    '     --tls-key (tls: with cert: and key:).',
    '  2. A proxy in front that ends TLS: name its address in trusted_proxies (--trusted-proxy).',
    `  3. --insecure-http (insecure_http: true), if you accept the loss. ${lostWithoutTls}`,
    'Or stay on this machine: --listen 127.0.0.1:8484.',
  ].join('\n')
}
