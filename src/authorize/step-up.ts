/** Who would be permitted if they gave their password now is asked for it; and whoever was, for this very call, shows that. */
import { confirmationField, writeStepUp } from '../contract/proof.ts'
import { refuse, type Refusal } from '../refusals.ts'
import { isUnproven, type Resolved } from '../request.ts'
import { digestCall } from '../login/digest-call.ts'
import type { StepUpTickets, Wanted, Worthless } from '../login/step-up-tickets.ts'
import type { SessionRow } from '../store/rows.ts'

export interface StepUpParts {
  readonly stepUp: Pick<StepUpTickets, 'make' | 'spend'>
}

export interface Confirmable {
  readonly asked: Resolved
  /** Why the confirmation that was shown is none. */
  readonly worthless?: Worthless
}

/** Spent before anything is decided by it: a code is good for one try, not for one success. */
export async function takeConfirmation(request: Resolved, { stepUp }: StepUpParts): Promise<Confirmable> {
  const code = request.headers[confirmationField]
  const session = sessionOf(request)
  if (code === undefined || session === undefined) return { asked: request }
  const call = digestOf(request)
  if (call === undefined) return { asked: request }
  const shownAt = request.headAt ?? request.at
  const taken = await stepUp.spend(code, { session: session.id, call, shownAt })
  if (taken !== 'spent') return { asked: request, worthless: taken }
  // For this call the password was given now; the session's own `authAt` stays what it is.
  return { asked: { ...withPasswordAt(request, request.at), fresh: true } }
}

interface Outlook {
  /** Whether the policy would say yes to this. */
  readonly wouldPass: (request: Resolved) => Promise<boolean>
  readonly worthless: Worthless | undefined
}

/** Undefined: a password would change nothing, or there is nobody to type it. */
export async function findStepUp(
  request: Resolved,
  { wouldPass, worthless }: Outlook,
  { stepUp }: StepUpParts,
): Promise<Refusal | undefined> {
  const session = sessionOf(request)
  if (session === undefined) return undefined
  const told = worthless === undefined ? {} : { confirmation: worthless }
  const ask = (wanted: Pick<Wanted, 'what' | 'call'>) => {
    const proven = !isUnproven(request)
    const ticket = stepUp.make({ session: session.id, proven, ...wanted, ...endpointOf(request) })
    const field = writeStepUp({ what: wanted.what, ticket })
    return { ...refuse('step-up-required', { for: wanted.what, ...told }), stepUp: field }
  }
  const givenNow = withPasswordAt(request, request.at)
  if (await wouldPass(givenNow)) return ask({ what: 'age' })
  const call = digestOf(request)
  if (call === undefined || !(await wouldPass({ ...givenNow, fresh: true }))) return undefined
  return ask({ what: 'call', call })
}

/** A program has none, and nobody sits before a client of MCP. */
function sessionOf({ principal, target }: Resolved): SessionRow | undefined {
  return 'session' in principal && target.rpcId === undefined ? principal.session : undefined
}

function withPasswordAt<R extends Resolved>(request: R, authAt: number): R {
  const { principal } = request
  return 'session' in principal
    ? { ...request, principal: { ...principal, session: { ...principal.session, authAt } } }
    : request
}

/** Of what calls a function, once: values that are fed to a call that runs come too often to be confirmed. */
function digestOf({ method, path, query, entry, target, content }: Resolved): string | undefined {
  if (entry.action !== 'callFunction' || target.call === undefined) return undefined
  if (content.kind !== 'json') return undefined
  return digestCall({ method, path, query, endpoint: target.call.endpoint.name, body: content.value })
}

function endpointOf({ target }: Resolved): { readonly endpoint?: string } {
  const name = target.call?.endpoint.name
  return name === undefined ? {} : { endpoint: name }
}
