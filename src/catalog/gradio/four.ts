/** The rows of Gradio 4.44: the same routes at the root, but for those that came later, and two of its own. */
import type { RouteEntry } from '../entry.ts'
import { api, route, sessionIn } from './route.ts'

const readFrom = 'gradio/routes.py 4.44.1'

/** Later than Gradio 4; at the root, some of their paths would be somebody else's. */
const later: ReadonlySet<string> = new Set([
  'page.runs',
  'schema.openapi',
  'state.export',
  'call.v2',
  'call.v2.result',
  'event.feed',
  'event.close',
  'media.playlist',
  'media.whole',
  'media.segment',
  'recording.process',
  'asset.theme.api',
  'asset.component',
  'closed.vibe.edit',
  'closed.vibe.undo',
  'closed.vibe.code',
  'closed.vibe.queries',
  'closed.profiling',
  'closed.history',
  'closed.history.connect',
  'closed.monitoring.prefixed',
  'closed.monitoring.prefixed.below',
])

export const fourOnly = [
  route({
    id: 'media.stream',
    methods: ['GET'],
    path: '/stream/{session_hash}/{run}/{component_id}',
    action: 'readMedia',
    names: [sessionIn('path')],
    answer: 'media',
    readFrom,
  }),
  route({
    id: 'asset.component.four',
    methods: ['GET'],
    path: '/custom_component/{id}/{type}/{file_name}',
    action: 'loadAsset',
    answer: 'asset',
    activity: false,
    repeatable: true,
    readFrom,
  }),
] as const satisfies readonly RouteEntry[]

/** `entries`: those of Gradio 5 and later. */
export function asOfFour(entries: readonly RouteEntry[]): readonly RouteEntry[] {
  const known = entries.filter(({ id }) => !later.has(id) && !id.startsWith('mcp.'))
  return [...known.map(atRoot), ...fourOnly]
}

function atRoot(entry: RouteEntry): RouteEntry {
  return entry.path.startsWith(`${api}/`) ? { ...entry, path: entry.path.slice(api.length), readFrom } : entry
}
