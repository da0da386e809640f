/** Keys of the model's browsers and of its attacker: what a login enrols, and what signs. Synchronous, every field in hand. */
import {
  createHash,
  createHmac,
  generateKeyPairSync,
  hkdfSync,
  sign,
  type BinaryLike,
  type KeyObject,
} from 'node:crypto'
import {
  enrolmentInfo,
  enrolmentText,
  macKeyIdText,
  macKeyInfo,
  thumbprintText,
  type ProofAlgorithm,
  type ProofKeyOffer,
} from '../../src/contract/proof.ts'

export interface ModelKey {
  readonly keyid: string
  sign(base: string): Buffer
  /** For a login's last message. */
  offer(sessionKey: string, origin: string): ProofKeyOffer
}

export const sha256 = (...parts: readonly BinaryLike[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const derive = (sessionKey: string, info: string) =>
  Buffer.from(hkdfSync('sha256', Buffer.from(sessionKey, 'base64url'), '', info, 32))

/** Under whatever key: only that of the login is right. */
export function enrolmentMac(
  sessionKey: string,
  alg: ProofAlgorithm,
  origin: string,
  publicKey: string,
): string {
  const text = enrolmentText(alg, origin, publicKey)
  return createHmac('sha256', derive(sessionKey, enrolmentInfo)).update(text).digest('base64url')
}

export class KeyPair implements ModelKey {
  readonly #privateKey: KeyObject
  readonly publicKey: string
  readonly keyid: string

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    this.#privateKey = privateKey
    this.publicKey = Buffer.concat([
      Buffer.from([4]),
      Buffer.from(x, 'base64url'),
      Buffer.from(y, 'base64url'),
    ]).toString('base64url')
    this.keyid = sha256(thumbprintText(x, y)).toString('base64url')
  }

  sign(base: string): Buffer {
    return sign('sha256', Buffer.from(base), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' })
  }

  offer(sessionKey: string, origin: string): ProofKeyOffer {
    const { publicKey } = this
    const alg = 'ecdsa-p256-sha256'
    return { alg, publicKey, mac: enrolmentMac(sessionKey, alg, origin, publicKey) }
  }
}

/** For plain HTTP: both ends derive it from the login. */
export class SharedKey implements ModelKey {
  readonly #key: Buffer
  readonly keyid: string

  constructor(sessionKey: string) {
    this.#key = derive(sessionKey, macKeyInfo)
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
