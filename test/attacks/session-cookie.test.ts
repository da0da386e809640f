/**
 * The story: who holds the session's cookie is the user. So it is taken by a script, by plain HTTP or by another site's
 * request; or it is made up, chosen beforehand, or put beside another one. The gate's cookie gives none of these a hold.
 */
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask, askJson } from '../rig/ask.ts'
import { startGateHere } from '../rig/gate-here.ts'
import { cookieHeaderOf } from '../rig/log-in.ts'
import { gateDoor, gradioDoor, type Credentials, type Door } from './doors.ts'
import { canary, useApp, useAppWithAuth, useGate, useSession, unpaced } from './targets.ts'

const withAuth = useAppWithAuth()
const bare = useApp('careless')
const gate = useGate(bare, { config: { pace: unpaced } })
const session = useSession(gate)
const bob = { user: 'bob', password: 'bobpw' }

async function cookiesOf(door: Door, credentials: Credentials): Promise<readonly string[]> {
  const knock = await door.knock(credentials)
  return knock.kind === 'in' ? knock.setCookies : expect.fail(knock.kind)
}

/** Opens the app with a cookie; true when what only users may see is there. */
async function opens(url: string, cookie: string): Promise<boolean> {
  return (await ask(url, '/config', { headers: { cookie } })).body.includes(canary)
}

describe('3.01 session cookie without HttpOnly', () => {
  const readableByScripts = async (door: Door, credentials: Credentials) =>
    (await cookiesOf(door, credentials)).filter((line) => !/;\s*httponly/i.test(line))

  it('stays blocked at auth= and at the gate', async () => {
    expect(await readableByScripts(gradioDoor(withAuth().url), bob)).toEqual([])
    expect(await readableByScripts(gateDoor(gate().url), gate())).toEqual([])
  })
})

describe('3.02 a page script reads the session token all the same', () => {
  /** What a script of the page gets when it asks the server, with the cookies that the browser adds. */
  async function readTokenByScript(url: string, cookie: string): Promise<readonly string[]> {
    const routes = [
      '/gradio_api/token',
      '/gradio_api/token/',
      '/gradio_api/user',
      paths.session,
      '/config',
      '/',
    ]
    const answers = await Promise.all(routes.map((route) => ask(url, route, { headers: { cookie } })))
    const values = cookie.split('; ').map((one) => one.slice(one.indexOf('=') + 1))
    return routes.filter((_, at) => values.some((value) => JSON.stringify(answers[at]).includes(value)))
  }

  it('succeeds on auth=', async () => {
    const cookie = cookieHeaderOf(await cookiesOf(gradioDoor(withAuth().url), bob))
    expect(await readTokenByScript(withAuth().url, cookie)).toContain('/gradio_api/token')
  })

  it('is blocked by the gate', async () => {
    expect(await readTokenByScript(gate().url, session())).toEqual([])
    const token = await ask(gate().url, '/gradio_api/token', { headers: { cookie: session() } })
    expect(token.status).toBe(404)
  })

  it('is blocked by the gate: the app itself never gets to see the cookie', async () => {
    const body = { data: [] }
    const who = await askJson(gate().url, '/gradio_api/run/whoami', body, {
      headers: { cookie: `${session()}; theme=dark` },
    })
    const seen = JSON.parse(who.body) as { data: [{ headers: Record<string, string> }] }
    expect(seen.data[0].headers['cookie']).toBe('theme=dark')
    for (const name of Object.values(gate().cookies)) expect(who.body).not.toContain(name)
    for (const one of session().split('; ')) expect(who.body).not.toContain(one.slice(one.indexOf('=') + 1))
  })

  it('is blocked by the gate: a closed range does not echo the cookie', async () => {
    const form = new FormData()
    form.append('files', new File(['0123456789'], 'digits.txt', { type: 'text/plain' }))
    const headers = { cookie: session() }
    const uploaded = await fetch(`${gate().url}/gradio_api/upload`, { method: 'POST', body: form, headers })
    const [file = ''] = (await uploaded.json()) as string[]
    const ranged = { ...headers, range: 'bytes=2-5', 'x-echo': 'echoed' }
    const directly = await ask(bare().url, `/gradio_api/file=${file}`, { headers: ranged })
    expect(JSON.stringify(directly.headers)).toContain('echoed')
    const through = await ask(gate().url, `/gradio_api/file=${file}`, { headers: ranged })
    expect(through).toMatchObject({ status: 206, body: '2345' })
    expect(JSON.stringify(through.headers)).not.toMatch(/echoed|sekisho/)
  })
})

describe('3.03 session cookie without Secure', () => {
  const sentInClear = async (door: Door, credentials: Credentials) =>
    (await cookiesOf(door, credentials)).filter((line) => !/;\s*secure/i.test(line))

  it('succeeds on auth=', async () => {
    expect(await sentInClear(gradioDoor(withAuth().url), bob)).not.toEqual([])
  })

  it('is blocked by the gate', async () => {
    expect(await sentInClear(gateDoor(gate().url), gate())).toEqual([])
  })
})

describe('3.04 session cookie with SameSite=None or without SameSite', () => {
  const sentByOtherSites = async (door: Door, credentials: Credentials) =>
    (await cookiesOf(door, credentials)).filter((line) => !/;\s*samesite=(?:lax|strict)/i.test(line))

  it('succeeds on auth=', async () => {
    expect(await sentByOtherSites(gradioDoor(withAuth().url), bob)).not.toEqual([])
  })

  it('is blocked by the gate, whose cookies no other host can set either', async () => {
    expect(await sentByOtherSites(gateDoor(gate().url), gate())).toEqual([])
    for (const line of await cookiesOf(gateDoor(gate().url), gate())) {
      // RFC 6265bis section 4.1.3.2: what `__Host-` demands.
      expect(line).toMatch(/^__Host-/)
      expect(line).toMatch(/;\s*path=\/(?:;|$)/i)
      expect(line).not.toMatch(/;\s*domain=/i)
    }
  })
})

describe('3.06 session fixation: a cookie value chosen before login is valid after login', () => {
  const chosen = 'A'.repeat(43)

  it('stays blocked at auth=', async () => {
    const page = await ask(withAuth().url, '/login_check', {})
    expect(page.setCookies).toEqual([])
    const [line = ''] = await cookiesOf(gradioDoor(withAuth().url), bob)
    const name = line.slice(0, line.indexOf('='))
    const cookie = `${name}=${chosen}`
    await gradioDoor(withAuth().url).knock(bob, { headers: { cookie } })
    expect(await opens(withAuth().url, cookie)).toBe(false)
  })

  it('stays blocked by the gate', async () => {
    const { url, cookies, password } = gate()
    const planted = `${cookies.session}=${chosen}`
    const knock = await gateDoor(url).knock({ password }, { headers: { cookie: planted } })
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(knock.cookie).not.toContain(chosen)
    expect(await opens(url, knock.cookie)).toBe(true)
    expect(await opens(url, planted)).toBe(false)
  })

  it('stays blocked by the gate: signing in again ends the session that the browser brought', async () => {
    const { url, password } = gate()
    const first = await gateDoor(url).knock({ password })
    if (first.kind !== 'in') return expect.fail(first.kind)
    const second = await gateDoor(url).knock({ password }, { headers: { cookie: first.cookie } })
    if (second.kind !== 'in') return expect.fail(second.kind)
    expect(await opens(url, second.cookie)).toBe(true)
    expect(await opens(url, first.cookie)).toBe(false)
  })
})

describe('4.05 forged credentials', () => {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const unsigned = `${encode({ alg: 'none', typ: 'JWT' })}.${encode({ sub: 'admin', principal: 'guest', exp: 9e9 })}.`

  /** A session that is right but for one thing. */
  function tamper(name: string, token: string): readonly string[] {
    const flipped = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`
    return [
      `${name}=`,
      `${name}="${token}"`,
      `${name}=${unsigned}`,
      `${name}=${flipped}`,
      `${name}=${token.slice(1)}`,
      `${name}=${token}A`,
      `${name}=${token}%00`,
      `${name}=${token.toLowerCase()}`,
      `${name}=${randomBytes(32).toString('base64url')}`,
      `${name.toLowerCase()}=${token}`,
      `x${name}=${token}`,
      `x=${name}=${token}`,
      `\u00a0${name}=${token}`,
      name,
    ]
  }

  it('stays blocked at auth=: JWT without a signature, tampered and empty cookies, empty password', async () => {
    const [line = ''] = await cookiesOf(gradioDoor(withAuth().url), bob)
    const [name = '', token = ''] = (line.split(';', 1)[0] ?? '').split('=')
    expect(await opens(withAuth().url, `${name}=${token}`)).toBe(true)
    // Python unquotes cookies and takes any blank off, which is no forgery.
    const forged = tamper(name, token).filter((cookie) => !/["\u00a0]/.test(cookie))
    for (const cookie of forged) expect(await opens(withAuth().url, cookie), cookie).toBe(false)
    expect((await gradioDoor(withAuth().url).knock({ user: 'bob', password: '' })).kind).toBe('wrong')
  })

  it('stays blocked by the gate: tampered, empty and made-up cookies', async () => {
    const { url, cookies } = gate()
    const name = cookies.session
    const token =
      session()
        .split('; ')
        .find((one) => one.startsWith(`${name}=`))
        ?.slice(name.length + 1) ?? ''
    expect(await opens(url, `${name}=${token}`)).toBe(true)
    for (const cookie of tamper(name, token)) expect(await opens(url, cookie), cookie).toBe(false)
  })

  it('stays blocked by the gate: an Authorization field of any kind', async () => {
    const basic = Buffer.from(`guest:${gate().password}`).toString('base64')
    for (const authorization of [`Bearer ${unsigned}`, `Basic ${basic}`, `Bearer ${session()}`, 'Bearer ']) {
      const answer = await ask(gate().url, '/config', {
        headers: { authorization, 'x-hf-authorization': authorization },
      })
      expect(answer.status).toBe(401)
    }
  })

  it('stays blocked by the gate: an empty password, and a proof of zeros', async () => {
    const { url } = gate()
    expect((await gateDoor(url).knock({ password: '' })).kind).toBe('wrong')
    const zeros = Buffer.alloc(64).toString('base64url')
    const started = await askJson(
      url,
      paths.loginStart,
      { startLoginRequest: Buffer.alloc(96).toString('base64url') },
      { headers: { origin: url } },
    )
    expect(started.status).toBe(401)
    const finished = await askJson(
      url,
      paths.loginFinish,
      { finishLoginRequest: zeros, state: '' },
      { headers: { origin: url } },
    )
    expect(finished.status).toBe(401)
  })
})

describe('beyond the table: one browser, two cookies', () => {
  it('a request with two session cookies is refused, in whatever order and form they come', async () => {
    const { url, cookies } = gate()
    const own =
      session()
        .split('; ')
        .find((one) => one.startsWith(`${cookies.session}=`)) ?? ''
    const other = `${cookies.session}=${'A'.repeat(43)}`
    for (const cookie of [`${own}; ${other}`, `${other}; ${own}`, `${own};${own}`, `${own};\t${other}`]) {
      const answer = await ask(url, '/config', { headers: { cookie } })
      expect(answer.status, cookie).toBe(400)
      expect(answer.body).not.toContain(canary)
    }
  })

  it("another instance's cookie opens nothing, under its own name or under this one's", async () => {
    await using other = await startGateHere({ upstream: bare().url })
    const knock = await gateDoor(other.url).knock(other)
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    expect(await opens(other.url, knock.cookie)).toBe(true)
    expect(await opens(gate().url, knock.cookie)).toBe(false)
    expect(await opens(gate().url, knock.cookie.replaceAll(other.instance, gate().instance))).toBe(false)
    // Beside the right one it is somebody else's affair.
    expect(await opens(gate().url, `${knock.cookie}; ${session()}`)).toBe(true)
  })
})
