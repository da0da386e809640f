/**
 * The story: the guard reads a path in one way and the app behind it in another, so that what was refused under one
 * spelling is served under a second. The gate decodes once, refuses what is ambiguous, and forwards what it judged.
 */
import { describe, expect, it } from 'vitest'
import { rawRequest, sendRaw, type RawAnswer } from '../rig/raw-http.ts'
import { canary, useApp, useAppWithAuth, useGate, useSession } from './targets.ts'

const bare = useApp('careless')
const withAuth = useAppWithAuth()
const gate = useGate(bare)
const session = useSession(gate)

/** Twenty spellings of a path that leads to the configuration, or to the page that holds it. */
const spellings: readonly string[] = [
  '/%63onfig', '/config%2f', '/config/', '/config%2F%2e', '//config', '/./config', '/x/../config', '/%2e/config',
  '/config;x=1', '/config%00', '/CONFIG', '/config?x=/static/a.css', '/static/../config', '/static/..%2fconfig',
  '/%2fconfig', '/\\config', '/config%252f', 'http://127.0.0.1/config', '/.sekisho/assets/..%2f..%2f..%2fconfig',
  '/config#/static/a.css',
] // prettier-ignore

const headers: readonly string[] = [
  'X-Original-URL: /config',
  'X-Rewrite-URL: /config',
  'X-Forwarded-Uri: /config',
  'X-Gradio-Server: http://127.0.0.1/config',
]

/** A method that the guard might not know and the app might answer. */
const methods: readonly string[] = ['HEAD', 'OPTIONS', 'PROPFIND']

interface Trick {
  readonly name: string
  readonly bytes: string
}

const tricks: readonly Trick[] = [
  ...spellings.map((path) => ({
    name: `path ${path}`,
    bytes: rawRequest(`GET ${path}`, ['Connection: close']),
  })),
  ...headers.map((line) => ({
    name: `header ${line}`,
    bytes: rawRequest('GET /static/a.css', [line, 'Connection: close']),
  })),
  ...methods.map((method) => ({
    name: `method ${method}`,
    bytes: rawRequest(`${method} /config`, ['Connection: close']),
  })),
]

/** The tricks that brought the configuration, with or without a session's cookie. */
async function reachConfig(port: number, cookie?: string): Promise<readonly string[]> {
  const reached: string[] = []
  for (const { name, bytes } of tricks) {
    const sent = cookie === undefined ? bytes : bytes.replace('\r\n', `\r\nCookie: ${cookie}\r\n`)
    const answer = await sendRaw(port, sent)
    if (showsConfig(answer)) reached.push(name)
  }
  return reached
}

function showsConfig({ raw }: RawAnswer): boolean {
  return raw.includes(canary) || raw.includes('"components"')
}

describe('4.07 path and header tricks reach /config without login', () => {
  it('are 20 paths, 4 headers and 3 methods', () => {
    expect([spellings.length, headers.length, methods.length]).toEqual([20, 4, 3])
  })

  it('succeeds on the bare app, under several spellings', async () => {
    const reached = await reachConfig(bare().port)
    expect(reached).toEqual(
      expect.arrayContaining([
        'path /%63onfig',
        'path /config%2f',
        'path /config/',
        'path /config?x=/static/a.css',
      ]),
    )
  })

  it('stay blocked at auth=', async () => {
    expect(await reachConfig(withAuth().port)).toEqual([])
  })

  it('stay blocked by the gate, which answers each with a refusal', async () => {
    expect(await reachConfig(gate().port)).toEqual([])
    for (const { name, bytes } of tricks) {
      const answer = await sendRaw(gate().port, bytes)
      expect([400, 401], name).toContain(answer.status)
    }
  })

  it('win nothing with a session either: only spellings of one meaning are served', async () => {
    expect(await reachConfig(gate().port, session())).toEqual([
      'path /%63onfig',
      'path /config/',
      'path /config?x=/static/a.css',
    ])
  })
})

describe('the same for routes that are closed to everybody', () => {
  const closed = [
    '/openapi.json',
    '/monitoring/summary',
    '/gradio_api/token',
    '/gradio_api/startup-events',
    '/login',
  ]
  const respell = (path: string): readonly string[] => [
    path,
    `${path}/`,
    `/${path}`,
    path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replace('/', '/%2e/'),
    path.replace(/\/(?=[^/]*$)/, '%2f'),
    path.replace(/\/(?=[^/]*$)/, '/static/../'),
    `${path};x`,
    `${path}%20`,
    `${path}%09`,
    `${path}?`,
    `${path}%3f`,
    path.toUpperCase(),
    `/gradio_api${path}`,
  ]

  it('stay closed under every spelling, with a session', async () => {
    const found: string[] = []
    for (const path of closed.flatMap(respell)) {
      const answer = await sendRaw(
        gate().port,
        rawRequest(`GET ${path}`, [`Cookie: ${session()}`, 'Connection: close']),
      )
      // Gradio's own schema of its endpoints is for users; everything else of these is for nobody.
      if (![400, 404].includes(answer.status ?? 0) && path !== '/gradio_api/openapi.json') found.push(path)
    }
    expect(found).toEqual([])
  })

  it('the bare app serves some of them under other spellings', async () => {
    const answers = await Promise.all(
      respell('/openapi.json').map((path) =>
        sendRaw(bare().port, rawRequest(`GET ${path}`, ['Connection: close'])),
      ),
    )
    expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThan(2)
  })
})

describe('files outside the app', () => {
  const places = [
    '/gradio_api/file=/etc/passwd', '/gradio_api/file=../../../../etc/passwd', '/gradio_api/file=%2e%2e/%2e%2e/etc/passwd',
    '/gradio_api/file%3D/etc/passwd', '/gradio_api%2ffile=/etc/passwd', '/gradio_api/file//etc/passwd',
    '/gradio_api/file=file:///etc/passwd', '/gradio_api/file=http://127.0.0.1:1/x', '/static/..%2f..%2fetc/passwd',
    '/.sekisho/assets/..%2f..%2f..%2fpackage.json', '/.sekisho/assets/%2e%2e/manifest.json', '/.sekisho/assets/../manifest.json',
    '/gradio_api/custom_component/../../etc/passwd', '/gradio_api/file=/proc/self/environ',
  ] // prettier-ignore

  it('stay blocked by the gate, with and without a session', async () => {
    for (const place of places) {
      for (const cookie of [session(), '']) {
        const answer = await sendRaw(
          gate().port,
          rawRequest(`GET ${place}`, [`Cookie: ${cookie}`, 'Connection: close']),
        )
        expect(answer.raw, place).not.toMatch(/root:|PATH=|"assets"|"devDependencies"/)
        expect(answer.status, place).toBeGreaterThanOrEqual(400)
      }
    }
  })
})
