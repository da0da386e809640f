/** A key comes with a login's last message, under a MAC that only the two ends of that login can make. */
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import {
  enrolmentInfo,
  enrolmentText,
  macKeyIdText,
  macKeyInfo,
  thumbprintText,
  type ProofKeyOffer,
} from '../contract/proof.ts'
import { parseBase64url, toBase64url } from '../kit/base64url.ts'
import { equalInConstantTime } from '../kit/constant-time.ts'
import { originOf } from '../kit/origin.ts'
import type { Seal } from '../kit/seal.ts'
import type { ProofKey } from '../store/rows.ts'
import { readPoint } from './read-point.ts'

export interface Enrolling {
  /** OPAQUE's session key (RFC 9807 section 6.1), base64url. */
  readonly sessionKey: string
  /** How the browser sees the gate. */
  readonly site: { readonly scheme: 'http' | 'https'; readonly host: string }
  /** Browsers have no WebCrypto there (W3C Secure Contexts); elsewhere a key that scripts can read is refused. */
  readonly isPlain: boolean
}

/** Undefined: no key of this login, or none that may be used here. */
export function enrolKey(
  offer: ProofKeyOffer,
  { sessionKey, site, isPlain }: Enrolling,
  seal: Pick<Seal, 'seal'>,
): ProofKey | undefined {
  const shared = parseBase64url(sessionKey)
  if (shared === undefined) return undefined
  const publicKey = offer.alg === 'hmac-sha256' ? '' : offer.publicKey
  const text = enrolmentText(offer.alg, originOf(site), publicKey)
  const mac = createHmac('sha256', derive(shared, enrolmentInfo)).update(text).digest('base64url')
  if (!equalInConstantTime(mac, offer.mac)) return undefined
  if (offer.alg === 'ecdsa-p256-sha256') return readPublicKey(offer.publicKey)
  if (!isPlain) return undefined
  const key = derive(shared, macKeyInfo)
  return { alg: offer.alg, keyid: hash(macKeyIdText, key), key: seal.seal(toBase64url(key)) }
}

/** An uncompressed point on the curve P-256 (SEC 1 section 2.3.4); undefined for anything else. */
export function readPublicKey(text: string): ProofKey | undefined {
  const point = readPoint(text)
  return point && { alg: 'ecdsa-p256-sha256', keyid: hash(thumbprintText(point.x, point.y)), key: text }
}

function derive(shared: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', shared, '', info, 32))
}

function hash(...parts: readonly (string | Uint8Array)[]): string {
  const sha256 = createHash('sha256')
  for (const part of parts) sha256.update(part)
  return sha256.digest('base64url')
}
