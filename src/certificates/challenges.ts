/** What a CA that verifies a name is answered with, for as long as it verifies. */
import { createSecureContext, type SecureContext } from 'node:tls'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { CertificatePair } from './pair.ts'

export class Challenges {
  readonly #http = new Map<string, string>()
  readonly #alpn = new Map<string, SecureContext>()
  readonly #watchers: ((pending: boolean) => void)[] = []

  /** The key authorization for a token of http-01 (RFC 8555 section 8.3). */
  httpAnswer(token: string): string | undefined {
    return this.#http.get(token)
  }

  /** Answers what takes it back. */
  offerHttp(token: string, keyAuthorization: string): () => void {
    this.#http.set(token, keyAuthorization)
    return () => void this.#http.delete(token)
  }

  /** For the server name in a ClientHello of tls-alpn-01. */
  alpnContext(servername: string): SecureContext | undefined {
    return this.#alpn.get(servername.toLowerCase())
  }

  offerAlpn(name: string, pair: CertificatePair): () => void {
    const servername = challengeServerName(name)
    this.#alpn.set(servername, createSecureContext({ ...pair, minVersion: 'TLSv1.2' }))
    if (this.#alpn.size === 1) this.#tell(true)
    return () => {
      if (this.#alpn.delete(servername) && this.#alpn.size === 0) this.#tell(false)
    }
  }

  get alpnPending(): boolean {
    return this.#alpn.size > 0
  }

  /** Told when connections have to be looked at for tls-alpn-01, and when no longer. */
  onAlpn(call: (pending: boolean) => void): void {
    this.#watchers.push(call)
  }

  #tell(pending: boolean): void {
    for (const call of this.#watchers) call(pending)
  }
}

/** RFC 8738 section 6: for an IP address the server name is its reverse-mapping name (RFC 1034 5.2.1, RFC 3596 2.5). */
export function challengeServerName(name: string): string {
  if (isIP(name) === 0) return name.toLowerCase()
  const address = ipaddr.parse(name)
  if (address.kind() === 'ipv4') return `${address.toByteArray().toReversed().join('.')}.in-addr.arpa`
  const digits = address.toByteArray().flatMap((byte) => [byte >> 4, byte & 15])
  return `${digits
    .toReversed()
    .map((digit) => digit.toString(16))
    .join('.')}.ip6.arpa`
}
