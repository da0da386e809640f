/** The challenge goes out with an answer: to whoever asked for one, whose signature was refused, or whose epoch is getting old. */
import { limitOf, type BodyLimits } from '../catalog/body-limit.ts'
import { challengeField } from '../contract/proof.ts'
import { refusals } from '../refusals.ts'
import type { Outcome, Reached } from '../request.ts'
import { signerOf, type ProveParts } from './prove.ts'

export interface ChallengeParts {
  readonly proofs: Pick<ProveParts['proofs'], 'challenge'>
  readonly limits: BodyLimits
}

export function withChallenge(
  reached: Reached,
  outcome: Outcome,
  { proofs, limits }: ChallengeParts,
): Outcome {
  if (!('principal' in reached)) return outcome
  const asked = outcome.kind === 'answer' && reached.entry.id === 'gate.challenge'
  const refused = outcome.kind === 'refusal' && refusals[outcome.code].step === 'prove'
  const renew = 'proof' in reached && reached.proof.kind === 'held' && reached.proof.renew
  const signer = asked || refused || renew ? signerOf(reached.principal) : undefined
  if (signer === undefined) return outcome
  const challenge = proofs.challenge(signer)
  if (outcome.kind === 'refusal')
    return { ...outcome, challenge, ...(refused && { bodyMost: limitOf(reached.entry.body, limits) }) }
  return { ...outcome, headers: { ...outcome.headers, [challengeField]: challenge } }
}
