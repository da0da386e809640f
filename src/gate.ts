/** The path of a request, in order. Read this first. */
import { authenticate, type AuthenticateParts } from './authenticate/authenticate.ts'
import { withNextToken, type NextTokenParts } from './authenticate/with-next-token.ts'
import { authorizeTarget, type AuthorizeTargetParts } from './authorize/authorize-target.ts'
import { authorize, type AuthorizeParts } from './authorize/authorize.ts'
import { authorizeAgain, type AuthorizeAgainParts } from './authorize/authorize-again.ts'
import { refuseForeigner } from './authorize/check-site.ts'
import { letFrame } from './authorize/let-frame.ts'
import { classify, type ClassifyParts } from './classify/classify.ts'
import { findHindrance } from './forward/find-hindrance.ts'
import { forward, type ForwardParts } from './forward/forward.ts'
import { GateFault } from './kit/fault.ts'
import { ownerOf } from './ownership/owner.ts'
import { read, type ReadParts } from './read/read.ts'
import { noteUse, type NoteUseParts } from './prove/note-use.ts'
import { prove, type ProveParts } from './prove/prove.ts'
import { withChallenge } from './prove/with-challenge.ts'
import { record, type RecordParts } from './record/record.ts'
import { isRefusal, refuse, type Refusal } from './refusals.ts'
import {
  isUnproven,
  underItsId,
  type Classified,
  type Misreceived,
  type Outcome,
  type Reached,
  type Received,
  type Resolved,
} from './request.ts'
import { resolve, type ResolveParts } from './resolve/resolve.ts'
import { serve, type ServeParts } from './serve/serve.ts'
import { findFlaw, validate, type ValidateParts } from './validate/validate.ts'

export type Gate = ClassifyParts &
  AuthenticateParts &
  NextTokenParts &
  AuthorizeParts &
  AuthorizeAgainParts &
  AuthorizeTargetParts &
  ProveParts &
  NoteUseParts &
  ReadParts &
  ResolveParts &
  ValidateParts &
  ForwardParts &
  ServeParts &
  RecordParts

export async function handle(request: Received | Misreceived, gate: Gate): Promise<Outcome> {
  const trail: { reached: Reached } = { reached: request }
  let outcome: Outcome
  try {
    outcome = 'refusal' in request ? request.refusal : await pass(request, gate, trail)
  } catch (thrown) {
    // A bug or a fault is a refusal too: nothing is forwarded when we do not know what happened.
    outcome = refuse('internal-fault', { fault: nameOf(thrown) })
  }
  const recorded = await record(trail.reached, outcome, gate)
  const answered = withChallenge(trail.reached, underItsId(trail.reached, recorded), gate)
  return withNextToken(trail.reached, letFrame(trail.reached, answered, gate), gate)
}

async function pass(request: Received, gate: Gate, trail: { reached: Reached }): Promise<Outcome> {
  const classified = classify(request, gate)
  trail.reached = classified

  if (!mayHappen(classified, gate)) return refuse('audit-unwritable')

  const authenticated = await authenticate(classified, gate)
  if (isRefusal(authenticated)) return authenticated
  trail.reached = authenticated

  const foreign = refuseForeigner(authenticated, gate)
  if (foreign !== undefined) return foreign

  // Who asks is established in full before any right to what has to be signed shows: with a mere copy of a cookie or token none is tried out.
  const proven = prove(authenticated, gate)
  if (isRefusal(proven)) return proven
  trail.reached = proven

  const authorized = authorize(proven, gate)
  if (isRefusal(authorized)) return authorized
  noteUse(authorized, gate)
  // Not before, and not without the key: a copied cookie or token takes no place from anybody.
  const owner = ownerOf(authorized.principal)
  if (owner !== undefined && !isUnproven(authorized)) request.vouch?.(owner)

  const whole = await read(authorized, gate)
  if (isRefusal(whole)) return whole

  // A body may be long in coming: what was lost meanwhile is lost for this request too.
  if (!mayHappen(whole, gate)) return refuse('audit-unwritable')
  const current = await authorizeAgain(whole, gate)
  if (isRefusal(current)) return current

  const resolved = await resolve(current, gate)
  if (isRefusal(resolved)) return resolved
  trail.reached = resolved

  // Asked twice: only the body tells which function it is, and a body is not read for somebody who may call none.
  const permitted = await authorizeTarget(resolved, gate)
  if (isRefusal(permitted)) return (await findInVain(permitted, resolved, gate)) ?? permitted

  const validated = validate(permitted, gate)
  if (isRefusal(validated)) return validated

  return validated.entry.goesTo === 'upstream' ? forward(validated, gate) : serve(validated, gate)
}

/** Nothing happens that could not be recorded; for signing out there is a reserve (audit/reserve.ts). */
function mayHappen({ entry }: Classified, { audit }: Gate): boolean {
  return audit.writable || entry.action === 'endOwnSession'
}

/** Nobody types a password for a call that would be refused all the same; whoever is asked for one may make it otherwise. */
async function findInVain({ code }: Refusal, resolved: Resolved, gate: Gate): Promise<Refusal | undefined> {
  return code === 'step-up-required' ? (findFlaw(resolved, gate) ?? findHindrance(resolved, gate)) : undefined
}

function nameOf(thrown: unknown): string {
  if (thrown instanceof GateFault) return thrown.code
  return thrown instanceof Error ? thrown.name : typeof thrown
}
