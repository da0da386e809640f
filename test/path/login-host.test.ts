/** A host of its own for the login: where what is served, how the app gets its session, and what a code is worth by itself. */
import { describe, expect, it, vi } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask, askJson } from '../rig/ask.ts'
import { cookieHeaderOf } from '../rig/log-in.ts'
import { Signer } from '../rig/signer.ts'
import { password, useLoginHost } from './use-login-host.ts'
import { plain } from './with-upstream.ts'

vi.setConfig({ testTimeout: 60_000 })

const { standing, signers, dotted, origin, at, look, send, type, codeFor, comeIn, whys } = useLoginHost()

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
    const cookie = cookieHeaderOf(finished.setCookies)
    expect((await look('login', paths.account, { cookie })).status).toBe(200)
  })
})

describe('a code', () => {
  it('is on record as soon as there is one, whether somebody comes in with it or not', async () => {
    const told = () =>
      standing.path.audit.events.flatMap((event) =>
        event.kind.startsWith('login.') && 'ceremony' in event ? [event] : [],
      )
    await codeFor(new Signer())
    standing.path.clock.time += 120_000
    await standing.path.review()
    const [started, handedOver, ...more] = told()
    const asker = { principal: 'nobody', username: 'bob', address: '127.0.0.1' }
    expect(started).toMatchObject({ kind: 'login.started', asker })
    expect(handedOver).toMatchObject({ kind: 'login.handed-over', asker, ceremony: started?.ceremony })
    expect(more).toEqual([])

    await comeIn()
    const [, , , second, succeeded] = told()
    expect(second?.kind).toBe('login.handed-over')
    expect(succeeded).toMatchObject({ kind: 'login.succeeded', ceremony: second?.ceremony })
  })

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
describe('without a login host', () => {
  it('none of its routes is there', async () => {
    await standing.start(plain)
    const { url } = standing.path
    const found = await Promise.all(
      [paths.enter, paths.enterApi, paths.away].map((path) => ask(url, path).then(({ status }) => status)),
    )
    expect(found).toEqual([404, 404, 404])
    for (const path of [paths.enterApi, paths.enterVouch, paths.awayLook, paths.awayStart, paths.awayFinish])
      expect((await askJson(url, path, {})).status).toBe(404)
  })

  it('the login page is for no other origin, not even its own, whoever asks', async () => {
    await standing.path.close()
    await standing.upstream.close()
    const { cookie } = await standing.start(plain)
    const { url } = standing.path
    for (const app of [origin('evil'), 'javascript:alert(1)//', url, ''])
      for (const headers of [{}, { cookie }]) {
        const page = await ask(url, `${paths.login}?for=${encodeURIComponent(app)}`, { headers })
        expect([app, page.status]).toEqual([app, 404])
      }
    expect((await ask(url, paths.login)).status).toBe(200)
  })
})
