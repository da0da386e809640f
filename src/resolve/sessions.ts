/** Sessions that an address names: their stream of messages, their heartbeat, their state, their media. */
import type { Refusal } from '../refusals.ts'
import { nameSession, unknownObject, wholeApp, type Asked, type Found } from './asked.ts'
import { apiPath, changedQuery, inQuery } from './rewrite.ts'

export function resolveInQuery(asked: Asked): Found | Refusal {
  const session = nameSession(asked, inQuery(asked, 'session_hash'))
  if (session === undefined) return unknownObject('session')
  return {
    target: { ...wholeApp, session },
    outgoing: { query: changedQuery(asked, { session_hash: session.upstream }) },
  }
}

export function resolveHeartbeat(asked: Asked): Found | Refusal {
  const session = nameSession(asked, asked.request.parameters['session_hash'])
  if (session === undefined) return unknownObject('session')
  return {
    target: { ...wholeApp, session },
    outgoing: { path: apiPath(asked, 'heartbeat', session.upstream) },
  }
}

/** Addresses of media carry the long form: Gradio wrote them. */
export function resolveMedia(asked: Asked, ...file: readonly string[]): Found | Refusal {
  const { session_hash: hash, run = '', component_id: component = '' } = asked.request.parameters
  const session = asked.parts.ownership.nameMediaSession(asked.owner, hash ?? '')
  if (session === undefined) return unknownObject('session')
  return {
    target: { ...wholeApp, session },
    outgoing: { path: apiPath(asked, 'stream', session.upstream, run, component, ...file) },
  }
}
