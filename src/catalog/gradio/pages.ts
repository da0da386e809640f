/** Gradio's pages, configuration and schema. Pages that an app adds by `demo.route()` are entries of classify. */
import type { RouteEntry } from '../entry.ts'
import { api, route, sessionIn } from './route.ts'

const deepLink = { object: 'deepLink', in: 'query', name: 'deep_link' } as const
const page = { object: 'page', in: 'query', name: 'page' } as const

export const pages = [
  route({
    id: 'page.main',
    methods: ['GET', 'HEAD'],
    path: '/',
    action: 'viewPage',
    names: [deepLink, page],
    answer: 'document',
    repeatable: true,
  }),
  route({
    id: 'page.runs',
    methods: ['GET'],
    path: `${api}/runs[/]`,
    action: 'viewPage',
    answer: 'document',
    repeatable: true,
  }),
  route({
    id: 'config.read',
    methods: ['GET'],
    path: '/config[/]',
    action: 'readConfig',
    names: [deepLink, page],
    repeatable: true,
  }),
  route({
    id: 'schema.info',
    methods: ['GET'],
    path: `${api}/info[/]`,
    action: 'readSchema',
    names: [page],
    repeatable: true,
  }),
  route({
    id: 'schema.openapi',
    methods: ['GET'],
    path: `${api}/openapi.json`,
    action: 'readSchema',
    repeatable: true,
  }),
  // Polled every two seconds by a page that lost its stream (gradio client.ts): not activity.
  route({
    id: 'app.id',
    methods: ['GET'],
    path: `${api}/app_id[/]`,
    action: 'checkLiveness',
    activity: false,
    repeatable: true,
  }),
  // It keeps a copy of what a session shows. The button asks by `fetch` (gradio/components/deep_link_button.py, 5.50.0 to 6.31.0).
  route({
    id: 'state.export',
    methods: ['GET'],
    path: `${api}/deep_link`,
    action: 'exportState',
    proof: 'required',
    names: [sessionIn('query')],
  }),
  route({
    id: 'identity.user',
    methods: ['GET'],
    path: `${api}/user[/]`,
    action: 'readIdentity',
    activity: false,
    repeatable: true,
  }),
  route({
    id: 'identity.check',
    methods: ['GET'],
    path: `${api}/login_check[/]`,
    action: 'readIdentity',
    activity: false,
    repeatable: true,
  }),
] as const satisfies readonly RouteEntry[]

/** The row for a page that the app declares itself; its path comes from the app's own configuration. */
export const declaredPage = route({
  id: 'page.declared',
  methods: ['GET', 'HEAD'],
  path: '/{page}',
  action: 'viewPage',
  names: [deepLink],
  answer: 'document',
  repeatable: true,
})
