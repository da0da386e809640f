/** What keys that are secrets are sealed with before they are stored: who reads the database learns none. */
import { makeSeal, type Seal } from '../kit/seal.ts'
import type { KeyRing } from './key.ts'

export function makeProofSeal(keys: Pick<KeyRing, 'subKey'>, instance: string): Seal {
  return makeSeal(keys.subKey('proof-key'), `sekisho/1/proof-key/${instance}`)
}
