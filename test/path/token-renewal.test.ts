/** A session's token is replaced by an answer to the session's own request, whatever that was for and however it came. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { graceMs, renewMs } from '../../src/sessions/lifetime.ts'
import { ask, askJson, type Asked } from '../rig/ask.ts'
import { makePair } from '../rig/certificate.ts'
import { askHttp2, openHttp2 } from '../rig/http2-client.ts'
import { findSigner, rememberSigner } from '../rig/signer.ts'
import { plain, streaming, useUpstream } from './with-upstream.ts'

const on = useUpstream()

const form = /^(__Host-sekisho-test=[\w-]{43}); Path=\/; HttpOnly; Secure; SameSite=Lax$/

/** The Cookie header from now on; undefined where the answer brought none. */
function cookieOf({ setCookies }: Pick<Asked, 'setCookies'>): string | undefined {
  if (setCookies.length === 0) return undefined
  const [, cookie] = form.exec(setCookies.join('\n')) ?? []
  expect(cookie, setCookies.join('\n')).toBeDefined()
  return cookie
}

const get = (cookie: string, path = '/config') => ask(on.path.url, path, { headers: { cookie } })

/** Signed in, and the token is due. */
async function startDue(answer = plain) {
  const { cookie, id } = await on.start(answer)
  on.path.clock.time += renewMs
  return { cookie, id }
}

/** As a browser goes on that has taken the cookie: its key is the same. */
function take(former: string, answer: Asked): string {
  const next = cookieOf(answer) ?? former
  const signer = findSigner(on.path.url, former)
  if (signer !== undefined) rememberSigner(on.path.url, next, signer)
  return next
}

describe('a token that is due', () => {
  it.each([
    ['a page of the app', '/'],
    ['what the app says of itself', '/config'],
    ['what a page of the gate asks', '/.sekisho/api/session'],
  ])('is replaced by %s', async (_, path) => {
    const { cookie } = await startDue()
    const answer = await get(cookie, path)
    const next = take(cookie, answer)
    expect(next).not.toBe(cookie)
    expect((await get(next, path)).setCookies).toEqual([])
    expect((await get(next, path)).status).toBe(answer.status)
  })

  it('is replaced by a stream, at its beginning', async () => {
    const { cookie } = await startDue(streaming)
    const answer = await get(cookie, '/gradio_api/queue/data?session_hash=a')
    expect(answer.headers['content-type']).toContain('text/event-stream')
    expect(cookieOf(answer)).toBeDefined()
  })

  it('is replaced over HTTP/2', async () => {
    const { cookie } = await on.start(plain, { tls: await makePair() })
    on.path.clock.time += renewMs
    const session = await openHttp2(on.path.url)
    onTestFinished(() => session.destroy())
    const { headers } = await askHttp2(session, { ':path': '/config', cookie })
    expect(headers['set-cookie']).toHaveLength(1)
    expect(cookieOf({ setCookies: headers['set-cookie'] ?? [] })).toBeDefined()
  })

  it.each([
    ['what others may keep', '/assets/a.js', 200],
    ['a file of the gate, which browsers keep', '/.sekisho/assets/bar.js', 200],
    ['a page of the gate that is refused', '/.sekisho/account', 403],
    ['a refusal', '/gradio_api/run/unknown', 404],
  ])('is not replaced by %s', async (_, path, status) => {
    const { cookie } = await startDue(({ target }, message, response) => {
      if (target.startsWith('/assets/'))
        response
          .writeHead(200, { 'content-type': 'text/javascript', 'cache-control': 'public, max-age=9' })
          .end('1')
      else plain({ target } as Parameters<typeof plain>[0], message, response)
    })
    const answer = await get(cookie, path)
    expect([answer.status, answer.setCookies]).toEqual([status, []])
  })

  it.each([
    '/',
    '/config',
    '/theme.css',
    '/gradio_api/app_id',
    '/.sekisho/api/session',
    '/.sekisho/api/challenge',
  ])('is brought to nobody who merely has the cookie: %s', async (path) => {
    const { cookie } = await startDue()
    const thief = await ask(on.path.url, path, { headers: { cookie }, unsigned: true })
    expect([thief.status < 300, thief.setCookies]).toEqual([true, []])
    expect(cookieOf(await get(cookie))).toBeDefined()
  })

  it('is replaced by what a page sends when it begins', async () => {
    const { cookie } = await startDue()
    const begun = await ask(on.path.url, '/.sekisho/api/session', { method: 'POST', headers: { cookie } })
    expect([begun.status, cookieOf(begun) === undefined]).toEqual([204, false])
  })

  it('is replaced by a call', async () => {
    const { cookie } = await startDue()
    const called = await askJson(
      on.path.url,
      '/gradio_api/run/predict',
      { data: ['x'] },
      { headers: { cookie } },
    )
    expect([called.status, cookieOf(called) === undefined]).toEqual([200, false])
  })

  it('is not brought back by signing out', async () => {
    const { cookie } = await startDue()
    const answer = await ask(on.path.url, '/.sekisho/api/logout', { method: 'POST', headers: { cookie } })
    expect(answer.setCookies).toEqual(['__Host-sekisho-test=; Max-Age=0'])
    expect((await get(cookie)).setCookies).toEqual([])
  })

  it('stays the only one while a call of an API token comes by', async () => {
    await startDue()
    const { text } = await on.path.issueToken()
    const answer = await ask(on.path.url, '/config', { headers: { authorization: `Bearer ${text}` } })
    expect(answer.setCookies).toEqual([])
  })
})

describe('an answer that was long in coming', () => {
  it('brings nothing that another one has brought before it', async () => {
    let release: (() => void) | undefined
    const { cookie } = await startDue(({ target }, message, response) => {
      const answer = () => plain({ target } as Parameters<typeof plain>[0], message, response)
      if (target.startsWith('/theme.css')) release = answer
      else answer()
    })
    const late = get(cookie, '/theme.css')
    await expect.poll(() => release).toBeDefined()
    const next = take(cookie, await get(cookie))
    await get(next)
    on.path.clock.time += renewMs
    const third = take(next, await get(next))
    await get(third)
    release?.()
    expect((await late).setCookies).toEqual([])
    expect((await get(third)).status).toBe(200)
  })
})

describe('a token that was replaced', () => {
  it('is good for a minute, then ends the session and all that is open in its name', async () => {
    const { cookie, id } = await startDue()
    const next = take(cookie, await get(cookie))
    expect((await get(next)).status).toBe(200)
    on.path.clock.time += graceMs - 1
    const still = await get(cookie)
    expect([still.status, still.setCookies]).toEqual([200, []])
    on.path.clock.time += 1
    const from = { cookie, 'user-agent': 'Other/1' }
    const reused = await ask(on.path.url, '/config', { headers: from, unsigned: true })
    expect(reused.status).toBe(401)
    expect((await get(next)).status).toBe(401)
    const told = on.path.audit.events.filter(({ kind }) => kind.startsWith('session.'))
    const asker = { session: id, userAgent: 'Other/1', address: '127.0.0.1' }
    expect(told).toMatchObject([
      { kind: 'session.token-reused', asker },
      { kind: 'session.ended', why: 'token-reused', asker },
    ])
    expect(on.path.audit.codes).toEqual(['session-ended', 'session-ended'])
  })

  it('answers whoever has it as any session that is over', async () => {
    const { cookie } = await startDue()
    await get(take(cookie, await get(cookie)))
    on.path.clock.time += graceMs
    const other = await on.path.signIn()
    await ask(on.path.url, '/.sekisho/api/logout', { method: 'POST', headers: { cookie: other.cookie } })
    const from = (cookie: string) =>
      ask(on.path.url, '/config', { headers: { cookie, 'user-agent': 'Other/1' }, unsigned: true })
    const [reused, ended] = [await from(cookie), await from(other.cookie)]
    const { date: _, ...headers } = reused.headers
    const { date: __, ...same } = ended.headers
    expect({ ...reused, headers }).toEqual({ ...ended, headers: same })
  })
})

describe('a request that left late, with the token from before', () => {
  it('is refused as a stranger’s, takes nothing from the browser, and its session goes on', async () => {
    const { cookie } = await startDue()
    const next = take(cookie, await get(cookie))
    expect((await get(next)).status).toBe(200)
    on.path.clock.time += graceMs
    const late = await get(cookie)
    expect([late.status, late.setCookies]).toEqual([401, []])
    expect((await get(next)).status).toBe(200)
    expect(on.path.audit.codes).toEqual(['login-required'])
    expect(toldOfSessions()).toEqual(['session.token-late'])
  })
})

const toldOfSessions = () =>
  on.path.audit.events.map(({ kind }) => kind).filter((kind) => kind.startsWith('session.'))

describe('of a session that is used over both versions of IP', () => {
  const [four, six] = ['203.0.113.66', '2001:db8::1']

  async function startBehindProxy() {
    const { cookie } = await on.start(plain, { trustedProxies: ['127.0.0.1/32'] })
    on.path.clock.time += renewMs
    const from = (address: string, cookie: string, unsigned = false) =>
      ask(on.path.url, '/config', { headers: { cookie, 'x-forwarded-for': address }, unsigned })
    const next = take(cookie, await from(six, cookie))
    expect((await from(six, next)).status).toBe(200)
    return { from, former: cookie, next }
  }

  it('a request of its browser that left late is one, by either', async () => {
    const { from, former, next } = await startBehindProxy()
    expect((await from(four, next)).status).toBe(200)
    on.path.clock.time += graceMs
    for (const address of [four, six]) expect((await from(address, former)).status).toBe(401)
    expect((await from(six, next)).status).toBe(200)
    expect(toldOfSessions()).toEqual(['session.token-late'])
  })

  it('a copy is none that was used meanwhile by the version that its owner doesn’t use', async () => {
    const { from, former, next } = await startBehindProxy()
    expect((await from(four, former, true)).status).toBe(200)
    on.path.clock.time += graceMs
    expect((await from(four, former, true)).status).toBe(401)
    expect((await from(six, next)).status).toBe(401)
    expect(toldOfSessions()).toEqual(['session.token-reused', 'session.ended'])
  })
})

describe('what belongs to a session', () => {
  it('stays its own when the token changes: streams, uploads, what it owns', async () => {
    const { cookie } = await on.start(streaming)
    const stream = on.path.gate.credentials
    const looked = await on.path.gate.sessions.look(
      cookie,
      { scheme: 'http', host: '' },
      { address: '127.0.0.1', userAgent: '' },
    )
    if (looked.kind !== 'active') throw new TypeError('It was just signed in.')
    const ends: string[] = []
    const stop = stream.watch({ kind: 'guest', session: looked.session }, () => void ends.push('ended'))
    on.path.clock.time += renewMs
    const next = take(cookie, await get(cookie, '/gradio_api/queue/data?session_hash=a'))
    await get(next, '/gradio_api/queue/data?session_hash=a')
    on.path.clock.time += graceMs
    await on.path.review()
    expect(ends).toEqual([])
    expect(await stream.isOpen({ kind: 'guest', session: looked.session })).toBe(true)
    stop()
  })
})
