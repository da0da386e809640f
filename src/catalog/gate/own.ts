/** The gate's own pages and API, under `/.sekisho/`: the same path as everything else, no side door. */
import { jwksPath } from '../../contract/assertion.ts'
import { paths } from '../../contract/contract.ts'
import type { RouteEntry } from '../entry.ts'

const usual = {
  names: [],
  body: { kind: 'none' },
  answer: 'data',
  stream: false,
  activity: false,
  // A password is its own proof, and whoever lost the key may still sign out.
  proof: 'observed',
  repeatable: false,
  goesTo: 'serve',
  readFrom: 'sekisho',
} as const satisfies Partial<RouteEntry>

const loginBody = { kind: 'json', max: 8 * 1024 } as const
const joinMessage = { ...usual, methods: ['POST'], action: 'joinByInvitation', body: loginBody } as const
// Somebody types: a change of password is something that a person does.
const accountMessage = {
  ...usual,
  methods: ['POST'],
  action: 'changeOwnPassword',
  body: loginBody,
  activity: true,
  proof: 'required',
} as const

// Of a login host: whose session it is stands in a ticket.
const awayMessage = { ...usual, methods: ['POST'], action: 'confirmByTicket', body: loginBody } as const
const confirmMessage = { ...accountMessage, action: 'confirmOwnSession' } as const

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
  { ...usual, id: 'gate.challenge', methods: ['GET'], path: paths.challenge, action: 'readOwnSession' },
  { ...usual, id: 'gate.session', methods: ['GET'], path: paths.session, action: 'readOwnSession' },
  // Opening a page is something that a person does; the request for the document itself goes unsigned.
  {
    ...usual,
    id: 'gate.session.use',
    methods: ['POST'],
    path: paths.session,
    action: 'readOwnSession',
    activity: true,
    proof: 'required',
  },
  {
    ...usual,
    id: 'gate.join.page',
    methods: ['GET', 'HEAD'],
    path: paths.join,
    action: 'joinByInvitation',
    answer: 'document',
  },
  { ...joinMessage, id: 'gate.join.look', path: paths.joinLook },
  { ...joinMessage, id: 'gate.join.start', path: paths.joinStart },
  { ...joinMessage, id: 'gate.join.finish', path: paths.joinFinish },
  {
    ...usual,
    id: 'gate.account.page',
    methods: ['GET', 'HEAD'],
    path: paths.account,
    action: 'changeOwnPassword',
    answer: 'document',
    activity: true,
  },
  {
    ...usual,
    id: 'gate.password.rules',
    methods: ['GET'],
    path: paths.passwordRules,
    action: 'changeOwnPassword',
  },
  { ...accountMessage, id: 'gate.password.start', path: paths.passwordStart },
  { ...accountMessage, id: 'gate.password.prove', path: paths.passwordProve },
  { ...accountMessage, id: 'gate.password.set', path: paths.passwordSet },
  {
    ...usual,
    id: 'gate.confirm.page',
    methods: ['GET', 'HEAD'],
    path: paths.confirm,
    action: 'confirmOwnSession',
    answer: 'document',
    activity: true,
  },
  { ...confirmMessage, id: 'gate.confirm.look', path: paths.confirmLook },
  { ...confirmMessage, id: 'gate.confirm.start', path: paths.confirmStart },
  { ...confirmMessage, id: 'gate.confirm.finish', path: paths.confirmFinish },
  {
    ...usual,
    id: 'gate.enter.page',
    methods: ['GET', 'HEAD'],
    path: paths.enter,
    action: 'openLogin',
    answer: 'document',
  },
  { ...usual, id: 'gate.enter.where', methods: ['GET'], path: paths.enterApi, action: 'openLogin' },
  {
    ...usual,
    id: 'gate.enter.finish',
    methods: ['POST'],
    path: paths.enterApi,
    action: 'openLogin',
    body: loginBody,
  },
  { ...confirmMessage, id: 'gate.enter.vouch', path: paths.enterVouch },
  {
    ...usual,
    id: 'gate.away.page',
    methods: ['GET', 'HEAD'],
    path: paths.away,
    action: 'openLogin',
    answer: 'document',
  },
  { ...awayMessage, id: 'gate.away.look', path: paths.awayLook },
  { ...awayMessage, id: 'gate.away.start', path: paths.awayStart },
  { ...awayMessage, id: 'gate.away.finish', path: paths.awayFinish },
  {
    ...usual,
    id: 'gate.asset',
    methods: ['GET', 'HEAD'],
    path: `${paths.assets}{file}`,
    action: 'loadGateAsset',
    answer: 'asset',
  },
  { ...usual, id: 'gate.health', methods: ['GET', 'HEAD'], path: paths.health, action: 'checkHealth' },
  { ...usual, id: 'gate.jwks', methods: ['GET', 'HEAD'], path: jwksPath, action: 'readAssertionKeys' },
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
