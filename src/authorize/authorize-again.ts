/** Read → Read: after a body that was on its way for a while, who asks and what they may is looked up once more. */
import type { Clock } from '../kit/clock.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { Principal, Read } from '../request.ts'
import { authorize, type AuthorizeParts } from './authorize.ts'

export interface AuthorizeAgainParts extends AuthorizeParts {
  readonly credentials: {
    /** With the roles and attributes of now; undefined when the session or the token is over. */
    readonly findAgain: (principal: Principal) => Promise<Principal | undefined>
  }
  readonly clock: Clock
}

/** From here on `at` is now, so that ages and hours are judged by it. An upload isn't read yet: it is watched while it passes. */
export async function authorizeAgain(request: Read, parts: AuthorizeAgainParts): Promise<Read | Refusal> {
  const { body, bodyAtOnce, content, principal } = request
  if (body === undefined || bodyAtOnce === true || content.kind === 'upload' || principal.kind === 'nobody')
    return request
  const found = await parts.credentials.findAgain(principal)
  if (found === undefined)
    return principal.kind === 'token'
      ? refuse('token-invalid', { why: 'ended-meanwhile' })
      : refuse('session-ended')
  const times = { at: parts.clock.now(), headAt: request.at }
  const current: Read = { ...request, principal: found, ...times, bodyAtOnce: true }
  const allowed = authorize(current, parts)
  return isRefusal(allowed) ? allowed : { ...current, allow: allowed.allow }
}
