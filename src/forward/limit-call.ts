/** A call takes its place among those that are under way, and gives it back when it is over. */
import { eventIdIn } from '../answers/event-head.ts'
import type { Tap } from '../answers/tap.ts'
import { writeJson } from '../kit/strict-json.ts'
import type { Hindrance, LimitedCall, Limits } from '../limits/limits.ts'
import type { Slot } from '../limits/slots.ts'
import { refuse, type Refusal } from '../refusals.ts'
import type { Resolved, StreamEnd, Validated } from '../request.ts'

export interface LimitParts {
  readonly endpointLimits: Pick<
    Limits,
    'take' | 'look' | 'eventHeard' | 'eventEnded' | 'sessionHeard' | 'sessionEnded'
  >
}

/** Undefined: it is no call, or one that nobody counts. */
export async function takePlace(
  request: Validated,
  { endpointLimits }: LimitParts,
): Promise<Slot | Refusal | undefined> {
  const call = limitedCallOf(request)
  if (call === undefined) return undefined
  const taken = await endpointLimits.take(call)
  return taken.kind === 'taken' ? taken.slot : refuseCall(call, taken)
}

/** Why there is no place at the moment; takes none. */
export async function findFull(
  request: Resolved,
  { endpointLimits }: LimitParts,
): Promise<Refusal | undefined> {
  const call = limitedCallOf(request)
  const hindrance = call && (await endpointLimits.look(call))
  return call && hindrance && refuseCall(call, hindrance)
}

function limitedCallOf({ target, outgoing }: Resolved): LimitedCall | undefined {
  const { call, owner, session } = target
  if (call === undefined || owner === undefined) return undefined
  const { content } = outgoing
  const { name, batch } = call.endpoint
  return {
    owner,
    endpoint: { name, batch },
    bodyBytes: () => (content.kind === 'json' ? Buffer.byteLength(writeJson(content.value)) : 0),
    ...(session !== undefined && { session: session.upstream }),
  }
}

function refuseCall({ endpoint: { name } }: LimitedCall, hindrance: Hindrance): Refusal {
  switch (hindrance.kind) {
    case 'large':
      return refuse('body-large', { endpoint: name, max: hindrance.max })
    case 'paced':
      return refuse('endpoint-paced', { endpoint: name, why: hindrance.why }, hindrance.retryAfter)
  }
}

/** Learns under which id the app has queued the call: its place is kept until that event ends. */
export function keepPlace(slot: Slot): Tap {
  return {
    marks: ['event_id'],
    take: ({ json }) => {
      const id = eventIdIn(json())
      if (id !== undefined) slot.queued(id)
      return undefined
    },
  }
}

/** Routes on which the app answers at once, and says under which id it has queued the call. */
const queueing: ReadonlySet<string> = new Set(['queue.join', 'call.start', 'call.v2'])

/**
 * Whether an exchange goes on to its answer although nobody waits for it: the app runs what it was sent, so a place that
 * counts is not given back to whoever hangs up. What was queued stays known, too.
 */
export function outlastsClient({ entry }: Validated, slot: Slot | undefined, why: StreamEnd): boolean {
  return slot !== undefined && (why === 'client-left' || queueing.has(entry.id))
}

/** A stream that the app has opened: whoever has something under way in it listens. */
export function hearPlaces({ entry, target }: Validated, { endpointLimits }: LimitParts): void {
  const { event, session } = target
  if (entry.id === 'queue.data' && session !== undefined) endpointLimits.sessionHeard(session.upstream)
  else if (isResult(entry.id) && event !== undefined) endpointLimits.eventHeard(event.id)
}

function isResult(id: string): boolean {
  return id === 'call.result' || id === 'call.v2.result'
}

/** What an exchange that is over says of the places that are taken. */
export function givePlaceBack(
  { entry, target }: Validated,
  { slot, granted }: { readonly slot: Slot | undefined; readonly granted: boolean },
  parts: LimitParts,
): void {
  slot?.answered()
  // A stream that never began, or a cancelling that was refused, ended nothing.
  if (!granted) return
  const { event, session } = target
  switch (entry.id) {
    case 'queue.data':
      if (session !== undefined) parts.endpointLimits.sessionEnded(session.upstream)
      return
    case 'call.result':
    case 'call.v2.result':
    case 'event.cancel':
      if (event !== undefined) parts.endpointLimits.eventEnded(event.id)
      return
    default:
      return
  }
}
