/**
 * The story: a header says that the app lives elsewhere, and the app believes it: its page then talks to the attacker's
 * host, its redirects go there, and the first one who asks fills a cache for all. Only the gate tells the app its name.
 */
import { describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask, type Asked } from '../rig/ask.ts'
import { startGateHere } from '../rig/gate-here.ts'
import { rawRequest, sendRaw } from '../rig/raw-http.ts'
import { gradioDoor } from './doors.ts'
import { useApp, useAppWithAuth, useGate, useSession } from './targets.ts'

const bare = useApp('careless')
const withAuth = useAppWithAuth()
const article = useApp('article')
const gate = useGate(bare)
const session = useSession(gate)

/** Everything by which a client may say where the app lives. */
const forgeries: readonly Readonly<Record<string, string>>[] = [
  { 'x-forwarded-host': 'evil.test' },
  { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' },
  { 'x-forwarded-host': '127.0.0.1, evil.test' },
  { 'x-gradio-server': 'http://evil.test/' },
  { 'x-gradio-server': 'http://evil.test/', 'x-gradio-port': '80', 'x-gradio-mounted-path': '/evil.test' },
  { 'x-gradio-original-url': 'http://evil.test/' },
  { forwarded: 'host=evil.test;proto=https' },
  { 'x-host': 'evil.test', 'x-forwarded-server': 'evil.test', 'x-original-host': 'evil.test' },
  { host: 'evil.test' },
]

const mentions = ({ headers, body }: Asked) => `${JSON.stringify(headers)}${body}`.includes('evil.test')

describe("4.04 X-Forwarded-Host moves the page's root to a foreign host", () => {
  /** Forgeries after which a page or its configuration names the foreign host. */
  async function moveRoot(url: string, cookie = ''): Promise<number> {
    const asked = forgeries.flatMap((headers) =>
      ['/', '/config', '/gradio_api/info'].map((path) =>
        ask(url, path, { headers: { ...headers, cookie, accept: 'text/html' } }),
      ),
    )
    return (await Promise.all(asked)).filter(mentions).length
  }

  it.each([
    ['the bare app', bare],
    ['auth=', withAuth],
    ["the article's scheme", article],
  ])('succeeds on %s', async (_, target) => {
    expect(await moveRoot(target().url)).toBeGreaterThan(0)
  })

  it('is blocked by the gate, without a session and with one', async () => {
    expect(await moveRoot(gate().url)).toBe(0)
    expect(await moveRoot(gate().url, session())).toBe(0)
  })

  it('is blocked by the gate: what the app keeps for all is filled under the right name', async () => {
    const poisoned = { 'x-forwarded-host': 'evil.test', cookie: session() }
    await ask(gate().url, '/gradio_api/info', { headers: poisoned })
    const next = await ask(gate().url, '/gradio_api/info', { headers: { cookie: session() } })
    expect(next.status).toBe(200)
    expect(mentions(next)).toBe(false)
  })

  it('is blocked by the gate: a Host that is not its own gets nothing, and a configured one gets the app under it', async () => {
    await using named = await startGateHere({ upstream: bare().url, config: { hosts: ['gpu.example.org'] } })
    for (const host of [
      'evil.test',
      'gpu.example.org.evil.test',
      'gpu.example.org@evil.test',
      'xgpu.example.org',
    ])
      expect((await ask(named.url, paths.login, { headers: { host } })).status, host).toBe(421)
    expect((await ask(named.url, paths.login, { headers: { host: 'gpu.example.org' } })).status).toBe(200)
  })

  it('is blocked by the gate: two Hosts, an absolute target and an underscore are no way to name one', async () => {
    const tricks = [
      rawRequest('GET /config', ['Host: 127.0.0.1', 'Host: evil.test']),
      rawRequest('GET http://evil.test/config', ['Host: 127.0.0.1']),
      rawRequest('GET //evil.test/config'),
      rawRequest('GET /config', ['X_Forwarded_Host: evil.test']),
      rawRequest('GET /config', ['X-Forwarded_Host: evil.test']),
      rawRequest('GET /config', ['X-Forwarded-Host: 127.0.0.1', 'X-Forwarded-Host: evil.test']),
      rawRequest('GET /config', ['Host: evil.test\t']),
      rawRequest('GET /config', ['Host: 127.0.0.1, evil.test']),
    ].map((bytes) => bytes.replace('\r\n', `\r\nCookie: ${session()}\r\nConnection: close\r\n`))
    for (const bytes of tricks) {
      const answer = await sendRaw(gate().port, bytes)
      expect([400, 421], bytes).toContain(answer.status)
      expect(answer.raw).not.toContain('evil.test')
    }
  })
})

const redirecting = [
  '/login',
  '/logout',
  '/login/',
  '/logout?all_session=true',
  '/config/',
  '/gradio_api/mcp',
  '/theme.css/',
]

/** Where an answer sends a browser that stands at `url`. */
function destination(url: string, { headers }: Asked): string | undefined {
  return headers.location === undefined ? undefined : new URL(headers.location, url).host
}

describe('4.20 redirect to a foreign host by X-Forwarded-Host', () => {
  async function redirectAway(url: string, cookie = ''): Promise<readonly string[]> {
    const asked = forgeries.flatMap((headers) =>
      redirecting.map((path) => ask(url, path, { headers: { ...headers, cookie, accept: 'text/html' } })),
    )
    const hosts = (await Promise.all(asked)).map((answer) => destination(url, answer))
    return hosts.filter((host) => host?.includes('evil.test') === true).map(String)
  }

  it.each([
    ['the bare app', bare],
    ['auth=', withAuth],
    ["the article's scheme", article],
  ])('succeeds on %s', async (_, target) => {
    expect(await redirectAway(target().url)).not.toEqual([])
  })

  it('is blocked by the gate, without a session and with one', async () => {
    expect(await redirectAway(gate().url)).toEqual([])
    expect(await redirectAway(gate().url, session())).toEqual([])
  })
})

describe('4.19 open redirect by a link in login or logout', () => {
  const links = [
    'https://evil.test/', '//evil.test/', '/\\evil.test/', '\\\\evil.test', '/%09/evil.test', '/%0a/evil.test', '///evil.test',
    'javascript:alert(1)', 'data:text/html,x', '/.sekisho/login?return_to=//evil.test', '%2f%2fevil.test', '/\t/evil.test',
    'http:evil.test', '/@evil.test', '.evil.test', '/..//evil.test', '/\u2028/evil.test',
  ] // prettier-ignore
  const parameters = ['return_to', 'for', 'next', '_target_url', 'redirect', 'url', 'returnTo']

  /** Follows a link that somebody sent, as a browser would, one step. */
  async function followLink(url: string, path: string, cookie: string): Promise<readonly string[]> {
    const asked = parameters.flatMap((name) =>
      links.map((link) =>
        ask(url, `${path}?${name}=${encodeURIComponent(link)}`, { headers: { cookie, accept: 'text/html' } }),
      ),
    )
    const hosts = (await Promise.all(asked)).map((answer) => destination(url, answer))
    return hosts.filter((host) => host !== undefined && host !== new URL(url).host).map(String)
  }

  it('stays blocked at auth=', async () => {
    const knock = await gradioDoor(withAuth().url).knock({ user: 'bob', password: 'bobpw' })
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(await followLink(withAuth().url, '/login', knock.cookie)).toEqual([])
  })

  it('stays blocked by the gate, before login and after it', async () => {
    for (const path of [paths.login, paths.logout, '/', '/login', '/logout'])
      for (const cookie of ['', session()]) expect(await followLink(gate().url, path, cookie)).toEqual([])
  })

  // What their scripts would do with it, no answer shows.
  it('is blocked by the gate: no page that would lead to another site is given out, before login and after it', async () => {
    for (const path of [paths.login, paths.enter, paths.away])
      for (const cookie of ['', session()])
        for (const origin of ['https://evil.test', 'javascript:alert(1)//', gate().url, '']) {
          const link = `${path}?again&for=${encodeURIComponent(origin)}`
          expect([link, (await ask(gate().url, link, { headers: { cookie } })).status]).toEqual([link, 404])
        }
  })

  it('a link of its own it follows: the way back to where one was', async () => {
    const here = await ask(gate().url, `${paths.login}?return_to=%2F%3Fpage%3Da`, {
      headers: { cookie: session() },
    })
    expect(here).toMatchObject({ status: 303, headers: { location: '/?page=a' } })
  })
})
