/** A host of its own for the login, behind a proxy that ends TLS: where what is served, how the app gets its session, and what a code is worth by itself. */
import { client, ready } from '@serenity-kit/opaque'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { paths, type LoginHandedOver, type LoginStarted } from '../../src/contract/contract.ts'
import { confirmationField } from '../../src/contract/proof.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { ask, askJson, type Asked, type Asking } from '../rig/ask.ts'
import { stepUpOf } from '../rig/confirm.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { Signer } from '../rig/signer.ts'
import { plain, useUpstream } from './with-upstream.ts'

vi.setConfig({ testTimeout: 60_000 })

const standing = useUpstream()
const password = 'a lighthouse for bob'
const navigating = { 'sec-fetch-mode': 'navigate' }

beforeEach(async () => {
  await ready
  const roles = rolesFrom(
    'all: { given_to: [users], call: [predict] }',
    'each: { given_to: [users], call: [report], when: { fresh: call } }',
  )
  await standing.start(plain, {
    policy: await loadPolicy({ roles, files: [] }),
    hosts: ['app.test', 'other.test', 'login.test'],
    trustedProxies: ['127.0.0.1/32'],
    loginHost: { name: 'login.test', apps: ['app.test', 'other.test'] },
  })
  await standing.path.users.add('bob', password)
})

/** The same name, as the root of all names has it. */
const dotted = (name: string) => ({ host: `${name}.test.:${String(standing.path.port)}` })
const host = (name: string) => `${name}.test:${String(standing.path.port)}`
const origin = (name: string) => `https://${host(name)}`
const at = (name: string, more: Readonly<Record<string, string>> = {}) => ({
  headers: { host: host(name), 'x-forwarded-proto': 'https', ...more },
})
/** Who came in with which cookie: signed as under the name that a browser sees, which the proxy tells. */
const signers = new Map<string, Signer>()

async function signed(name: string, path: string, method: string, asking: Asking): Promise<Asking> {
  const cookie = asking.headers?.['cookie'] ?? ''
  const signer = signers.get(cookie)
  if (signer === undefined || asking.unsigned === true) return { ...asking, unsigned: true }
  const { url } = standing.path
  signer.hear((await ask(url, paths.challenge, { ...at(name, { cookie }), unsigned: true })).headers)
  const { body } = asking
  const fields = signer.sign({ method, origin: origin(name), path, ...(body !== undefined && { body }) })
  return { ...asking, headers: { ...asking.headers, ...fields }, unsigned: true }
}

async function look(name: string, path: string, more: Readonly<Record<string, string>> = {}): Promise<Asked> {
  return ask(standing.path.url, path, await signed(name, path, 'GET', at(name, { ...navigating, ...more })))
}

async function send(
  name: string,
  path: string,
  message: object,
  more: Readonly<Record<string, string>> = {},
  unsigned = false,
): Promise<Asked> {
  const fields = at(name, { 'content-type': 'application/json', ...more })
  const asking = { ...fields, method: 'POST', body: JSON.stringify(message), unsigned }
  return ask(standing.path.url, path, await signed(name, path, 'POST', asking))
}

interface Typed {
  readonly start: string
  readonly finish: string
  /** Sent with either message. */
  readonly beside?: object
  readonly last?: (sessionKey: string) => object
  /** Fields of both requests. */
  readonly more?: Readonly<Record<string, string>>
}

/** OPAQUE at the login host: the answer to the last message. */
async function type(typed: string, { start, finish, beside, last, more }: Typed): Promise<Asked> {
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: typed })
  const first = { startLoginRequest, ...beside }
  const started = await send('login', start, first, more)
  const { loginResponse, state, stretching, identifiers } = JSON.parse(started.body) as LoginStarted
  const proof = client.finishLogin({
    ...{ clientLoginState, loginResponse, password: typed, identifiers },
    keyStretching: { 'argon2id-custom': stretching },
  })
  if (proof === undefined) throw new TypeError('The password is wrong.')
  const { finishLoginRequest, sessionKey } = proof
  return send('login', finish, { finishLoginRequest, state, ...last?.(sessionKey) }, more)
}

/** Signs in there for an app whose page has made this key. */
async function codeFor(signer: Signer, app = origin('app')): Promise<string> {
  const finished = await type(password, {
    ...{ start: paths.loginStart, finish: paths.loginFinish, beside: { username: 'bob' } },
    last: (sessionKey) => ({ key: signer.offer(sessionKey, app), for: app }),
  })
  expect(finished.status).toBe(200)
  return (JSON.parse(finished.body) as LoginHandedOver).code
}

async function comeIn({ trip = new Signer(), signer = new Signer() } = {}): Promise<string> {
  const message = trip.enter(await codeFor(trip), origin('app'), signer)
  const entered = await send('app', paths.enterApi, message)
  expect(entered.status).toBe(204)
  const cookie = entered.setCookies.map((line) => line.slice(0, line.indexOf(';'))).join('; ')
  signers.set(cookie, signer)
  return cookie
}

const whys = () =>
  standing.path.audit.events.flatMap((event) => (event.kind === 'login.refused' ? [event.why] : []))

describe('with a login host', () => {
  it('the app’s own pages take no password, and lead there', async () => {
    for (const [path, location] of [
      ['/', paths.login],
      [`${paths.login}?return_to=%2Fsecond`, `${paths.enter}?return_to=%2Fsecond`],
      [paths.join, `${origin('login')}${paths.join}`],
      [`${paths.account}?lang=ja`, `${origin('login')}${paths.account}?lang=ja`],
    ] as const)
      expect([path, (await look('app', path)).headers.location]).toEqual([path, location])
    expect((await look('app', paths.enter)).status).toBe(200)
    const where = await ask(standing.path.url, paths.enterApi, at('app'))
    expect(JSON.parse(where.body)).toEqual({ login: origin('login') })
    for (const path of [paths.loginStart, paths.loginFinish, paths.joinStart, paths.passwordStart])
      expect((await send('app', path, {})).status).toBe(404)
  })

  it('the app isn’t there: whoever looks for it is led to its own name', async () => {
    expect((await look('login', '/second?a=1')).headers.location).toBe(`${origin('app')}/second?a=1`)
    expect((await ask(standing.path.url, '/config', at('login'))).status).toBe(404)
    expect((await send('login', '/gradio_api/run/predict', { data: ['x'] })).status).toBe(404)
    expect(standing.upstream.reached).toEqual([])
    for (const path of [paths.enter, paths.enterApi])
      expect((await ask(standing.path.url, path, at('login'))).status).toBe(404)
  })

  it('a dot at the end of the name makes it no other one', async () => {
    expect((await look('login', '/second', dotted('login'))).headers.location).toBe(`${origin('app')}/second`)
    for (const path of ['/config', '/robots.txt']) {
      const asked = await ask(standing.path.url, path, at('login', dotted('login')))
      expect([path, asked.status]).toEqual([path, 404])
    }
    expect((await look('app', paths.join, dotted('app'))).headers.location).toBe(
      `${origin('login')}${paths.join}`,
    )
    expect((await send('app', paths.loginStart, {}, dotted('app'))).status).toBe(404)
    expect(standing.upstream.reached).toEqual([])
    // Whoever came to the app so gets there again.
    const app = `https://${dotted('app').host}`
    expect((await look('login', `${paths.login}?for=${encodeURIComponent(app)}`)).status).toBe(200)
  })

  it('its page is given out for the app, and for no other origin', async () => {
    const page = (app: string) => look('login', `${paths.login}?for=${encodeURIComponent(app)}`)
    expect((await page(origin('app'))).status).toBe(200)
    expect((await page(origin('other'))).status).toBe(200)
    for (const app of [origin('login'), 'http://app.test', origin('evil'), `${origin('app')}/x`, 'null', ''])
      expect([app, (await page(app)).status]).toEqual([app, 404])
    const away = await look('login', `${paths.away}?for=${encodeURIComponent(origin('evil'))}`)
    expect(away.status).toBe(404)
  })

  it('who comes to its page for nothing in particular is led to the app, and who wants the account gets it', async () => {
    for (const path of [paths.login, `${paths.login}?again=1`, `${paths.login}?return_to=%2Fsecond`]) {
      const page = await look('login', path)
      expect([path, page.status, page.headers.location]).toEqual([path, 303, `${origin('app')}/`])
    }
    const asked = await look('login', paths.account)
    const wanted = `${paths.login}?${new URLSearchParams({ return_to: paths.account }).toString()}`
    expect([asked.status, asked.headers.location]).toEqual([303, wanted])
    expect((await look('login', wanted)).status).toBe(200)
  })

  it('somebody signs in for the app: the session is the app’s, with the key that its page made', async () => {
    const cookie = await comeIn()
    const call = await send('app', '/gradio_api/run/predict', { data: ['x'] }, { cookie })
    expect(call.status).toBe(200)
    const unsigned = await send('app', '/gradio_api/run/predict', { data: ['x'] }, { cookie }, true)
    expect(unsigned.status).toBe(401)
    const session = await ask(standing.path.url, paths.session, at('app', { cookie }))
    expect(JSON.parse(session.body)).toMatchObject({ username: 'bob' })
    expect(standing.path.audit.events.map(({ kind }) => kind)).toContain('login.succeeded')
  })

  it('the key of the way there signs nothing afterwards', async () => {
    const trip = new Signer()
    const cookie = await comeIn({ trip })
    signers.set(cookie, trip)
    const call = await send('app', '/gradio_api/run/predict', { data: ['x'] }, { cookie })
    expect([call.status, standing.path.audit.codes.at(-1)]).toEqual([401, 'proof-key'])
  })

  it('whoever is signed in goes on into the app, unless a code is brought', async () => {
    const cookie = await comeIn()
    const page = await look('app', `${paths.enter}?return_to=%2Fsecond`, { cookie })
    expect([page.status, page.headers.location]).toEqual([303, '/second'])
    expect((await look('app', `${paths.enter}?again`, { cookie })).status).toBe(200)
  })

  it('somebody may sign in there for the account page alone', async () => {
    const signer = new Signer()
    const finished = await type(password, {
      ...{ start: paths.loginStart, finish: paths.loginFinish, beside: { username: 'bob' } },
      last: (sessionKey) => ({ key: signer.offer(sessionKey, origin('login')) }),
    })
    expect(finished.status).toBe(204)
    const cookie = finished.setCookies.map((line) => line.slice(0, line.indexOf(';'))).join('; ')
    expect((await look('login', paths.account, { cookie })).status).toBe(200)
  })
})

describe('a code', () => {
  it('is good once', async () => {
    const trip = new Signer()
    const message = trip.enter(await codeFor(trip), origin('app'), new Signer())
    expect((await send('app', paths.enterApi, message)).status).toBe(204)
    expect((await send('app', paths.enterApi, message)).status).toBe(401)
    expect(whys()).toEqual(['reused'])
  })

  it('is worth nothing without the key, at another name of the app, and after a minute', async () => {
    const [trip, signer] = [new Signer(), new Signer()]
    const code = await codeFor(trip)
    const bring = (name: string, by: Signer, shown = code) =>
      send(name, paths.enterApi, by.enter(shown, origin(name), signer))
    const thief = await bring('app', signer)
    const elsewhere = await bring('other', trip)
    standing.path.clock.time += 60_000
    const late = await bring('app', trip)
    const madeUp = await bring('app', trip, 'AAAA')
    expect([thief, elsewhere, late, madeUp].map(({ status }) => status)).toEqual([401, 401, 401, 401])
    expect(whys()).toEqual(['forged', 'forged', 'expired', 'forged'])
  })

  it('is spent by the first that brings it there, with the key or without', async () => {
    const [trip, signer] = [new Signer(), new Signer()]
    const code = await codeFor(trip)
    const bring = (by: Signer) => send('app', paths.enterApi, by.enter(code, origin('app'), signer))
    expect((await bring(signer)).status).toBe(401)
    expect((await bring(trip)).status).toBe(401)
    expect(whys()).toEqual(['forged', 'reused'])
  })

  it('brings a session of the key that the trip’s key signed for, and of no other', async () => {
    const [trip, signer] = [new Signer(), new Signer()]
    const swapped = { ...trip.enter(await codeFor(trip), origin('app'), signer), publicKey: trip.row.key }
    expect((await send('app', paths.enterApi, swapped)).status).toBe(401)
    const off = Buffer.from(signer.row.key, 'base64url').fill(1, 33).toString('base64url')
    const none = { ...trip.enter(await codeFor(trip), origin('app'), signer), publicKey: off }
    expect((await send('app', paths.enterApi, none)).status).toBe(401)
    expect(whys()).toEqual(['forged', 'forged'])
  })

  it('is not given for a key that was bound to another origin, or an app that isn’t one', async () => {
    const signer = new Signer()
    const finish = (bound: string, app: string) =>
      type(password, {
        ...{ start: paths.loginStart, finish: paths.loginFinish, beside: { username: 'bob' } },
        last: (sessionKey) => ({ key: signer.offer(sessionKey, bound), for: app }),
      })
    expect((await finish(origin('login'), origin('app'))).status).toBe(401)
    expect((await finish(origin('evil'), origin('evil'))).status).toBe(401)
    expect(whys()).toEqual(['key-refused', 'malformed'])
  })

  it('brings nobody in whose password was changed on the way', async () => {
    const signer = new Signer()
    const code = await codeFor(signer)
    const [bob] = await standing.path.store.users.list()
    if (bob === undefined) throw new TypeError('Where is Bob?')
    standing.path.clock.time += 1
    await standing.path.users.setPassword(bob, 'another lighthouse for bob')
    const message = signer.enter(code, origin('app'), new Signer())
    expect((await send('app', paths.enterApi, message)).status).toBe(401)
  })
})

describe('a call that has to be confirmed', () => {
  const call = (cookie: string, headers: Readonly<Record<string, string>> = {}) =>
    send('app', '/gradio_api/run/report', { data: ['x'] }, { cookie, ...headers })

  it('is confirmed at the login host, by the ticket alone', async () => {
    const cookie = await comeIn()
    const ticket = stepUpOf((await call(cookie)).headers)?.ticket ?? ''
    expect((await look('app', paths.confirm, { cookie })).status).toBe(200)
    expect((await send('app', paths.confirmLook, { ticket }, { cookie })).status).toBe(404)
    const looked = await send('login', paths.awayLook, { ticket })
    expect(JSON.parse(looked.body)).toEqual({ what: 'call', endpoint: 'report', username: 'bob' })
    const finished = await type(password, {
      ...{ start: paths.awayStart, finish: paths.awayFinish, beside: { ticket }, last: () => ({ ticket }) },
    })
    const { code } = JSON.parse(finished.body) as { readonly code: string }
    expect((await call(cookie, { [confirmationField]: code })).status).toBe(200)
  })

  it('is confirmed on record: from where, by which browser, and for whom', async () => {
    const cookie = await comeIn()
    const ticket = stepUpOf((await call(cookie, { 'user-agent': 'app' })).headers)?.ticket ?? ''
    const { events } = standing.path.audit
    const before = events.length
    const from = { 'user-agent': 'elsewhere', 'x-forwarded-for': '198.51.100.7' }
    await send('login', paths.awayLook, { ticket }, from)
    await send('login', paths.awayStart, { startLoginRequest: 'AAAA', ticket }, from)
    await type(password, {
      ...{ start: paths.awayStart, finish: paths.awayFinish, beside: { ticket }, last: () => ({ ticket }) },
      more: from,
    })
    const told = events
      .slice(before)
      .flatMap((event) => ('asker' in event ? [{ kind: event.kind, asker: event.asker }] : []))
    expect(told.map(({ kind }) => kind)).toEqual([
      ...['request.granted', 'request.refused', 'login.started', 'request.granted'],
      ...['session.confirmed', 'request.granted'],
    ])
    for (const { asker } of told)
      expect(asker).toMatchObject({ address: '198.51.100.7', userAgent: 'elsewhere' })
    expect(told[4]?.asker).toMatchObject({ principal: 'user', username: 'bob' })
  })

  it('is not confirmed by what is no ticket, nor for a session that is over', async () => {
    const cookie = await comeIn()
    const ticket = stepUpOf((await call(cookie)).headers)?.ticket ?? ''
    expect((await send('login', paths.awayLook, { ticket: 'AAAA' })).status).toBe(403)
    expect((await send('login', paths.awayLook, {})).status).toBe(403)
    await ask(standing.path.url, paths.logout, { method: 'POST', ...at('app', { cookie }) })
    expect((await send('login', paths.awayLook, { ticket })).status).toBe(403)
  })
})

describe('without a login host', () => {
  it('none of its routes is there', async () => {
    await standing.path.close()
    await standing.upstream.close()
    await standing.start(plain)
    const { url } = standing.path
    const found = await Promise.all(
      [paths.enter, paths.enterApi, paths.away].map((path) => ask(url, path).then(({ status }) => status)),
    )
    expect(found).toEqual([404, 404, 404])
    for (const path of [paths.enterApi, paths.awayLook, paths.awayStart, paths.awayFinish])
      expect((await askJson(url, path, {})).status).toBe(404)
  })
})
