/** A key as browsers and programs make one: what a login enrols of it, and the fields of what it signs. */
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
  proofFields,
  proofLabel,
  signatureBase,
  thumbprintText,
  type ProofAlgorithm,
  type ProofKeyOffer,
  type SignedRequest,
} from '../../src/contract/proof.ts'
import type { ProofKey } from '../../src/store/rows.ts'

export const sha256 = (...parts: readonly BinaryLike[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Of OPAQUE's session key, base64url. */
export const deriveKey = (sessionKey: string, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', Buffer.from(sessionKey, 'base64url'), '', info, 32))

/** Under whatever key: only that of the login is right. */
export function enrolmentMac(
  sessionKey: string,
  alg: ProofAlgorithm,
  origin: string,
  publicKey: string,
): string {
  const text = enrolmentText(alg, origin, publicKey)
  return createHmac('sha256', deriveKey(sessionKey, enrolmentInfo)).update(text).digest('base64url')
}

export class KeyPair {
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject
  /** The point, uncompressed, base64url. */
  readonly publicKey: string
  readonly keyid: string

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const point = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
    this.#privateKey = privateKey
    this.#publicKey = publicKey
    this.publicKey = Buffer.concat(point).toString('base64url')
    this.keyid = sha256(thumbprintText(x, y)).toString('base64url')
  }

  /** As it stands in the store. */
  get row(): ProofKey {
    return { alg: 'ecdsa-p256-sha256', keyid: this.keyid, key: this.publicKey }
  }

  /** As programs keep it. */
  get privatePem(): string {
    return this.#privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  }

  get publicPem(): string {
    return this.#publicKey.export({ format: 'pem', type: 'spki' }).toString()
  }

  sign(text: string): Buffer {
    return sign('sha256', Buffer.from(text), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' })
  }

  /** For the last message of a login; `sessionKey`: OPAQUE's, base64url. */
  offer(sessionKey: string, origin: string): ProofKeyOffer {
    const { publicKey } = this
    const alg = 'ecdsa-p256-sha256'
    return { alg, publicKey, mac: enrolmentMac(sessionKey, alg, origin, publicKey) }
  }
}

/** The fields of a request that a key signs under these parameters. */
export function writeProof(
  request: SignedRequest,
  parameters: string,
  key: { sign(base: string): Buffer },
): Record<string, string> {
  const signature = key.sign(signatureBase(request, parameters)).toString('base64')
  const { covered } = request
  return {
    [proofFields.input]: `${proofLabel}=${parameters}`,
    [proofFields.signature]: `${proofLabel}=:${signature}:`,
    ...(covered !== undefined && { [covered.name]: covered.value }),
  }
}
