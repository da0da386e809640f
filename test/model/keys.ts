/** Keys of the model's browsers and of its attacker: what a login enrols, and what signs. Synchronous, every field in hand. */
import { createHmac } from 'node:crypto'
import { macKeyIdText, macKeyInfo, type ProofKeyOffer } from '../../src/contract/proof.ts'
import { deriveKey, enrolmentMac, sha256 } from '../rig/key-pair.ts'

/** Of either kind; the other is `KeyPair`. */
export interface ModelKey {
  readonly keyid: string
  sign(base: string): Buffer
  /** For a login's last message. */
  offer(sessionKey: string, origin: string): ProofKeyOffer
}

/** For plain HTTP: both ends derive it from the login. */
export class SharedKey implements ModelKey {
  readonly #key: Buffer
  readonly keyid: string

  constructor(sessionKey: string) {
    this.#key = deriveKey(sessionKey, macKeyInfo)
    this.keyid = sha256(macKeyIdText, this.#key).toString('base64url')
  }

  sign(base: string): Buffer {
    return createHmac('sha256', this.#key).update(base).digest()
  }

  offer(sessionKey: string, origin: string): ProofKeyOffer {
    const alg = 'hmac-sha256'
    return { alg, mac: enrolmentMac(sessionKey, alg, origin, '') }
  }
}

/** RFC 6979 and FIPS 186-5 leave ECDSA malleable: (r, n − s) is a signature of the same text by the same key. */
export function otherSignature(signature: Buffer): Buffer {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  if (signature.byteLength !== 64) return signature
  const s = order - BigInt(`0x${signature.subarray(32).toString('hex')}`)
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')])
}
