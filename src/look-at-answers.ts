/** Which parts look at which of the app's answers: they learn whose things are, cut down what may be seen, and hide what is inner. */
import { randomBytes } from 'node:crypto'
import { SessionShared } from './answers/session-shared.ts'
import type { Tap } from './answers/tap.ts'
import { holdsFiles } from './app/holds-files.ts'
import { learnRendered } from './app/learn-rendered.ts'
import type { Endpoint } from './app/model.ts'
import type { AppWatch } from './app/watch-app.ts'
import { assertionHider } from './assertion/hide-assertions.ts'
import type { Audit } from './audit/audit.ts'
import type { AnswerRules } from './config/config.ts'
import { makeDisclosureTap } from './disclosure/disclosure.ts'
import { EventRedactor } from './disclosure/event-redactor.ts'
import { makeFolderTap } from './disclosure/hide-folders.ts'
import type { MessageKind } from './disclosure/large-message.ts'
import type { ForwardParts } from './forward/forward.ts'
import { CleanEvents } from './html/clean-events.ts'
import { sanitizesAny } from './html/clean-config.ts'
import { makeHtmlTap, type HtmlKind } from './html/html-tap.ts'
import type { Inputs } from './inputs/inputs.ts'
import type { Limits } from './limits/limits.ts'
import { announceTools } from './mcp/announce.ts'
import { learnToolResult } from './mcp/learn-results.ts'
import { learnMcpSession } from './mcp/session.ts'
import { learnDeepLink, learnEvent, learnJoined, learnUpload } from './ownership/learn-ids.ts'
import {
  findEvent,
  learnCallResult,
  learnComponent,
  learnQueue,
  learnRun,
  type OutputParts,
} from './ownership/learn-outputs.ts'
import type { Owner } from './ownership/owner.ts'
import type { OwnedEvent, Ownership } from './ownership/ownership.ts'
import { isOfOneCall } from './ownership/session-hash.ts'
import { askerOf } from './record/asker.ts'
import type { Validated } from './request.ts'
import { makeMcpTap, makeRenderTap, type CurrentPlan } from './views/taps.ts'

export interface AnswerParts {
  readonly app: Pick<AppWatch, 'base' | 'model' | 'rendered'>
  readonly ownership: Ownership
  readonly inputs: Pick<Inputs, 'tapFor'>
  readonly limits: Pick<Limits, 'tap'>
  readonly audit: Pick<Audit, 'note'>
  readonly rules: AnswerRules
  readonly planFor: (request: Validated) => CurrentPlan
}

/** A moment in which an answer that is under way may arrive. */
const moment = 50

export function makeTapsFor(parts: AnswerParts): ForwardParts['tapsFor'] {
  const shared = {
    redactors: new SessionShared(() => new EventRedactor()),
    cleaned: new SessionShared(() => new CleanEvents()),
  }
  return (request, { status }) => {
    const { owner } = request.target
    // Strangers get nothing of the app's but what is the same for everybody.
    if (owner === undefined) return []
    const taps = status === 200 ? tapsOf({ request, owner, parts }) : []
    const failed = status >= 500
    const kind = kinds.get(request.entry.id) ?? (failed ? 'json' : undefined)
    if (kind === undefined) return taps
    const looking = { request, owner, parts }
    const disclosure = disclosureTap({ kind, failed }, looking, shared)
    const folders = status === 200 ? folderTaps(looking) : []
    const html = status === 200 ? htmlTaps(looking, shared) : []
    // The assertion has a word of its own; for the other it would be any token.
    return [...taps, ...folders, assertionHider, disclosure, ...html]
  }
}

/** How the app's messages look, where functions speak in them. */
const kinds = new Map<string, MessageKind>([
  ['queue.join', 'json'],
  ['queue.data', 'events'],
  ['call.start', 'json'],
  ['call.v2', 'json'],
  ['call.run', 'json'],
  ['call.api', 'json'],
  ['call.result', 'results'],
  ['call.v2.result', 'results'],
  ['component.call', 'json'],
  ['event.feed', 'json'],
  ['event.close', 'json'],
  ['event.cancel', 'json'],
  ['state.export', 'json'],
  ['file.upload', 'json'],
  ['mcp.call', 'mcp'],
  ['mcp.call.http', 'mcp'],
  ['mcp.call.bare', 'mcp'],
  ['mcp.stream', 'mcp'],
])

/** What the streams of one session have together. */
interface SharedParts {
  readonly redactors: SessionShared<EventRedactor>
  readonly cleaned: SessionShared<CleanEvents>
}

interface Looking {
  readonly request: Validated
  readonly owner: Owner
  readonly parts: AnswerParts
}

function tapsOf(looking: Looking): readonly Tap[] {
  const { request, owner, parts } = looking
  const { call, session, event, component } = request.target
  switch (request.entry.id) {
    case 'queue.join':
      if (call === undefined) return []
      return [learnJoined(parts.ownership, asked(call.endpoint, owner, session?.upstream))]
    case 'call.start':
    case 'call.v2':
      if (call === undefined) return []
      return [learnEvent(parts.ownership, asked(call.endpoint, owner, session?.upstream))]
    case 'call.run':
    case 'call.api':
      if (call === undefined) return []
      return [
        learnRun(outputParts(looking), call.endpoint),
        ...sessionTaps(looking, 'answer', () => call.endpoint),
        makeRenderTap(parts.planFor(request)),
      ]
    case 'queue.data':
      return [
        learnQueue(outputParts(looking)),
        ...sessionTaps(looking, 'stream', (id) => endpointNamed(id, looking)),
        makeRenderTap(parts.planFor(request)),
        parts.limits.tap(),
      ]
    case 'call.result':
    case 'call.v2.result':
      return event === undefined
        ? []
        : [learnCallResult(outputParts(looking), event), ...unnamedOutputs(event, parts)]
    case 'file.upload':
      return [learnUpload(parts.ownership, owner)]
    case 'state.export':
      return [learnDeepLink(parts.ownership, owner)]
    case 'component.call':
      return component === undefined ? [] : [learnComponent(outputParts(looking), component)]
    case 'mcp.call':
    case 'mcp.call.http':
    case 'mcp.call.bare': {
      if (call === undefined) return [announceTools(), makeMcpTap(parts.planFor(request))]
      const { scheme, host } = request.site
      const { ownership, app } = parts
      return [learnToolResult({ ownership, owner, root: `${scheme}://${host}${app.base}` }, call.endpoint)]
    }
    case 'mcp.stream':
      return [learnMcpSession(parts.ownership, owner), announceTools(), makeMcpTap(parts.planFor(request))]
    default:
      return []
  }
}

function asked(endpoint: Endpoint, owner: Owner, session: string | undefined): Omit<OwnedEvent, 'id'> {
  const event = { owner, endpoint: endpoint.id, endpointName: endpoint.name }
  return session === undefined ? event : { ...event, session }
}

/** What is remembered of a session, by the name under which the app knows it. */
function sessionTaps(
  { request, parts }: Looking,
  from: 'stream' | 'answer',
  endpointOf: (id: string | undefined) => Endpoint | undefined | Promise<Endpoint | undefined>,
): readonly Tap[] {
  const session = request.target.session?.upstream
  const { model, rendered } = parts.app
  if (session === undefined || model === undefined) return []
  const sent = parts.inputs.tapFor(session, endpointOf)
  const learning = learnRendered({ rendered, session, model: () => parts.app.model ?? model, from })
  return sent === undefined ? [learning] : [learning, sent]
}

/** It brings the outputs of every event of its session without a name: what was last sent of anything is no longer known. */
function unnamedOutputs({ session }: OwnedEvent, { inputs }: AnswerParts): readonly Tap[] {
  const tap = session === undefined ? undefined : inputs.tapFor(session, () => undefined)
  return tap === undefined ? [] : [tap]
}

function outputParts({ owner, parts }: Looking): OutputParts {
  return {
    ownership: parts.ownership,
    owner,
    holdsFiles,
    gradio: parts.app.model?.gradio ?? '',
    endpointOf: (event) => endpointOf(event, parts),
    pause: (id) => parts.ownership.awaitEvent(id, moment),
  }
}

/** Ids shift when an app is reloaded; what has another name now is another function, with rules of its own. */
function endpointOf(
  { endpoint, endpointName, session }: OwnedEvent,
  { app }: AnswerParts,
): Endpoint | undefined {
  const { model, rendered } = app
  if (model === undefined) return undefined
  const declared = model.endpoints.get(endpoint)
  const found = declared ?? (session === undefined ? undefined : rendered.endpoint(session, endpoint, model))
  return found?.name === endpointName ? found : undefined
}

async function endpointNamed(
  id: string | undefined,
  { request, owner, parts }: Looking,
): Promise<Endpoint | undefined> {
  if (id === undefined) return undefined
  const event = await findEvent(outputParts({ request, owner, parts }), id)
  return event === undefined ? undefined : endpointOf(event, parts)
}

function disclosureTap(
  { kind, failed }: { readonly kind: MessageKind; readonly failed: boolean },
  looking: Looking,
  { redactors }: SharedParts,
): Tap {
  const { request, parts } = looking
  const { session } = request.target
  const called = calledIn(request)
  return makeDisclosureTap(kind, {
    rules: parts.rules,
    endpointOf: async (id) => called ?? (await endpointNamed(id, looking))?.name,
    note: (withheld) => {
      const facts = { kind: 'answer.withheld', request: request.id, asker: askerOf(request) } as const
      parts.audit.note({ ...facts, ...(called !== undefined && { endpoint: called }), ...withheld })
    },
    random: () => randomBytes(8),
    ...(failed && { failed }),
    ...(kind === 'events' && session !== undefined && { redactor: redactors.of(session.upstream) }),
  })
}

/** The one endpoint whose words the answer brings; none where it brings those of a whole session. */
function calledIn(request: Validated): string | undefined {
  return request.target.call?.endpoint.name ?? eventOf(request)?.endpointName
}

function eventOf({ entry, target: { event } }: Validated): OwnedEvent | undefined {
  const whole = entry.id === 'call.result' || entry.id === 'call.v2.result'
  const alone = event?.session === undefined || isOfOneCall(event.session)
  return whole && !alone ? undefined : event
}

/** How functions' values look, where they bring any. */
const valueKinds = new Map<string, HtmlKind>([
  ['queue.data', 'events'],
  ['call.run', 'answer'],
  ['call.api', 'answer'],
  ['call.result', 'results'],
  ['call.v2.result', 'results'],
  ['mcp.call', 'mcp'],
  ['mcp.call.http', 'mcp'],
  ['mcp.call.bare', 'mcp'],
])

function folderTaps(looking: Looking): readonly Tap[] {
  const kind = valueKinds.get(looking.request.entry.id)
  // Tools answer in texts, without updates.
  if (kind === undefined || kind === 'mcp') return []
  return [makeFolderTap({ endpointOf: endpointFor(looking) })]
}

/** Of the one call that the answer is to, or of the event that a message names. */
function endpointFor(looking: Looking): (id: string | undefined) => Promise<Endpoint | undefined> {
  const { request, parts } = looking
  const event = eventOf(request)
  const one = request.target.call?.endpoint ?? (event && endpointOf(event, parts))
  return async (id) => one ?? endpointNamed(id, looking)
}

function htmlTaps(looking: Looking, { cleaned }: SharedParts): readonly Tap[] {
  const { request, parts } = looking
  const { session, call } = request.target
  const kind = valueKinds.get(request.entry.id)
  if (kind === undefined || !sanitizesAny(parts.rules) || (kind === 'mcp' && call === undefined)) return []
  return [
    makeHtmlTap(kind, {
      rules: parts.rules,
      origin: `${request.site.scheme}://${request.site.host}`,
      endpointOf: endpointFor(looking),
      ...(kind === 'events' && session !== undefined && { events: cleaned.of(session.upstream) }),
    }),
  ]
}
