/** The gate's own pages and API, under `/.sekisho/`: the same path as everything else, no side door. */
import { paths } from '../../contract/contract.ts'
import type { RouteEntry } from '../entry.ts'

const usual = {
  names: [],
  body: { kind: 'none' },
  answer: 'data',
  stream: false,
  activity: false,
  repeatable: false,
  goesTo: 'serve',
  readFrom: 'sekisho',
} as const satisfies Partial<RouteEntry>

const loginBody = { kind: 'json', max: 8 * 1024 } as const

export const own = [
  {
    ...usual,
    id: 'gate.login.page',
    methods: ['GET', 'HEAD'],
    path: paths.login,
    action: 'openLogin',
    answer: 'document',
  },
  {
    ...usual,
    id: 'gate.login.start',
    methods: ['POST'],
    path: paths.loginStart,
    action: 'openLogin',
    body: loginBody,
  },
  {
    ...usual,
    id: 'gate.login.finish',
    methods: ['POST'],
    path: paths.loginFinish,
    action: 'openLogin',
    body: loginBody,
  },
  { ...usual, id: 'gate.logout', methods: ['POST'], path: paths.logout, action: 'endOwnSession' },
  { ...usual, id: 'gate.session', methods: ['GET'], path: paths.session, action: 'readOwnSession' },
  {
    ...usual,
    id: 'gate.asset',
    methods: ['GET', 'HEAD'],
    path: `${paths.assets}{file}`,
    action: 'loadGateAsset',
    answer: 'asset',
  },
  { ...usual, id: 'gate.health', methods: ['GET', 'HEAD'], path: paths.health, action: 'checkHealth' },
] as const satisfies readonly RouteEntry[]

/** Where an app stands below a path of its own: whoever comes to the root, or forgets the slash, is led there. */
export const toBase = {
  ...usual,
  id: 'gate.base',
  methods: ['GET', 'HEAD'],
  path: '/',
  action: 'viewPage',
  answer: 'document',
} as const satisfies RouteEntry

/** The gate's own routes; serve has a handler for each, checked by the compiler. */
export type OwnRoute = (typeof own)[number]['id'] | (typeof toBase)['id']
