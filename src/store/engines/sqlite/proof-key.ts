/** A key that requests are signed with, as SQLite keeps it: three columns, since reading JSON costs more on every request. */
import type { ProofKey } from '../../rows.ts'
import type { ProofKeyColumns } from './statements.ts'

export function readProofKey({ proofAlg, proofKeyid, proofKey }: ProofKeyColumns): ProofKey | undefined {
  return proofAlg === null || proofKeyid === null || proofKey === null
    ? undefined
    : { alg: proofAlg, keyid: proofKeyid, key: proofKey }
}

/** In the order of the statements. */
export function proofKeyValues(key: ProofKey | undefined): [string | null, string | null, string | null] {
  return [key?.alg ?? null, key?.keyid ?? null, key?.key ?? null]
}
