/** Calls that are under way: their results, feeding them, ending them. */
import { endpointResource } from '../app/resources.ts'
import type { OwnedEvent, SessionNames } from '../ownership/ownership.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import { nameSession, unknownObject, type Asked, type Found } from './asked.ts'
import { makeCall } from './calls.ts'
import { bodyOf, isIndex, readCallBody, wrong } from './call-body.ts'
import { fillAll } from './fill-inputs.ts'
import { endpointByIndex } from './find-endpoint.ts'
import { apiPath } from './rewrite.ts'

async function findEvent({ owner, parts }: Asked, id: string): Promise<OwnedEvent | Refusal> {
  const { event, foreign } = await parts.ownership.findEvent(owner, id)
  return event ?? unknownObject('event', foreign)
}

function targetOf({ model }: Asked, event: OwnedEvent): Found['target'] {
  const name = event.endpointName
  const group = model.byName.get(name)?.group ?? name
  return { resource: endpointResource({ name, group }), event, files: [] }
}

/**
 * Gradio ignores the name and hands out whatever the event is of; here both must belong together. It hands out the stream of the
 * event's session; before 6.31 it took the event's id for the session's name (gradio/routes.py 6.0.2, simple_predict_get), and by
 * that name it finds it in all versions.
 */
export async function resolveResult(asked: Asked, version: readonly string[]): Promise<Found | Refusal> {
  const { api_name: name = '', event_id: id = '' } = asked.request.parameters
  const event = await findEvent(asked, id)
  if (isRefusal(event)) return event
  if (name !== event.endpointName) return unknownObject('event')
  return {
    target: targetOf(asked, event),
    outgoing: { path: apiPath(asked, 'call', ...version, name, event.session ?? event.id) },
  }
}

/**
 * Gradio ends what any one of the three names (gradio/routes.py 6.31, cancel_event): tasks by session and function, an event
 * by its id. So all three must be of one event.
 */
export async function resolveCancel(asked: Asked): Promise<Found | Refusal> {
  const body = bodyOf(asked.request)
  if (body === undefined) return wrong('body')
  const { session_hash: hash, fn_index: index, event_id: id } = body
  if (typeof id !== 'string') return wrong('event_id')
  if (typeof hash !== 'string') return wrong('session_hash')
  if (index === undefined || !isIndex(index)) return wrong('fn_index')
  const event = await findEvent(asked, id)
  if (isRefusal(event)) return event
  const session = nameSession(asked, hash)
  if (session === undefined || session.upstream !== event.session || index !== event.endpoint)
    return unknownObject('event')
  const value = { session_hash: session.upstream, fn_index: event.endpoint, event_id: event.id }
  return { target: { ...targetOf(asked, event), session }, outgoing: { content: { kind: 'json', value } } }
}

/** Does nothing in Gradio 6, and is sent after every cancelling (@gradio/client 2.7). */
export async function resolveReset(asked: Asked): Promise<Found | Refusal> {
  const body = bodyOf(asked.request)
  if (body === undefined) return wrong('body')
  const id = body['event_id']
  if (typeof id !== 'string') return wrong('event_id')
  const event = await findEvent(asked, id)
  if (isRefusal(event)) return event
  return {
    target: targetOf(asked, event),
    outgoing: { path: apiPath(asked, 'reset'), content: { kind: 'json', value: { event_id: event.id } } },
  }
}

/** Takes the place of what the event was called with, as whoever called it (gradio/routes.py 6.31, /stream/{event_id}). */
export async function resolveFeed(asked: Asked): Promise<Found | Refusal> {
  const body = readCallBody(asked.request)
  if (isRefusal(body)) return body
  const event = await findEvent(asked, asked.request.parameters['event_id'] ?? '')
  if (isRefusal(event)) return event
  const session = body.session === undefined ? sessionOf(event) : nameSession(asked, body.session)
  if (session === undefined || session.upstream !== event.session) return unknownObject('session')
  if (body.fnIndex !== undefined && body.fnIndex !== event.endpoint)
    return refuse('body-invalid', { field: 'fn_index' })
  const endpoint = endpointByIndex(asked, event.endpoint, session)
  if (isRefusal(endpoint)) return endpoint
  // An event that isn't fed runs once, with what it was called with. Numbers shift when an app is reloaded.
  if (!endpoint.fed || endpoint.name !== event.endpointName) return unknownObject('event')
  const data = fillAll(endpoint, body.data)
  if (isRefusal(data)) return data
  const path = apiPath(asked, 'stream', event.id)
  const found = await makeCall(asked, { endpoint, data, session, body, path })
  if (isRefusal(found)) return found
  return { ...found, target: { ...found.target, event } }
}

function sessionOf({ session }: OwnedEvent): SessionNames | undefined {
  return session === undefined ? undefined : { client: session.replace(/\.[^.]*$/, ''), upstream: session }
}

export async function resolveClose(asked: Asked): Promise<Found | Refusal> {
  const event = await findEvent(asked, asked.request.parameters['event_id'] ?? '')
  if (isRefusal(event)) return event
  return {
    target: targetOf(asked, event),
    outgoing: {
      path: apiPath(asked, 'stream', event.id, 'close'),
      content: { kind: 'json', value: {} },
    },
  }
}
