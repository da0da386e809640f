/** What must not compile: a skipped step, and a fact made by hand. Read by `tsc`, never run. */
import { authenticate } from '../../src/authenticate/authenticate.ts'
import { authorizeTarget } from '../../src/authorize/authorize-target.ts'
import { authorize } from '../../src/authorize/authorize.ts'
import { forward } from '../../src/forward/forward.ts'
import type { Gate } from '../../src/gate.ts'
import { prove } from '../../src/prove/prove.ts'
import { read } from '../../src/read/read.ts'
import type {
  Authenticated,
  Authorized,
  Classified,
  Permitted,
  Proven,
  Read,
  Received,
  Resolved,
  Validated,
} from '../../src/request.ts'
import { resolve } from '../../src/resolve/resolve.ts'
import { serve } from '../../src/serve/serve.ts'
import type { Sessions } from '../../src/sessions/sessions.ts'
import type { SessionId, SessionRow } from '../../src/store/rows.ts'
import { validate } from '../../src/validate/validate.ts'

declare const gate: Gate
declare const received: Received
declare const classified: Classified
declare const authenticated: Authenticated
declare const proven: Proven
declare const authorized: Authorized
declare const whole: Read
declare const resolved: Resolved
declare const permitted: Permitted
declare const validated: Validated
declare const sessions: Sessions
declare const row: SessionRow

export async function skippedSteps(): Promise<void> {
  // @ts-expect-error a request nobody classified cannot be authenticated
  await authenticate(received, gate)
  // @ts-expect-error a request nobody authenticated cannot be proven
  prove(classified, gate)
  // @ts-expect-error nobody's rights are looked at before it is proven who asks
  authorize(authenticated, gate)
  // @ts-expect-error the body of a request that nobody authorized is not read
  await read(proven, gate)
  // @ts-expect-error what a request names is not looked up before its body was read
  await resolve(authorized, gate)
  // @ts-expect-error nobody is permitted what was not resolved
  await authorizeTarget(whole, gate)
  // @ts-expect-error the inputs of a call that is not permitted are not judged
  validate(resolved, gate)
  // @ts-expect-error an unauthorised request cannot be forwarded
  await forward(authenticated, gate)
  // @ts-expect-error nor one whose target nobody was permitted
  await forward(resolved, gate)
  // @ts-expect-error nor one that nobody validated
  await forward(permitted, gate)
  // @ts-expect-error nor can the gate itself answer it
  await serve(permitted, gate)
}

export async function factsMadeByHand(): Promise<void> {
  // @ts-expect-error a proof cannot be written by hand
  authorize({ ...authenticated, proof: { kind: 'none' } }, gate)
  // @ts-expect-error nor can a permission
  await read({ ...proven, allow: { policies: [] } }, gate)
  // @ts-expect-error nor can a body that was read
  await resolve({ ...authorized, content: { kind: 'none' } }, gate)
  // @ts-expect-error nor the permit for a target
  validate({ ...resolved, permit: { policies: [] } }, gate)
  // @ts-expect-error nor that the inputs are sound
  await forward({ ...permitted, sound: true }, gate)
  // @ts-expect-error nor what goes to the app
  await forward({ ...validated, outgoing: { path: '/config', query: '', content: { kind: 'none' } } }, gate)
  // @ts-expect-error a path that nobody canonicalised is no path
  await forward({ ...validated, path: '/config' }, gate)
  // @ts-expect-error a session is issued for a finished ceremony, and only ceremony.ts can finish one
  await sessions.issue({ principal: 'guest', ceremony: 'x' }, { address: '', userAgent: '' })
  // @ts-expect-error the hash of a token is not the public id of a session
  const id: SessionId = row.tokenHash
  return void id
}
