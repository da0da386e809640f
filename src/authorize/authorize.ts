/** Authenticated → Authorized: may they? Asks the policy; whatever isn't a clear yes is a no. */
import { refuse, type Refusal } from '../refusals.ts'
import type { Allow, Authenticated, Authorized, Principal } from '../request.ts'
import type { Decision, PolicyPrincipal, Question } from '../policy/engine.ts'
import { findForeign } from './check-site.ts'
import { explain } from './explain.ts'
import { isPasswordExpired, type PasswordAgeParts } from './password-age.ts'

export interface AuthorizeParts extends PasswordAgeParts {
  readonly policy: { readonly decide: (question: Question) => Decision }
}

export function authorize(request: Authenticated, parts: AuthorizeParts): Authorized | Refusal {
  const { principal, entry } = request
  const decision = parts.policy.decide({
    principal: forPolicy(principal),
    action: entry.action,
  })
  // An entry that goes nowhere is refused whatever a policy says about its action.
  if (!decision.allow || entry.goesTo === 'nowhere') return explain(request, decision)
  // After the decision: a stranger from elsewhere gets the answer of any stranger, whatever the path.
  const foreign = findForeign(request)
  if (foreign !== undefined) return refuse('origin-foreign', { field: foreign })
  if (isPasswordExpired(request, parts)) return refuse('password-expired')
  return { ...request, allow: { policies: decision.policies } as unknown as Allow }
}

function forPolicy(principal: Principal): PolicyPrincipal {
  switch (principal.kind) {
    case 'guest':
    case 'nobody':
      return { kind: principal.kind }
    case 'user':
      return { kind: 'user', username: principal.username }
    case 'token':
      return principal.username === undefined
        ? { kind: 'token', id: principal.token.id }
        : { kind: 'token', id: principal.token.id, user: principal.username }
  }
}
