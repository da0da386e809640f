/**
 * The story: a page of another site, open in the user's browser, signs the browser in as somebody else, reads answers
 * with the user's cookie, signs the user out, or shows the login page inside its own. The gate answers its own origin
 * only, and says so to the browser.
 */
import { describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask, askJson } from '../rig/ask.ts'
import { startGateHere } from '../rig/gate-here.ts'
import { gateDoor, gradioDoor, type Credentials, type Door } from './doors.ts'
import { canary, useApp, useAppWithAuth, useGate, unpaced } from './targets.ts'

const bare = useApp('careless')
const withAuth = useAppWithAuth()
const article = useApp('article')
const gate = useGate(bare, { config: { pace: unpaced, hosts: ['gpu.example.org'] } })
const bob = { user: 'bob', password: 'bobpw' }

/** What browsers send along from a foreign page: the last is a page in a sandbox, the third an old browser. */
const foreign: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  { origin: 'http://other.localhost', 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.test', 'sec-fetch-site': 'none' },
  { origin: 'null', 'sec-fetch-site': 'cross-site' },
]

describe('4.08 login accepted from a foreign Origin: login CSRF', () => {
  /** The foreign page signs the browser in with the attacker's own credentials. */
  async function signInFrom(door: Door, credentials: Credentials): Promise<number> {
    const knocks = await Promise.all(foreign.map((headers) => door.knock(credentials, { headers })))
    return knocks.filter((knock) => knock.kind === 'in').length
  }

  it('succeeds on auth=', async () => {
    expect(await signInFrom(gradioDoor(withAuth().url), bob)).toBe(foreign.length)
  })

  it('is blocked by the gate, at the first message and at the last', async () => {
    expect(await signInFrom(gateDoor(gate().url), gate())).toBe(0)
    for (const headers of foreign) {
      const answer = await askJson(
        gate().url,
        paths.loginFinish,
        { finishLoginRequest: '', state: '' },
        { headers },
      )
      expect(answer.status).toBe(403)
    }
  })

  it('is blocked by the gate: a form of the other site is no JSON', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
    ]) {
      const headers = { 'content-type': type, origin: gate().url }
      const answer = await ask(gate().url, paths.loginStart, {
        method: 'POST',
        headers,
        body: '{"startLoginRequest":""}',
      })
      expect(answer.status).toBe(415)
    }
  })
})

describe.each([
  ['4.09 a call with the user’s cookie and a foreign Origin is run', 'application/json', true],
  ['4.10 the same as text, which browsers send without a preflight', 'text/plain', false],
] as const)('%s', (_, type, runs) => {
  /** How many of the foreign pages had the function run. */
  async function runFrom(url: string, cookie = ''): Promise<number> {
    const answers = await Promise.all(
      foreign.map((headers) =>
        ask(url, '/gradio_api/run/predict', {
          method: 'POST',
          headers: { ...headers, cookie, 'content-type': type },
          body: '{"data":["abc"]}',
        }),
      ),
    )
    return answers.filter(({ body }) => body.includes('cba')).length
  }

  const words = runs ? 'succeeds on' : 'stays blocked on'

  it(`${words} the bare app`, async () => {
    expect(await runFrom(bare().url)).toBe(runs ? foreign.length : 0)
  })

  it(`${words} auth=`, async () => {
    const knock = await gradioDoor(withAuth().url).knock(bob)
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(await runFrom(withAuth().url, knock.cookie)).toBe(runs ? foreign.length : 0)
  })

  it('is blocked by the gate', async () => {
    const knock = await gateDoor(gate().url).knock(gate())
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(await runFrom(gate().url, knock.cookie)).toBe(0)
    for (const headers of foreign) {
      const asked = { headers: { ...headers, cookie: knock.cookie, 'content-type': type }, body: '{}' }
      expect((await ask(gate().url, '/gradio_api/run/predict', { method: 'POST', ...asked })).status).toBe(
        403,
      )
    }
  })
})

describe('4.11 CORS lets a foreign origin read answers with credentials', () => {
  const publicName = 'gpu.example.org'

  /** Answers that tell the browser to hand them to the foreign page. */
  async function readFrom(url: string, cookie = ''): Promise<number> {
    const asked = foreign.flatMap((headers) =>
      ['/config', '/', '/gradio_api/info', paths.session, paths.login, '/favicon.ico', '/no-such'].flatMap(
        (path) => [
          ask(url, path, { headers: { ...headers, host: publicName, cookie } }),
          ask(url, path, {
            method: 'OPTIONS',
            headers: {
              ...headers,
              host: publicName,
              'access-control-request-method': 'POST',
              'access-control-request-headers': 'content-type',
            },
          }),
        ],
      ),
    )
    const answers = await Promise.all(asked)
    return answers.filter(({ headers }) =>
      Object.keys(headers).some((name) => name.startsWith('access-control-')),
    ).length
  }

  it.each([
    ['the bare app', bare],
    ['auth=', withAuth],
    ["the article's scheme", article],
  ])('succeeds on %s', async (_, target) => {
    expect(await readFrom(target().url)).toBeGreaterThan(0)
    const headers = { host: publicName, origin: 'https://evil.test' }
    expect((await ask(target().url, '/', { headers })).headers).toMatchObject({
      'access-control-allow-origin': 'https://evil.test',
      'access-control-allow-credentials': 'true',
    })
  })

  it('is blocked by the gate, for a stranger and for who is signed in', async () => {
    const knock = await gateDoor(gate().url).knock(gate())
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(await readFrom(gate().url)).toBe(0)
    expect(await readFrom(gate().url, knock.cookie)).toBe(0)
  })

  it('is blocked by the gate: what a foreign page asks for with the cookie is refused, not only hidden', async () => {
    const knock = await gateDoor(gate().url).knock(gate())
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    for (const from of foreign) {
      const headers = { ...from, cookie: knock.cookie }
      expect((await ask(gate().url, '/config', { headers })).status).toBe(403)
      const call = await askJson(gate().url, '/gradio_api/run/predict', { data: ['x'] }, { headers })
      expect(call.status).toBe(403)
      expect(call.headers['cross-origin-resource-policy']).toBe('same-origin')
    }
    const simple = { cookie: knock.cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }
    expect((await ask(gate().url, '/config', { headers: simple })).status).toBe(403)
    const visit = { cookie: knock.cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await ask(gate().url, '/', { headers: visit })).status).toBe(200)
  })
})

describe('4.21 cross-site GET logs the user out', () => {
  const byImage = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'no-cors',
    referer: 'https://evil.test/',
  }
  const byLink = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }

  /** Everything that a foreign page can make a browser send to the places where one signs out. */
  async function logOutFromAfar(url: string, cookie: string): Promise<boolean> {
    for (const path of ['/logout', '/logout?all_session=true', paths.logout]) {
      for (const headers of [byImage, byLink, ...foreign]) {
        await ask(url, path, { headers: { ...headers, cookie } })
        if (path === paths.logout)
          await ask(url, path, { method: 'POST', headers: { ...headers, ...foreignPost(headers), cookie } })
      }
    }
    return !(await ask(url, '/config', { headers: { cookie } })).body.includes(canary)
  }

  /** A foreign form cannot leave the field out. */
  const foreignPost = (headers: Readonly<Record<string, string>>) => ({
    origin: headers['origin'] ?? 'https://evil.test',
  })

  it('succeeds on auth=', async () => {
    const knock = await gradioDoor(withAuth().url).knock(bob)
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(await logOutFromAfar(withAuth().url, knock.cookie)).toBe(true)
  })

  it('is blocked by the gate', async () => {
    const knock = await gateDoor(gate().url).knock(gate())
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(await logOutFromAfar(gate().url, knock.cookie)).toBe(false)
  })
})

describe('4.22 the login page can be framed', () => {
  /** True when nothing tells a browser to refuse showing the page inside a foreign one. */
  async function canBeFramed(url: string, path: string, cookie = ''): Promise<boolean> {
    const { headers, status } = await ask(url, path, { headers: { accept: 'text/html', cookie } })
    expect(status).toBe(200)
    const policy = String(headers['content-security-policy'] ?? '')
    return !/frame-ancestors '(?:none|self)'/.test(policy) && headers['x-frame-options'] === undefined
  }

  it.each([
    ['the bare app', bare],
    ['auth=', withAuth],
    ["the article's scheme", article],
  ])('succeeds on %s', async (_, target) => {
    expect(await canBeFramed(target().url, '/')).toBe(true)
  })

  it("is blocked by the gate, and so is framing the app's own page", async () => {
    expect(await canBeFramed(gate().url, paths.login)).toBe(false)
    const login = await ask(gate().url, paths.login)
    expect(login.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    const knock = await gateDoor(gate().url).knock(gate())
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(await canBeFramed(gate().url, '/', knock.cookie)).toBe(false)
  })
})

describe('another instance on the same host is another origin', () => {
  it('a page behind one gate can not act at the other, although browsers call the two the same site', async () => {
    await using other = await startGateHere({ upstream: bare().url })
    const knock = await gateDoor(gate().url).knock(gate())
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    const headers = { cookie: knock.cookie, origin: other.url, 'sec-fetch-site': 'same-site' }
    const call = await askJson(gate().url, '/gradio_api/run/predict', { data: ['x'] }, { headers })
    expect(call.status).toBe(403)
  })
})
