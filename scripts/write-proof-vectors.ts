/** Writes docs/reference/proof-vectors.json; a test compares, so that the vectors can't drift from the code. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeProofVectors, type ProofVectors } from './proof-vectors.ts'

const file = join(import.meta.dirname, '../docs/reference/proof-vectors.json')

function readBefore(): ProofVectors | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProofVectors
  } catch {
    return undefined
  }
}

writeFileSync(file, `${JSON.stringify(makeProofVectors(readBefore()), null, 2)}\n`)
console.log(file)
