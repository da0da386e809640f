/** For every route that leads to the app: how to find what the request names. */
import type { UpstreamRoute } from '../catalog/index.ts'
import { wholeApp, type Resolver } from './asked.ts'
import { resolveCall, resolveJoin, resolveNamedCall, resolveRun } from './calls.ts'
import { resolveComponent } from './component-call.ts'
import { resolveCancel, resolveClose, resolveFeed, resolveReset, resolveResult } from './events.ts'
import { resolveFile, resolveProgress, resolveUpload } from './files.ts'
import { noMcpStream, resolveMcp, resolveMcpPost, resolveMcpStream } from './mcp.ts'
import { pageTarget, resolveConfig, resolveDeclaredPage, resolveMainPage, resolveSchema } from './pages.ts'
import { resolveHeartbeat, resolveInQuery, resolveMedia } from './sessions.ts'

const nothing: Resolver = () => ({ target: wholeApp })

export const resolvers = {
  'page.main': resolveMainPage,
  'page.declared': resolveDeclaredPage,
  'page.runs': () => ({ target: pageTarget('') }),
  'config.read': resolveConfig,
  'schema.info': resolveSchema,
  'schema.openapi': nothing,
  'app.id': nothing,
  'state.export': resolveInQuery,
  'identity.user': nothing,
  'identity.check': nothing,
  'queue.join': resolveJoin,
  'call.run': (asked) => resolveRun(asked, 'run'),
  'call.api': (asked) => resolveRun(asked, 'api'),
  'call.v2': resolveNamedCall,
  'call.start': resolveCall,
  'call.v2.result': (asked) => resolveResult(asked, ['v2']),
  'call.result': (asked) => resolveResult(asked, []),
  'queue.data': resolveInQuery,
  'queue.status': nothing,
  'event.cancel': resolveCancel,
  'event.reset': resolveReset,
  'event.feed': resolveFeed,
  'event.close': resolveClose,
  'session.hold': resolveHeartbeat,
  'component.call': resolveComponent,
  'file.upload': resolveUpload,
  'file.upload.progress': resolveProgress,
  'file.read': resolveFile,
  'media.playlist': (asked) => resolveMedia(asked, 'playlist.m3u8'),
  'media.whole': (asked) => resolveMedia(asked, 'playlist-file'),
  'media.segment': (asked) => {
    const { segment_id: segment = '', ext = '' } = asked.request.parameters
    return resolveMedia(asked, `${segment}.${ext}`)
  },
  'media.stream': (asked) => resolveMedia(asked),
  'recording.process': nothing,
  'asset.static': nothing,
  'asset.assets': nothing,
  'asset.svelte': nothing,
  'asset.theme': nothing,
  'asset.theme.api': nothing,
  'asset.component': nothing,
  'asset.component.four': nothing,
  'asset.icon.sized': nothing,
  'asset.icon': nothing,
  'asset.favicon': nothing,
  'asset.manifest': nothing,
  'asset.robots': nothing,
  'mcp.schema': nothing,
  'mcp.call': resolveMcp,
  'mcp.call.http': resolveMcp,
  'mcp.call.bare': resolveMcp,
  'mcp.listen': noMcpStream,
  'mcp.listen.bare': noMcpStream,
  'mcp.listen.http': noMcpStream,
  'mcp.stream': resolveMcpStream,
  'mcp.post': resolveMcpPost,
} as const satisfies Record<UpstreamRoute, Resolver>
