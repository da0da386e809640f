/** Proven → Authorized: may they do such a thing at all? Whatever isn't a possible yes is a no. */
import { refuse, type Refusal } from '../refusals.ts'
import type { PolicyEngine } from '../policy/engine.ts'
import type { Allow, Authorized, Proven } from '../request.ts'
import { findMisplaced, type LoginHostParts } from './check-login-host.ts'
import { refuseForeign } from './check-site.ts'
import { explain } from './explain.ts'
import type { EmbedParts } from './let-frame.ts'
import { forPolicy } from './for-policy.ts'
import { isPasswordExpired, type PasswordAgeParts } from './password-age.ts'

export interface AuthorizeParts extends PasswordAgeParts, EmbedParts, LoginHostParts {
  readonly policy: Pick<PolicyEngine, 'mightPermit'>
}

export function authorize(request: Proven, parts: AuthorizeParts): Authorized | Refusal {
  const { principal, entry } = request
  const misplaced = findMisplaced(request, parts)
  if (misplaced !== undefined) return misplaced
  const decision = parts.policy.mightPermit(forPolicy(principal), entry.action)
  // An entry that goes nowhere is refused whatever a policy says about its action.
  if (!decision.allow || entry.goesTo === 'nowhere') return explain(request, decision)
  // After the decision: a stranger from elsewhere gets the answer of any stranger, whatever the path. Of others it was asked before.
  if (principal.kind === 'nobody') {
    const foreign = refuseForeign(request, parts)
    if (foreign !== undefined) return foreign
  }
  if (isPasswordExpired(request, parts)) return refuse('password-expired')
  return { ...request, allow: { policies: decision.policies } as unknown as Allow }
}
