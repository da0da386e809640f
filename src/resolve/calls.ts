/** Calls of functions: /queue/join, /run, /api, /call and /call/v2. */
import type { Endpoint } from '../app/model.ts'
import { endpointResource } from '../app/resources.ts'
import type { Json } from '../kit/json.ts'
import type { SessionNames } from '../ownership/ownership.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { Call, OutgoingParts } from '../request.ts'
import { misfit, nameSession, unknownObject, type Asked, type Found } from './asked.ts'
import { bodyOf, readCallBody, wrong, type CallBody } from './call-body.ts'
import { nameDrawings } from './drawings.ts'
import { fillAll, fillFromApi, fillFromNamed, nameArguments } from './fill-inputs.ts'
import { endpointByIndex, endpointByName, isNameOf } from './find-endpoint.ts'
import { judgeFiles, type Suspect } from './named-files.ts'
import { apiPath } from './rewrite.ts'

export function resolveJoin(asked: Asked): Found | Refusal | Promise<Found | Refusal> {
  const body = readCallBody(asked.request)
  if (isRefusal(body)) return body
  if (body.session === undefined) return wrong('session_hash')
  const session = nameSession(asked, body.session)
  if (session === undefined) return unknownObject('session')
  if (body.fnIndex === undefined) return wrong('fn_index')
  const endpoint = endpointByIndex(asked, body.fnIndex, session)
  if (isRefusal(endpoint)) return endpoint
  const data = fillAll(endpoint, body.data)
  if (isRefusal(data)) return misfitOf(endpoint, data)
  return makeCall(asked, { endpoint, data, session, body, path: apiPath(asked, 'queue', 'join') })
}

/** `route`: `run` or `api`, which do the same. */
export function resolveRun(asked: Asked, route: 'run' | 'api'): Found | Refusal | Promise<Found | Refusal> {
  const body = readCallBody(asked.request)
  if (isRefusal(body)) return body
  const given = nameSession(asked, body.session)
  if (body.session !== undefined && given === undefined) return unknownObject('session')
  const name = asked.request.parameters['api_name'] ?? ''
  const endpoint =
    body.fnIndex === undefined ? endpointByName(asked, name) : endpointByIndex(asked, body.fnIndex, given)
  if (isRefusal(endpoint)) return endpoint
  if (body.fnIndex !== undefined && !isNameOf(endpoint, name)) return misfitOf(endpoint, wrong('fn_index'))
  const data = fillAll(endpoint, body.data)
  if (isRefusal(data)) return misfitOf(endpoint, data)
  const session = given ?? (leavesTraces(endpoint) ? makeSession(asked) : undefined)
  const path = apiPath(asked, route, name)
  return makeCall(asked, { endpoint, data, body, path, ...(session && { session }) })
}

/** Without a session of its own, what it leaves behind would lie where every such call can see it. */
function leavesTraces({ stateful, renders, outputs }: Endpoint): boolean {
  return stateful || renders || outputs.some((slot) => slot.holdsFiles)
}

/**
 * `/call` looks the function up by name in whatever session it is given; the queue takes the number that was judged. They are
 * one route but for that (gradio/routes.py 6.31, queue_join_helper), so calls go on to the queue.
 */
export function resolveCall(asked: Asked): Found | Refusal | Promise<Found | Refusal> {
  const body = readCallBody(asked.request)
  if (isRefusal(body)) return body
  const session = body.session === undefined ? makeSession(asked) : nameSession(asked, body.session)
  if (session === undefined) return unknownObject('session')
  const endpoint = endpointByName(asked, asked.request.parameters['api_name'] ?? '')
  if (isRefusal(endpoint)) return endpoint
  const data = fillFromApi(endpoint, body.data)
  if (isRefusal(data)) return misfitOf(endpoint, data)
  return makeCall(asked, { endpoint, data, session, ...simple(asked) })
}

/** Every key of the body is an argument, `session_hash` too. */
export function resolveNamedCall(asked: Asked): Found | Refusal | Promise<Found | Refusal> {
  const named = bodyOf(asked.request)
  if (named === undefined) return wrong('body')
  const endpoint = endpointByName(asked, asked.request.parameters['api_name'] ?? '')
  if (isRefusal(endpoint)) return endpoint
  // Gradio knows the others' parameters by no name.
  if (endpoint.visibility !== 'public') return refuse('endpoint-unknown')
  const data = fillFromNamed(endpoint, named)
  if (isRefusal(data)) return misfitOf(endpoint, data)
  return makeCall(asked, { endpoint, data, session: makeSession(asked), ...simple(asked) })
}

function simple(asked: Asked) {
  return { path: apiPath(asked, 'queue', 'join'), simple: true, body: { data: [] } } as const
}

function makeSession({ owner, parts }: Asked): SessionNames {
  return parts.ownership.makeSession(owner)
}

interface Making {
  readonly endpoint: Endpoint
  readonly data: readonly Json[]
  readonly body: CallBody
  readonly path: string
  readonly session?: SessionNames
  /** Results as whole values, not as differences to the last one. */
  readonly simple?: true
}

export async function makeCall(asked: Asked, making: Making): Promise<Found | Refusal> {
  const { endpoint, body, session, path } = making
  const data = nameDrawings(endpoint, making.data, asked)
  if (isRefusal(data)) return misfitOf(endpoint, data)
  const call = callOf(endpoint, data, body)
  if (call === undefined) return misfitOf(endpoint, wrong('data'))
  const files = await judgeFiles(suspectsOf(call), asked)
  if (isRefusal(files)) return misfitOf(endpoint, files)
  return {
    target: { resource: endpointResource(endpoint), call, files, ...(session && { session }) },
    outgoing: {
      path,
      content: callContent(call, { body, session, ...(making.simple && { simple: true }) }),
    },
  }
}

/** Such a call has no arguments that a policy could look at. */
export function misfitOf(endpoint: Endpoint, why: Refusal): Found {
  return misfit({ resource: endpointResource(endpoint), call: { endpoint, data: [], arguments: {} } }, why)
}

export function callOf(endpoint: Endpoint, data: readonly Json[], body: CallBody): Call | undefined {
  const named = nameArguments(endpoint, data)
  if (named === undefined) return undefined
  return {
    endpoint,
    data,
    arguments: named,
    ...(body.eventData !== undefined && { eventData: body.eventData }),
  }
}

export function suspectsOf({ endpoint, data, eventData }: Call): readonly Suspect[] {
  const inputs = endpoint.inputs.map(({ holdsFiles }, at): Suspect => ({
    value: data[at] ?? null,
    suspicion: !holdsFiles ? 'free' : endpoint.fed ? 'frame' : 'file',
  }))
  return eventData === undefined ? inputs : [...inputs, { value: eventData, suspicion: 'wary' }]
}

function callContent(
  { endpoint, data, eventData }: Call,
  more: { readonly body: CallBody; readonly session: SessionNames | undefined; readonly simple?: true },
): OutgoingParts['content'] {
  const { triggerId } = more.body
  const value = {
    data,
    fn_index: endpoint.id,
    ...(more.session && { session_hash: more.session.upstream }),
    ...(eventData !== undefined && { event_data: eventData }),
    ...(triggerId !== undefined && { trigger_id: triggerId }),
    ...(more.simple && { simple_format: true }),
  }
  return { kind: 'json', value }
}
