/** A certificate with its chain, and its key: looked at closely before anybody is shown it. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'

/** PEM text: the server's own certificate first, then its chain (RFC 8446 section 4.4.2). */
export interface CertificatePair {
  readonly cert: string
  readonly key: string
}

export interface Examined {
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  readonly issuer: string
  /** Nobody but itself vouches for it. */
  readonly selfSigned: boolean
  /** SHA-256 as browsers show it. */
  readonly fingerprint: string
  /** Whether it is good for this host name or IP address. */
  covers(name: string): boolean
}

/** The facts, or in words why the two can't serve. */
export function examine(pair: CertificatePair): Examined | { readonly trouble: string } {
  let leaf: X509Certificate
  try {
    leaf = new X509Certificate(pair.cert)
  } catch {
    return { trouble: 'the certificate is not one in PEM' }
  }
  if (/^(?:-----BEGIN ENCRYPTED |Proc-Type: 4,ENCRYPTED)/m.test(pair.key))
    return { trouble: 'the key is locked with a pass-phrase, which nobody could type at every start' }
  try {
    if (!leaf.checkPrivateKey(createPrivateKey(pair.key)))
      return { trouble: 'the key is not the one that the certificate was made for' }
    // What a strict TLS library takes: a chain that can't be parsed or a key that is too short shows here.
    createSecureContext({ cert: pair.cert, key: pair.key })
  } catch {
    return { trouble: 'the certificate and the key can not be used together, or the key is not one in PEM' }
  }
  return {
    notBefore: leaf.validFromDate.getTime(),
    notAfter: leaf.validToDate.getTime(),
    issuer: commonNameOf(leaf.issuer),
    selfSigned: leaf.subject === leaf.issuer,
    fingerprint: leaf.fingerprint256,
    covers: (name) => (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) !== undefined,
  }
}

/** Some issuers have no common name; then the whole name in one line. */
function commonNameOf(name: string): string {
  return /^CN=(.*)$/m.exec(name)?.[1] ?? name.replaceAll('\n', ', ')
}

/** Key and chain in one text, so that one rename replaces both. */
export function joinPair({ cert, key }: CertificatePair): string {
  return `${key.trimEnd()}\n${cert.trimEnd()}\n`
}

export function splitPair(text: string): CertificatePair | undefined {
  const key = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----\n?/.exec(text)
  const cert = text.indexOf('-----BEGIN CERTIFICATE-----')
  if (key === null || cert < key.index) return undefined
  return { key: key[0], cert: text.slice(cert) }
}
