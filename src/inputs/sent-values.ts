/** What the app last sent to a session for a component: digests, bounded, in the memory of this process. */
import { hash } from 'node:crypto'
import type { Json } from '../kit/json.ts'
import { canonicalJson } from './equal.ts'

export interface SentValues {
  /** `session`: upstream form of the session_hash. */
  note(session: string, component: number, value: Json): void
  /** A value was sent that isn't known: nothing matches until the next one. */
  forget(session: string, component: number): void
  find(session: string, component: number): string | undefined
  digest(value: Json): string
}

/** Ten times the sessions that Gradio keeps the state of (gradio/blocks.py 6.31, state_session_capacity); 100 bytes each. */
const mostSessions = 100_000
const mostComponents = 256

const unknown = 'unknown'

export function makeSentValues(): SentValues {
  const sessions = new Map<string, Map<number, string>>()
  const put = (session: string, component: number, digest: string): void => {
    const components = sessions.get(session) ?? new Map<number, string>()
    // The order of a Map is that of insertion: the one that was touched last goes to the end.
    sessions.delete(session)
    sessions.set(session, components)
    components.set(component, digest)
    dropOldest(components, mostComponents)
    dropOldest(sessions, mostSessions)
  }
  const digest = (value: Json): string => hash('sha256', canonicalJson(value), 'base64url')
  return {
    note: (session, component, value) => put(session, component, digest(value)),
    forget: (session, component) => put(session, component, unknown),
    find: (session, component) => sessions.get(session)?.get(component),
    digest,
  }
}

function dropOldest<Key>(map: Map<Key, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}
