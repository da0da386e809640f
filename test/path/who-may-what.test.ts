/** What a stranger, a guest and a guest whose session is over get for every route, and what the log says of it. */
import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { catalogue } from '../../src/catalog/index.ts'
import type { RouteEntry } from '../../src/catalog/entry.ts'
import { ask as askAsTold } from '../rig/ask.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'
import { lifetime, startPath, type Path } from './start-path.ts'
import { plain } from './with-upstream.ts'

let upstream: Upstream
let path: Path

beforeAll(async () => {
  upstream = await startUpstream(plain)
  path = await startPath({ upstream })
})

afterAll(async () => {
  await path.close()
  await upstream.close()
})

beforeEach(() => {
  upstream.reached.length = 0
  path.audit.events.length = 0
})

const anAddressOf = (entry: RouteEntry) =>
  entry.path
    .replace('[/]', '')
    .replace(/\{[a-z_]+\.\.\.\}/g, '/tmp/x')
    .replace(/\{[a-z_]+\}/g, 'name')
    .replace('//', '/')

interface Legal {
  /** With `SESSION` in the place of what the app calls the session of the client's `name`. */
  readonly target: string
  readonly body?: string
  readonly reaches?: string
}

const api = '/gradio_api'
const named = '"fn_index":0,"session_hash":"name"'
const values = '{"data":["x"]}'
const media = (file: string): Legal => ({
  target: `${api}/stream/name/1/2/${file}`,
  reaches: `${api}/stream/SESSION/1/2/${file}`,
})
/** What an entry must name to be about something: of the small app's, or the asker's own (see `owning`). */
const legal: Readonly<Record<string, Legal>> = {
  'state.export': {
    target: `${api}/deep_link?session_hash=name`,
    reaches: `${api}/deep_link?session_hash=SESSION`,
  },
  'queue.join': { target: `${api}/queue/join`, body: `{"data":["x"],${named}}` },
  'call.run': { target: `${api}/run/predict`, body: values },
  'call.api': { target: `${api}/api/predict/`, body: values, reaches: `${api}/api/predict` },
  'call.v2': { target: `${api}/call/v2/predict`, body: '{"text":"x"}', reaches: `${api}/queue/join` },
  'call.start': { target: `${api}/call/predict`, body: values, reaches: `${api}/queue/join` },
  'call.v2.result': { target: `${api}/call/v2/predict/e1`, reaches: `${api}/call/v2/predict/SESSION` },
  'call.result': { target: `${api}/call/predict/e1`, reaches: `${api}/call/predict/SESSION` },
  'queue.data': {
    target: `${api}/queue/data?session_hash=name`,
    reaches: `${api}/queue/data?session_hash=SESSION`,
  },
  'event.cancel': { target: `${api}/cancel`, body: `{"event_id":"e1",${named}}` },
  'event.reset': { target: `${api}/reset`, body: '{"event_id":"e1"}' },
  'event.feed': { target: `${api}/stream/e2`, body: values },
  'event.close': { target: `${api}/stream/e2/close`, body: '{}' },
  'session.hold': { target: `${api}/heartbeat/name`, reaches: `${api}/heartbeat/SESSION` },
  'component.call': {
    target: `${api}/component_server`,
    body: '{"component_id":5,"fn_name":"ls","session_hash":"name","data":[]}',
  },
  'file.upload.progress': { target: `${api}/upload_progress?upload_id=u1` },
  'media.playlist': media('playlist.m3u8'),
  'media.whole': media('playlist-file'),
  'media.segment': media('3.ts'),
}

/** Somebody with two events under way, `e1` of `predict` and `e2` of `listen`, and the file that addresses name. */
async function owning() {
  const { ownership } = path
  const { cookie, owner } = await path.signIn()
  const session = ownership.nameSession(owner, 'name')?.upstream ?? ''
  const event = { owner, session }
  await ownership.noteEvent({ ...event, id: 'e1', endpoint: 0, endpointName: 'predict' })
  await ownership.noteEvent({ ...event, id: 'e2', endpoint: 2, endpointName: 'listen' })
  await ownership.noteFiles(owner, ['/tmp/x'])
  return { cookie, session }
}

function ask(entry: RouteEntry, method: string, headers: Record<string, string> = {}) {
  const bodies: Record<RouteEntry['body']['kind'], [string, string] | undefined> = {
    none: undefined,
    json: ['application/json', '{}'],
    form: ['application/json', '{}'],
    upload: ['multipart/form-data; boundary=x', '--x--\r\n'],
  }
  const { target, body: own } = legal[entry.id] ?? { target: anAddressOf(entry) }
  const kind = method === 'POST' ? bodies[entry.body.kind] : undefined
  return fetch(path.url + target, {
    method,
    redirect: 'manual',
    headers: { ...headers, ...(kind === undefined ? {} : { 'content-type': kind[0] }) },
    ...(kind === undefined ? {} : { body: own ?? kind[1] }),
  })
}

const rows = catalogue.flatMap((entry) =>
  entry.methods.map((method) => ({ entry, method, name: `${method} ${entry.path}` })),
)
const open = new Set([
  'loadPublicAsset',
  'openLogin',
  'joinByInvitation',
  'confirmByTicket',
  'loadGateAsset',
  'checkHealth',
  'readAssertionKeys',
])

/** Not there without one: see login-host.test.ts. */
const ofLoginHost = new Set(['gate.enter.vouch'])

describe('a stranger', () => {
  it.each(rows.filter(({ entry }) => !open.has(entry.action) && !ofLoginHost.has(entry.id)))(
    'is asked to sign in at $name',
    async ({ entry, method }) => {
      const answer = await ask(entry, method)
      expect(answer.status).toBe(401)
      if (method !== 'HEAD')
        expect(await answer.json()).toMatchObject(
          entry.path.startsWith('/.sekisho/')
            ? { code: 'refused' }
            : { detail: { error: 'Not authenticated' } },
        )
      expect(upstream.reached).toEqual([])
      expect(path.audit.codes).toEqual(['login-required'])
    },
  )

  it('gets the same answer for what exists and for what does not', async () => {
    const answers = await Promise.all(
      ['/config', '/second', '/nothing', '/monitoring', '/gradio_api/token', '/.git/config'].map((one) =>
        fetch(path.url + one),
      ),
    )
    const shapes = await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]))
    expect(new Set(shapes.map((shape) => JSON.stringify(shape))).size).toBe(1)
  })

  it('is led to the login page when a browser navigates, and back to where it was', async () => {
    // Node's fetch has a Sec-Fetch-Mode of its own.
    const answer = await request(`${path.url}/second?x=1&y=a%2Fb`, {
      headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' },
    })
    expect(answer.statusCode).toBe(303)
    expect(answer.headers['location']).toBe(
      `/.sekisho/login?return_to=${encodeURIComponent('/second?x=1&y=a%2Fb')}`,
    )
  })

  it.each([
    '/favicon.ico',
    '/manifest.json',
    '/robots.txt',
    '/.sekisho/health',
    '/.sekisho/jwks.json',
    '/.sekisho/login',
    '/.sekisho/assets/bar.js',
  ])('may load %s', async (one) => {
    expect((await fetch(path.url + one)).status).toBe(200)
  })
})

describe('a guest', () => {
  const useful = rows.filter(
    ({ entry }) => entry.goesTo === 'upstream' && !['useMcp', 'readMonitoring'].includes(entry.action),
  )

  let guest: Awaited<ReturnType<typeof owning>>
  beforeAll(async () => {
    guest = await owning()
  })

  it('is led from the login page to the app, unless it comes to sign in again', async () => {
    const headers = { cookie: guest.cookie, 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'same-origin' }
    const statusOf = async (query: string) =>
      (await request(`${path.url}/.sekisho/login${query}`, { headers })).statusCode
    expect([await statusOf(''), await statusOf('?again=1')]).toEqual([303, 200])
  })

  it.each(useful)('may use $name', async ({ entry, method }) => {
    const { cookie, session } = guest
    const answer = await ask(entry, method, { cookie })
    expect(answer.status).toBe(200)
    const { target, reaches = target } = legal[entry.id] ?? { target: anAddressOf(entry) }
    expect(upstream.reached.map((one) => `${one.method} ${one.target}`)).toEqual([
      `${method} ${reaches.replace('SESSION', session)}`,
    ])
    expect(path.audit.codes).toEqual([])
  })

  it.each(rows.filter(({ entry }) => entry.goesTo === 'nowhere'))(
    'never reaches $name',
    async ({ entry, method }) => {
      const { cookie, id } = await path.signIn()
      const answer = await ask(entry, method, { cookie })
      expect(answer.status).toBe(404)
      expect(upstream.reached).toEqual([])
      expect(path.audit.events).toMatchObject([
        {
          kind: 'request.refused',
          code: 'route-closed',
          entry: entry.id,
          asker: { principal: 'guest', session: id },
        },
      ])
    },
  )

  it.each(
    rows.filter(
      ({ entry }) => entry.goesTo === 'upstream' && ['useMcp', 'readMonitoring'].includes(entry.action),
    ),
  )('needs a grant of its own for $name', async ({ entry, method }) => {
    const { cookie } = await path.signIn()
    expect((await ask(entry, method, { cookie })).status).toBe(403)
    expect(upstream.reached).toEqual([])
    expect(path.audit.codes).toEqual(['policy-denied'])
  })

  it.each([
    ['GET', '/nothing', 'route-unknown'],
    ['POST', '/config', 'method-not-allowed'],
    ['DELETE', '/', 'method-not-allowed'],
    ['OPTIONS', '/gradio_api/queue/join', 'method-not-allowed'],
    ['GET', '/gradio_api/new_in_the_next_release', 'route-unknown'],
  ])('gets a plain 404 for %s %s', async (method, target, code) => {
    const { cookie } = await path.signIn()
    const answer = await fetch(path.url + target, { method, headers: { cookie } })
    expect([answer.status, await answer.json()]).toEqual([404, { detail: 'Not found.' }])
    expect(path.audit.codes).toEqual([code])
    expect(upstream.reached).toEqual([])
  })

  it('is refused with two session cookies', async () => {
    const one = await path.signIn()
    const two = await path.signIn()
    const answer = await fetch(`${path.url}/config`, { headers: { cookie: `${one.cookie}; ${two.cookie}` } })
    expect(answer.status).toBe(400)
    expect(path.audit.codes).toEqual(['credential-ambiguous'])
  })
})

describe('a session that is over', () => {
  it.each(['/config', '/gradio_api/app_id', '/gradio_api/queue/data?session_hash=a', '/assets/x.js'])(
    'opens nothing: %s',
    async (target) => {
      const { cookie } = await path.signIn()
      path.clock.time += lifetime.idleMs + 1
      const answer = await fetch(path.url + target, { headers: { cookie } })
      expect(answer.status).toBe(401)
      expect(path.audit.codes).toEqual(['session-expired'])
      expect(upstream.reached).toEqual([])
    },
  )

  it('is over at once after signing out, and says so in the log', async () => {
    const { cookie } = await path.signIn()
    const out = await fetch(`${path.url}/.sekisho/api/logout`, { method: 'POST', headers: { cookie } })
    expect(out.status).toBe(204)
    expect(out.headers.get('clear-site-data')).toBe('"cache", "storage"')
    expect((await fetch(`${path.url}/config`, { headers: { cookie } })).status).toBe(401)
    expect(path.audit.codes).toEqual(['session-ended'])
  })

  it('is not kept alive by a heartbeat, and is by a call', async () => {
    const { cookie } = await path.signIn()
    const half = lifetime.idleMs / 2 + 1
    path.clock.time += half
    await fetch(`${path.url}/gradio_api/call/predict`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: values,
    })
    path.clock.time += half
    await fetch(`${path.url}/gradio_api/heartbeat/abc`, { headers: { cookie } })
    await fetch(`${path.url}/gradio_api/app_id`, { headers: { cookie } })
    expect(path.audit.codes).toEqual([])
    path.clock.time += half
    expect((await fetch(`${path.url}/config`, { headers: { cookie } })).status).toBe(401)
  })
})

describe('a session with a key', () => {
  const half = lifetime.idleMs / 2 + 1
  const steal = (cookie: string, target: string, method = 'GET') =>
    askAsTold(path.url, target, { method, headers: { cookie }, unsigned: true })

  it.each(['/', '/config', '/gradio_api/info', '/second', '/.sekisho/account', '/.sekisho/api/challenge'])(
    'is not kept alive by whoever has only its cookie: %s',
    async (target) => {
      const { cookie } = await path.signIn()
      path.clock.time += half
      expect((await steal(cookie, target)).status).not.toBe(401)
      path.clock.time += half
      expect((await steal(cookie, target)).status).toBe(401)
      expect(path.audit.codes.at(-1)).toBe('session-expired')
    },
  )

  it('is not kept alive by calls that are refused for want of a signature', async () => {
    const { cookie } = await path.signIn()
    path.clock.time += half
    for (const target of ['/gradio_api/call/predict', '/.sekisho/api/session'])
      expect([target, (await steal(cookie, target, 'POST')).status]).toEqual([target, 401])
    expect(path.audit.codes).toEqual(['proof-missing', 'proof-missing'])
    path.clock.time += half
    await steal(cookie, '/')
    expect(path.audit.codes.at(-1)).toBe('session-expired')
  })

  it('is kept alive by what its pages send when they begin', async () => {
    const { cookie } = await path.signIn()
    for (let passed = 0; passed < 3; passed += 1) {
      path.clock.time += half
      expect((await steal(cookie, '/')).status).toBe(200)
      const begun = await askAsTold(path.url, '/.sekisho/api/session', {
        method: 'POST',
        headers: { cookie },
      })
      expect(begun.status).toBe(204)
    }
  })
})

describe('other sites', () => {
  const foreign = { origin: 'https://evil.test' }
  it.each([
    ['POST', '/gradio_api/call/predict', foreign],
    ['POST', '/gradio_api/call/predict', { origin: 'null' }],
    ['POST', '/.sekisho/api/logout', foreign],
    ['POST', '/.sekisho/api/logout', { 'sec-fetch-site': 'same-site' }],
    ['GET', '/config', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }],
    ['GET', '/config', foreign],
    ['GET', '/gradio_api/file=/tmp/x.png', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['GET', '/', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('may not %s %s with %j', async (method, target, headers) => {
    const { cookie } = await path.signIn()
    const body = method === 'POST' && !target.includes('logout') ? { body: '{}' } : {}
    const answer = await askAsTold(path.url, target, {
      method,
      ...body,
      headers: { cookie, 'content-type': 'application/json', ...(headers as Record<string, string>) },
      // A page of another site has no key to sign with.
      unsigned: true,
    })
    expect(answer.status).toBe(403)
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
    expect(path.audit.codes).toEqual(['origin-foreign'])
    expect(upstream.reached).toEqual([])
  })

  it.each(['cross-site', 'same-site'])('may link to a page (%s)', async (from) => {
    const { cookie } = await path.signIn()
    const answer = await request(path.url, {
      headers: { cookie, 'sec-fetch-site': from, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    })
    expect(answer.statusCode).toBe(200)
  })
})
