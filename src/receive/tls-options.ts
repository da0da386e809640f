/** How TLS is spoken with browsers, the same at the start and with every later certificate. */
import type { SecureContextOptions } from 'node:tls'

/** PEM text; a server without a certificate yet fails every handshake. */
export interface TlsPair {
  readonly cert?: string
  readonly key?: string
}

/**
 * OWASP ASVS 5.0 12.1: TLS 1.2 and newer, forward secrecy and authenticated encryption only (Mozilla's "intermediate"
 * without the finite-field groups). HTTP/2 forbids the rest of TLS 1.2 anyway (RFC 9113 section 9.2.2).
 */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':')

export function tlsOptions({ cert, key }: TlsPair): SecureContextOptions {
  return {
    minVersion: 'TLSv1.2',
    ciphers,
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  }
}
