/** A program that signs with a key of either kind: many requests beforehand, so that only the gate's part is measured. */
import { createHmac, hash, randomBytes } from 'node:crypto'
import {
  digestField,
  macKeyIdText,
  proofFields,
  signatureParameters,
  type Challenge,
  type ProofAlgorithm,
} from '../../src/contract/proof.ts'
import type { Seal } from '../../src/kit/seal.ts'
import type { ProofKey } from '../../src/store/rows.ts'
import { KeyPair, sha256, writeProof } from '../../test/rig/key-pair.ts'

export interface Program {
  /** As it is stored. */
  readonly row: ProofKey
  sign(base: string): Buffer
}

export function makeProgram(alg: ProofAlgorithm, seal: Pick<Seal, 'seal'>): Program {
  switch (alg) {
    case 'ecdsa-p256-sha256':
      return new KeyPair()
    case 'hmac-sha256': {
      const secret = randomBytes(32)
      const keyid = sha256(macKeyIdText, secret).toString('base64url')
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
  program: Program,
  { challenge: { epoch, at }, origin, path, body, count }: Signing,
): readonly Readonly<Record<string, string>>[] {
  const { keyid } = program.row
  const instance = randomBytes(12).toString('base64url')
  const covered = { name: proofFields.digest, value: digestField(hash('sha256', body, 'base64')) } as const
  const request = { method: 'POST', target: `${origin}${path}`, covered }
  return Array.from({ length: count }, (_, index) => {
    const said = { created: at, epoch, instance, counter: index + 1, keyid }
    return writeProof(request, signatureParameters(covered.name, said), program)
  })
}
