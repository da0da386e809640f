/** One signature, checked with the key that the login or the token has. Keys are kept ready, a bounded number of them. */
import { createHmac, createSecretKey, timingSafeEqual, verify, type KeyObject } from 'node:crypto'
import { parseBase64url } from '../kit/base64url.ts'
import { Recent } from '../kit/recent.ts'
import type { Seal } from '../kit/seal.ts'
import type { ProofKey } from '../store/rows.ts'
import { derSignature } from './der-signature.ts'
import { readPoint } from './read-point.ts'

export type VerifySignature = (key: ProofKey, base: string, signature: Uint8Array) => boolean

/** Reading a key costs about as much as one look with it. */
const mostReady = 10_000
/** RFC 9421 section 3.3.4: r and s, one after the other, 32 bytes each. */
const ecdsaBytes = 64

interface ReadyKey {
  readonly kind: 'public' | 'secret'
  readonly key: KeyObject
}

/** `seal`: what secret keys were sealed with. A stored key that can't be read verifies nothing. */
export function makeVerifySignature(seal: Pick<Seal, 'unseal'>): VerifySignature {
  const ready = new Recent<ReadyKey>(mostReady)
  return (key, base, signature) => {
    let found = ready.get(key.key)
    if (found === undefined) {
      found = readKey(key, seal)
      if (found === undefined) return false
      ready.set(key.key, found)
    }
    return isSignedBy(found, base, signature)
  }
}

function readKey({ alg, key }: ProofKey, seal: Pick<Seal, 'unseal'>): ReadyKey | undefined {
  switch (alg) {
    case 'ecdsa-p256-sha256': {
      const point = readPoint(key)
      return point && { kind: 'public', key: point.key }
    }
    case 'hmac-sha256': {
      const secret = parseBase64url(seal.unseal(key) ?? '')
      return secret?.length === 32 ? { kind: 'secret', key: createSecretKey(secret) } : undefined
    }
  }
}

function isSignedBy(ready: ReadyKey, base: string, signature: Uint8Array): boolean {
  if (ready.kind === 'public') {
    const { key } = ready
    if (signature.byteLength !== ecdsaBytes) return false
    return verify('sha256', Buffer.from(base, 'latin1'), key, derSignature(signature))
  }
  const mac = createHmac('sha256', ready.key).update(base, 'latin1').digest()
  return mac.byteLength === signature.byteLength && timingSafeEqual(mac, signature)
}
