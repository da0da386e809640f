/** The public half of a key that signs, as it is stored and sent: an uncompressed point on the curve P-256 (SEC 1 section 2.3.4). */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { parseBase64url } from '../kit/base64url.ts'

export interface Point {
  /** Coordinates, base64url. */
  readonly x: string
  readonly y: string
  readonly key: KeyObject
}

/** `text`: base64url. Undefined for anything else. */
export function readPoint(text: string): Point | undefined {
  const bytes = parseBase64url(text)
  if (bytes?.length !== 65 || bytes[0] !== 4) return undefined
  const x = bytes.subarray(1, 33).toString('base64url')
  const y = bytes.subarray(33).toString('base64url')
  try {
    // OpenSSL takes no point that isn't on the curve.
    return { x, y, key: createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y } }) }
  } catch {
    return undefined
  }
}
