/** The challenge goes out with an answer: to whoever asked for one, whose signature was refused, or whose epoch is getting old by the time they need it. */
import { limitOf, type BodyLimits } from '../catalog/body-limit.ts'
import { challengeField } from '../contract/proof.ts'
import { refusals } from '../refusals.ts'
import { isUnproven, type Outcome, type Reached } from '../request.ts'
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
  const confirmsFirst = outcome.kind === 'refusal' && outcome.stepUp !== undefined && !isUnproven(reached)
  // A client signs again what is answered 401 with a challenge: the app's own 401 has none, and the next answer brings it.
  const status = outcome.kind === 'refusal' ? refusals[outcome.code].status : outcome.status
  const renew = status !== 401 && wantsNext(reached, confirmsFirst)
  const signer = asked || refused || renew ? signerOf(reached.principal) : undefined
  const challenge = signer && proofs.challenge(signer)
  if (outcome.kind === 'answer')
    return challenge === undefined
      ? outcome
      : { ...outcome, headers: { ...outcome.headers, [challengeField]: challenge } }
  const comesAgain = confirmsFirst || (refused && challenge !== undefined)
  return {
    ...outcome,
    ...(challenge !== undefined && { challenge }),
    ...(comesAgain && { bodyMost: limitOf(reached.entry.body, limits) }),
  }
}

/** Whether it was signed, and wants a new challenge: typing a password may take longer than the old one is good. */
function wantsNext(reached: Reached, confirmsFirst: boolean): boolean {
  return 'proof' in reached && reached.proof.kind === 'held' && (reached.proof.renew || confirmsFirst)
}
