/** A program that signs with a key of either kind: many requests beforehand, so that only the gate's part is measured. */
import { createHash, createHmac, generateKeyPairSync, hash, randomBytes, sign } from 'node:crypto'
import {
  digestField,
  macKeyIdText,
  proofFields,
  proofLabel,
  signatureBase,
  signatureParameters,
  thumbprintText,
  type Challenge,
  type ProofAlgorithm,
} from '../../src/contract/proof.ts'
import type { Seal } from '../../src/kit/seal.ts'
import type { ProofKey } from '../../src/store/rows.ts'

export interface Program {
  /** As it is stored. */
  readonly row: ProofKey
  readonly sign: (base: string) => Buffer
}

export function makeProgram(alg: ProofAlgorithm, seal: Pick<Seal, 'seal'>): Program {
  switch (alg) {
    case 'ecdsa-p256-sha256': {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
      const point = [Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
      const key = Buffer.concat(point).toString('base64url')
      const how = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
      return {
        row: { alg, key, keyid: hash('sha256', thumbprintText(x, y), 'base64url') },
        sign: (base) => sign('sha256', Buffer.from(base), how),
      }
    }
    case 'hmac-sha256': {
      const secret = randomBytes(32)
      const keyid = createHash('sha256').update(macKeyIdText).update(secret).digest('base64url')
      return {
        row: { alg, keyid, key: seal.seal(secret.toString('base64url')) },
        sign: (base) => createHmac('sha256', secret).update(base).digest(),
      }
    }
  }
}

export interface Signing {
  readonly challenge: Challenge
  readonly origin: string
  readonly path: string
  readonly body: string
  readonly count: number
}

/** The fields of `count` requests under an instance of their own. */
export function signMany(
  { row: { keyid }, sign: signWith }: Program,
  { challenge: { epoch, at }, origin, path, body, count }: Signing,
): readonly Readonly<Record<string, string>>[] {
  const instance = randomBytes(12).toString('base64url')
  const value = digestField(hash('sha256', body, 'base64'))
  const covered = { name: proofFields.digest, value } as const
  return Array.from({ length: count }, (_, index) => {
    const said = { created: at, epoch, instance, counter: index + 1, keyid }
    const parameters = signatureParameters(covered.name, said)
    const base = signatureBase({ method: 'POST', target: `${origin}${path}`, covered }, parameters)
    return {
      [proofFields.input]: `${proofLabel}=${parameters}`,
      [proofFields.signature]: `${proofLabel}=:${signWith(base).toString('base64')}:`,
      [proofFields.digest]: value,
    }
  })
}
