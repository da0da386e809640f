/** The vectors of docs/reference, and a gate that answers them as the one would that they were made for. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestVector, ProofVectors } from '../../scripts/proof-vectors.ts'
import { vectorGate } from '../../scripts/proof-vectors.ts'
import { Secret } from '../../src/kit/secret.ts'
import { makeSeal } from '../../src/kit/seal.ts'
import { makeEpochs } from '../../src/proof/epochs.ts'
import { Proofs, type ProofJudged } from '../../src/proof/proofs.ts'
import { makeVerifySignature } from '../../src/proof/verify-signature.ts'
import { Windows } from '../../src/proof/windows.ts'
import type { ProofKey } from '../../src/store/rows.ts'

const file = join(import.meta.dirname, '../../docs/reference/proof-vectors.json')

export const vectors = JSON.parse(readFileSync(file, 'utf8')) as ProofVectors

/** Secret keys are stored sealed. */
export const vectorSeal = makeSeal(new Secret(Buffer.alloc(32, 9)), 'vectors')

export function storedKey(alg: ProofKey['alg']): ProofKey {
  const { keyid, publicKey = '', secret } = vectors.keys[alg]
  return { alg, keyid, key: secret === undefined ? publicKey : vectorSeal.seal(secret) }
}

type Judge = (
  request: Pick<RequestVector, 'alg' | 'method' | 'url'>,
  fields: Readonly<Record<string, string>>,
) => ProofJudged

/** As the gate: the address comes in pieces, and nothing is held twice. */
export function startVectorGate(): Judge {
  const proofs = new Proofs({
    clock: { now: () => vectorGate.issuedAt + 10_000 },
    epochs: makeEpochs(vectorGate.key),
    windows: new Windows(),
    verifySignature: makeVerifySignature(vectorSeal),
  })
  return ({ alg, method, url }, headers) => {
    const { protocol, host, pathname, search } = new URL(url)
    const scheme = protocol === 'https:' ? 'https' : 'http'
    const requestTarget = pathname + (url.endsWith('?') && search === '' ? '?' : search)
    const site = { scheme, host } as const
    return proofs.judge(
      { method, requestTarget, site, headers },
      { id: vectorGate.owner, key: storedKey(alg) },
    )
  }
}

/** All that goes over the wire of a vector's signature. */
export function fieldsOf({ fields, covered }: RequestVector): Record<string, string> {
  return { ...fields, ...(covered && { [covered.name]: covered.value }) }
}
