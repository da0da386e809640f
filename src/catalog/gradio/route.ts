/** Shorthand for rows of Gradio's tables: what most routes have in common is said once. */
import type { Naming, RouteEntry } from '../entry.ts'

type Required = 'id' | 'methods' | 'path' | 'action'

const usual = {
  names: [],
  body: { kind: 'none' },
  answer: 'data',
  stream: false,
  activity: true,
  repeatable: false,
  goesTo: 'upstream',
  readFrom: 'gradio/routes.py 6.31.0',
} as const satisfies Omit<RouteEntry, Required | 'proof'>

type Row = Pick<RouteEntry, Required> & Partial<RouteEntry>

/** A route to the app; its id stays known to the compiler, so that resolve has an answer for each. */
export type UpstreamEntry<Id extends string = string> = RouteEntry & {
  readonly id: Id
  readonly goesTo: 'upstream'
}

export function route<const R extends Omit<Row, 'goesTo'>>(row: R): UpstreamEntry<R['id']> {
  return { ...usual, proof: proofOf(row), ...row }
}

/** A route that nobody may use, whatever a policy says and whoever signs it: goesTo `nowhere`. */
export function closed(row: Row): RouteEntry & { readonly goesTo: 'nowhere' } {
  return { ...usual, activity: false, proof: 'observed', ...row, goesTo: 'nowhere' }
}

/**
 * Pages sign what their scripts send; documents, files and media are asked for by browsers, who don't. A GET that makes or tells
 * something of a session says `required` itself; those that stay unsigned are listed in test/architecture/unsigned-reads.test.ts.
 */
function proofOf({ methods, stream }: Pick<Row, 'methods' | 'stream'>): RouteEntry['proof'] {
  const safe = methods.every((method) => method === 'GET' || method === 'HEAD')
  return safe && stream !== true ? 'observed' : 'required'
}

/** Where Gradio's prefix ends and its routes begin. */
export const api = '/gradio_api'

export const sessionIn = (where: Naming['in']): Naming => ({
  object: 'session',
  in: where,
  name: 'session_hash',
})
export const eventIn = (where: Naming['in']): Naming => ({ object: 'event', in: where, name: 'event_id' })
export const endpointIn = (where: Naming['in'], name: string): Naming => ({
  object: 'endpoint',
  in: where,
  name,
})

/** A JSON call; its limit is the configured one (0 stands for "as configured"). */
export const callBody = { kind: 'json', max: 0 } as const
export const smallBody = { kind: 'json', max: 64 * 1024 } as const
