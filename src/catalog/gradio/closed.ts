/** Known routes that nobody may use through the gate: administration, the server's own credentials, Gradio's login. */
import type { RouteEntry } from '../entry.ts'
import { api, closed } from './route.ts'

const get = ['GET', 'HEAD'] as const
const administer = { action: 'administer' } as const
const credential = { action: 'useServerCredential' } as const
const login = { action: 'bypassLogin' } as const

export const closedRoutes: readonly RouteEntry[] = [
  closed({
    id: 'closed.openapi',
    methods: get,
    path: '/openapi.json',
    ...administer,
    readFrom: 'fastapi 0.165',
  }),
  closed({
    id: 'closed.docs',
    methods: get,
    path: '/docs',
    ...administer,
    readFrom: 'fastapi 0.165',
  }),
  closed({
    id: 'closed.docs.below',
    methods: get,
    path: '/docs/{rest...}',
    ...administer,
    readFrom: 'fastapi 0.165',
  }),
  closed({
    id: 'closed.redoc',
    methods: get,
    path: '/redoc',
    ...administer,
    readFrom: 'fastapi 0.165',
  }),
  closed({
    id: 'closed.redoc.below',
    methods: get,
    path: '/redoc/{rest...}',
    ...administer,
    readFrom: 'fastapi 0.165',
  }),
  closed({
    id: 'closed.monitoring',
    methods: ['GET', 'HEAD', 'POST'],
    path: '/monitoring',
    ...administer,
  }),
  closed({
    id: 'closed.monitoring.below',
    methods: ['GET', 'HEAD', 'POST'],
    path: '/monitoring/{rest...}',
    ...administer,
  }),
  // Gradio 5.0; nothing but `/monitoring` later.
  closed({
    id: 'closed.monitoring.prefixed',
    methods: ['GET', 'HEAD', 'POST'],
    path: `${api}/monitoring`,
    ...administer,
    readFrom: 'gradio/routes.py 5.0.2',
  }),
  closed({
    id: 'closed.monitoring.prefixed.below',
    methods: ['GET', 'HEAD', 'POST'],
    path: `${api}/monitoring/{rest...}`,
    ...administer,
    readFrom: 'gradio/routes.py 5.0.2',
  }),
  closed({ id: 'closed.startup', methods: get, path: `${api}/startup-events`, ...administer }),
  closed({ id: 'closed.reload', methods: get, path: `${api}/dev/reload`, ...administer }),
  closed({ id: 'closed.vibe.edit', methods: ['POST'], path: `${api}/vibe-edit[/]`, ...administer }),
  closed({ id: 'closed.vibe.undo', methods: ['POST'], path: `${api}/undo-vibe-edit[/]`, ...administer }),
  closed({ id: 'closed.vibe.code', methods: ['GET', 'POST'], path: `${api}/vibe-code[/]`, ...administer }),
  closed({
    id: 'closed.vibe.queries',
    methods: ['POST'],
    path: `${api}/vibe-starter-queries[/]`,
    ...administer,
  }),
  closed({
    id: 'closed.profiling',
    methods: ['GET', 'POST'],
    path: `${api}/profiling/{rest...}`,
    ...administer,
  }),
  closed({ id: 'closed.token', methods: get, path: `${api}/token[/]`, ...login }),
  closed({ id: 'closed.login', methods: ['GET', 'POST'], path: '/login', ...login }),
  closed({ id: 'closed.login.below', methods: ['GET', 'POST'], path: '/login/{rest...}', ...login }),
  closed({ id: 'closed.logout', methods: get, path: '/logout[/]', ...login }),
  closed({ id: 'closed.proxy', methods: get, path: `${api}/proxy={url...}`, ...credential }),
  closed({
    id: 'closed.history.connect',
    methods: ['POST'],
    path: `${api}/run-history/connect`,
    ...credential,
  }),
  closed({
    id: 'closed.history',
    methods: ['GET', 'POST'],
    path: `${api}/run-history/{rest...}`,
    ...credential,
  }),
  // The older alias of file=; no current client uses it.
  closed({ id: 'closed.file.alias', methods: get, path: `${api}/file/{path...}`, action: 'reachUnknown' }),
]
