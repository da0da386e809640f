/** The signed word of who asks: beside every request of somebody who signed in, and nowhere else. */
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { assertionHeader, jwksPath, type AssertionClaims } from '../../src/contract/assertion.ts'
import { plain, useUpstream } from './with-upstream.ts'

const on = useUpstream()
/** Nothing is filtered of its answer. */
const appRoute = '/gradio_api/app_id'

const received = () => on.upstream.reached.map(({ headers }) => headers[assertionHeader])

async function read(assertion: string | string[] | undefined): Promise<AssertionClaims> {
  const answer = await request(on.path.url + jwksPath)
  const keys = createLocalJWKSet((await answer.body.json()) as JSONWebKeySet)
  const { payload } = await jwtVerify<AssertionClaims>(String(assertion), keys, {
    audience: 'http://app.test',
    currentDate: new Date(on.path.clock.now()),
  })
  return payload
}

describe('the app', () => {
  it('is told who asks, by whatever they signed in', async () => {
    const guest = await on.start(plain)
    const user = await on.path.users.add('bob', 'a lighthouse for bob', { roles: ['viewer'], attributes: {} })
    const bob = await on.path.signIn(user)
    const token = await on.path.issueToken({ user: user.id })
    const asking = [
      { cookie: guest.cookie },
      { cookie: bob.cookie },
      { authorization: `Bearer ${token.text}` },
    ]
    for (const headers of asking) await request(on.path.url + appRoute, { headers })
    const claims = await Promise.all(received().map(read))
    const sub = `user:${user.id}`
    expect(claims).toMatchObject([
      { sub: `session:${guest.id}`, sid: guest.id, roles: [] },
      { sub, preferred_username: 'bob', sid: bob.id, roles: ['viewer'] },
      { sub, preferred_username: 'bob', act: { sub: `token:${token.id}` } },
    ])
    expect(new Set(claims.map(({ iss }) => iss))).toEqual(new Set(['sekisho-test']))
  })

  it('gets the same one for a minute, and a new one when roles changed', async () => {
    await on.start(plain)
    const user = await on.path.users.add('bob', 'a lighthouse for bob', { roles: ['viewer'], attributes: {} })
    const { cookie } = await on.path.signIn(user)
    const visit = () => request(on.path.url + appRoute, { headers: { cookie } })
    await visit()
    on.path.clock.time += 59_000
    await visit()
    await on.path.store.users.endow(user.id, () => ({ roles: ['analyst'], attributes: {} }))
    await on.path.review()
    await visit()
    const [first, second, third] = received()
    expect(second).toBe(first)
    expect((await read(third)).roles).toEqual(['analyst'])
  })

  it('never gets one that a client wrote', async () => {
    const { cookie, id } = await on.start(plain, { change: () => ({ forwardHeaders: [assertionHeader] }) })
    const headers = { [assertionHeader]: 'mine', 'X-SEKISHO-ASSERTION': 'mine as well', cookie }
    await request(on.path.url + appRoute, { headers })
    await request(`${on.path.url}/favicon.ico`, { headers })
    await request(`${on.path.url}/favicon.ico`, { headers: { [assertionHeader]: 'mine' } })
    const [asserted, ...none] = received()
    expect((await read(asserted)).sub).toBe(`session:${id}`)
    expect(none).toEqual([undefined, undefined])
  })

  it('gets no request at all while none can be signed', async () => {
    const fails = {
      assertionFor: () => Promise.reject(new TypeError('no key')),
      jwks: () => Promise.reject(new TypeError('no key')),
    }
    const { cookie } = await on.start(plain, { change: () => ({ assertions: fails }) })
    const answer = await request(on.path.url + appRoute, { headers: { cookie } })
    expect(answer.statusCode).toBe(500)
    expect(on.upstream.reached).toEqual([])
    expect(on.path.audit.codes).toEqual(['internal-fault'])
  })
})

describe('a browser', () => {
  it('is shown no assertion by an app that echoes request headers in its answer’s', async () => {
    // As Gradio does in answers to closed ranges (gradio/route_utils.py 6.31).
    const { cookie } = await on.start(({ headers }, _message, response) => {
      for (const [name, value] of Object.entries(headers))
        if (!['connection', 'host', 'content-length'].includes(name) && value !== undefined)
          response.setHeader(name, value)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    const answer = await request(on.path.url + appRoute, { headers: { cookie } })
    const sent = String(received()[0])
    expect(sent).toMatch(/^eyJ/)
    expect(JSON.stringify(answer.headers)).not.toContain(sent)
    expect(answer.headers).not.toHaveProperty(assertionHeader)
  })

  it('may read the public keys without signing in, and keep them for an hour', async () => {
    await on.start(plain)
    const answer = await request(on.path.url + jwksPath)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=3600',
    })
    const { keys } = (await answer.body.json()) as { keys: object[] }
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) expect(key).not.toHaveProperty('d')
  })
})
