/** Every request that `sekisho check` sends: the app gets these and no others. Each only reads. */
import { workerSteps } from '../app/find-risks.ts'
import type { AppRequest } from '../app/read-app.ts'

export interface ListedRequest extends AppRequest {
  readonly why: string
}

/** Where routes begin; in Gradio 4 they begin at the root, and are asked for there. */
export const api = '/gradio_api'
/** An origin that can't exist (RFC 2606 section 2). */
export const foreignOrigin = 'https://elsewhere.invalid'

/** Asked for their head alone: whether the file would be handed out, never what is in it. */
export const probedFiles = [
  'app.py',
  'main.py',
  'requirements.txt',
  'README.md',
  'pyproject.toml',
  'Dockerfile',
  '.env',
  '.git/HEAD',
  '/etc/hostname',
] as const
export type ProbedFile = (typeof probedFiles)[number]

const single = {
  config: {
    method: 'GET',
    path: '/config',
    why: 'components, functions and settings, as every visitor gets them',
  },
  page: {
    method: 'GET',
    path: '/',
    headers: { accept: 'text/html' },
    why: 'which server renders the page, and what it tells before a login',
  },
  schema: {
    method: 'GET',
    path: `${api}/info?all_endpoints=true`,
    why: 'is the description of the functions open?',
  },
  routes: { method: 'GET', path: '/openapi.json', why: 'is the list of all routes open?' },
  docs: { method: 'GET', path: '/docs', why: 'is the interactive description of the routes open?' },
  monitoring: { method: 'GET', path: '/monitoring/summary', why: 'are the usage figures open?' },
  mcp: { method: 'GET', path: `${api}/mcp/schema`, why: 'can tools be listed over MCP?' },
  queue: { method: 'GET', path: `${api}/queue/status`, why: 'is the length of the queue open?' },
  foreignSite: {
    method: 'GET',
    path: `${api}/app_id`,
    headers: { origin: foreignOrigin },
    why: 'may pages of other sites read answers?',
  },
  nullOrigin: {
    method: 'GET',
    path: `${api}/app_id`,
    headers: { origin: 'null' },
    why: 'may pages without an origin (sandboxed frames, local files) read answers?',
  },
} as const satisfies Record<string, ListedRequest>

export type RequestName = keyof typeof single | `file:${ProbedFile}`

/** These are read; of all others the first lines do. */
const readWhole: ReadonlySet<RequestName> = new Set(['config', 'page'])
const firstLines = 16 * 1024

/** In the order in which they are sent. */
export const requests: ReadonlyMap<RequestName, ListedRequest> = new Map<RequestName, ListedRequest>([
  ...(Object.entries(single) as [keyof typeof single, ListedRequest][]).map(
    ([name, request]): [RequestName, ListedRequest] => [
      name,
      readWhole.has(name) ? request : { ...request, largest: firstLines },
    ],
  ),
  ...probedFiles.map((file): [RequestName, ListedRequest] => [
    `file:${file}`,
    { method: 'HEAD', path: `${api}/file=${file}`, why: `would ${file} be handed out? (the head only)` },
  ]),
])

/** Names and passwords that everybody knows; tried only with --try-default-credentials, once each. */
export const defaultPairs = [
  ['admin', 'admin'],
  ['admin', 'password'],
  ['admin', '1234'],
  ['admin', '123456'],
  ['admin', 'pass1234'],
  ['admin', 'gradio'],
  ['user', 'user'],
  ['user', 'password'],
  ['username', 'password'],
  ['test', 'test'],
  ['demo', 'demo'],
  ['gradio', 'gradio'],
] as const

export function loginRequest([username, password]: readonly [string, string]): ListedRequest {
  return {
    method: 'POST',
    path: '/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ username, password }).toString(),
    largest: firstLines,
    why: 'does a password that everybody knows get in?',
  }
}

/** The whole list, a line each, as `--list-requests` prints it. */
export function describeRequests(): readonly string[] {
  const line = ({ method, path, headers, why }: ListedRequest) => {
    const origin = headers?.['origin'] === undefined ? '' : ` (Origin: ${headers['origin']})`
    return `${method.padEnd(4)} ${path}${origin}: ${why}`
  }
  const ports = workerSteps.map((step) => `+${String(step)}`).join(', ')
  return [
    ...Array.from(requests.values(), line),
    `Of a Gradio 4, what is under ${api} is asked for at the root.`,
    `GET  /openapi.json on the ports ${ports} behind the app's: do static workers hand out files there?`,
    `POST /login, ${String(defaultPairs.length)} times, with --try-default-credentials only: does a password that everybody knows get in?`,
  ]
}
