/** What must not compile: a skipped step, and a fact made by hand. Read by `tsc`, never run. */
import { authenticate } from '../../src/authenticate/authenticate.ts'
import { authorize } from '../../src/authorize/authorize.ts'
import { forward } from '../../src/forward/forward.ts'
import type { Gate } from '../../src/gate.ts'
import type { Authenticated, Authorized, Classified, Received, Validated } from '../../src/request.ts'
import { serve } from '../../src/serve/serve.ts'
import type { Sessions } from '../../src/sessions/sessions.ts'
import type { SessionId, SessionRow } from '../../src/store/rows.ts'
import { validate } from '../../src/validate/validate.ts'

declare const gate: Gate
declare const received: Received
declare const classified: Classified
declare const authenticated: Authenticated
declare const authorized: Authorized
declare const validated: Validated
declare const sessions: Sessions
declare const row: SessionRow

export async function mistakes(): Promise<void> {
  // @ts-expect-error a request nobody classified cannot be authenticated
  await authenticate(received, gate)
  // @ts-expect-error a request nobody authenticated cannot be authorized
  authorize(classified, gate)
  // @ts-expect-error a request nobody authorized cannot be validated
  await validate(authenticated, gate)
  // @ts-expect-error an unauthorised request cannot be forwarded
  await forward(authenticated, gate)
  // @ts-expect-error a request that nobody validated cannot be forwarded
  await forward(authorized, gate)
  // @ts-expect-error nor answered by the gate itself
  await serve(authorized, gate)
  // @ts-expect-error a permission cannot be written by hand
  await forward({ ...authenticated, allow: { policies: [] }, checked: validated.checked }, gate)
  // @ts-expect-error a path that nobody canonicalised is no path
  await forward({ ...validated, path: '/config' }, gate)
  // @ts-expect-error a session is issued for a finished ceremony, and only ceremony.ts can finish one
  await sessions.issue({ principal: 'guest', ceremony: 'x' }, { address: '', userAgent: '' })
  // @ts-expect-error the hash of a token is not the public id of a session
  const id: SessionId = row.tokenHash
  return void id
}
