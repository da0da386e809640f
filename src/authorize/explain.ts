/** Policy answer → refusal: one ladder, ending in `policy-denied`. "Sign in" and "you may not" differ by reason. */
import { refuse, type Refusal } from '../refusals.ts'
import type { Authenticated } from '../request.ts'
import type { Decision } from '../policy/engine.ts'

export function explain(request: Authenticated, decision: Decision): Refusal {
  const { principal, entry } = request
  const because = decision.allow
    ? { reason: 'closed' }
    : { reason: decision.reason, policies: decision.policies.join(' ') }
  if (!decision.allow && decision.reason === 'engine-fault') return refuse('internal-fault', because)
  // A stranger learns nothing about which paths exist: everything asks to sign in.
  if (principal.kind === 'nobody') {
    if (principal.lapsed === 'expired') return refuse('session-expired', because)
    if (principal.lapsed === 'ended') return refuse('session-ended', because)
    if (principal.lapsed === 'token') return refuse('token-invalid', { ...principal.because, ...because })
    return refuse('login-required', because)
  }
  if (!request.methodKnown) return refuse('method-not-allowed', because)
  if (entry.id === 'unknown') return refuse('route-unknown', because)
  if (entry.goesTo === 'nowhere') return refuse('route-closed', because)
  return refuse('policy-denied', because)
}
