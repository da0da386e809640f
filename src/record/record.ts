/** Every outcome → the audit log. Wraps the whole path, so that no early answer escapes it. */
import type { Audit } from '../audit/audit.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Action } from '../catalog/actions.ts'
import type { RouteEntry } from '../catalog/entry.ts'
import { GateFault } from '../kit/fault.ts'
import { refuse } from '../refusals.ts'
import { abandon, isUnproven, type Answer, type Outcome, type Reached } from '../request.ts'
import { askerOf } from './asker.ts'

export interface RecordParts {
  readonly audit: Audit
  readonly clock: { now(): number }
}

/** Not worth a record of their own when granted: counted, one summary a minute. */
const counted: ReadonlySet<Action> = new Set<Action>([
  'loadAsset',
  'loadPublicAsset',
  'loadGateAsset',
  'openLogin',
  'checkHealth',
  'readAssertionKeys',
  'checkLiveness',
  'readOwnSession',
])

/** The session's own end stands in the log already, in the session's words. */
const recordedElsewhere: Action = 'endOwnSession'

/** If the record can't be written, the answer becomes a refusal: what isn't on record does not happen. */
export async function record(reached: Reached, outcome: Outcome, parts: RecordParts): Promise<Outcome> {
  try {
    if (outcome.kind === 'answer') noteGrant(reached, outcome, parts)
    else await noteRefusal(reached, outcome, parts)
    return outcome
  } catch (thrown) {
    if (outcome.kind === 'answer') abandon(outcome)
    const unwritable = thrown instanceof GateFault && thrown.code === 'audit-unwritable'
    return refuse(unwritable ? 'audit-unwritable' : 'internal-fault')
  }
}

function noteGrant(reached: Reached, answer: Answer, parts: RecordParts): void {
  const entry = entryOf(reached)
  if (entry?.action === recordedElsewhere) return
  const facts = { ...factsOf(reached), ...unprovenIn(reached) }
  if (entry !== undefined && counted.has(entry.action)) parts.audit.count(entry.action)
  else
    parts.audit.note({
      kind: 'request.granted',
      ...facts,
      status: answer.status,
      ms: parts.clock.now() - reached.at,
    })
  if (entry?.stream === true && answer.body.kind === 'stream') {
    void answer.body.source.ended.then((why) => noteQuietly({ kind: 'stream.ended', ...facts, why }, parts))
  }
}

async function noteRefusal(
  reached: Reached,
  refusal: Extract<Outcome, { kind: 'refusal' }>,
  parts: RecordParts,
): Promise<void> {
  // The ceremony has written its own, more exact record of these.
  if (refusal.code === 'login-failed' || refusal.code === 'login-paced') return
  if (refusal.code === 'audit-unwritable') return
  const facts = factsOf(reached)
  const event: Extract<AuditEvent, { kind: 'request.refused' }> = {
    kind: 'request.refused',
    ...facts,
    code: refusal.code,
    because: refusal.because,
    ...unprovenIn(reached),
  }
  // What costs nothing to cause waits for no disk.
  if (facts.asker.principal === 'nobody' || event.unproven === true) parts.audit.note(event)
  else await parts.audit.write(event)
}

/** The stream has ended anyway; a log that can't be written shows at the next request. */
function noteQuietly(event: AuditEvent, parts: RecordParts): void {
  try {
    parts.audit.note(event)
  } catch {
    return
  }
}

function unprovenIn(reached: Reached): { readonly unproven?: true } {
  return isUnproven(reached) ? { unproven: true } : {}
}

function entryOf(reached: Reached): RouteEntry | undefined {
  return 'entry' in reached ? reached.entry : undefined
}

function endpointOf(reached: Reached): { readonly endpoint?: string } {
  if (!('target' in reached)) return {}
  const { call, event } = reached.target
  const endpoint = call?.endpoint.name ?? event?.endpointName
  return endpoint === undefined ? {} : { endpoint }
}

function factsOf(reached: Reached) {
  const entry = entryOf(reached)
  return {
    request: reached.id,
    asker: askerOf(reached),
    method: reached.method,
    entry: entry?.id ?? 'unknown',
    action: entry?.action ?? 'reachUnknown',
    ...endpointOf(reached),
  }
}
