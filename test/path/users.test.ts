/** Users on the whole path: by name, by invitation, a new password, and what each leaves in the log. */
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { paths, type SessionState } from '../../src/contract/contract.ts'
import type { UserRow } from '../../src/store/rows.ts'
import { logIn, post, tryToLogIn } from '../rig/log-in.ts'
import { changePassword, join, prepareJoin } from '../rig/set-password.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'
import { startPath, type Path } from './start-path.ts'
import { streaming } from './with-upstream.ts'

// New passwords are stretched as in earnest, by several workers at once on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const password = 'a lighthouse for bob'
const next = 'nobody knows this one yet'

let upstream: Upstream
let path: Path
let bob: UserRow

beforeEach(async () => {
  upstream = await startUpstream(streaming)
  path = await startPath({ upstream })
  bob = await path.users.add('bob', password)
})

afterEach(async () => {
  await path.close()
  await upstream.close()
})

const kinds = () => path.audit.events.map((event) => event.kind)
const signIn = (typed = password) => logIn({ url: path.url, username: 'bob', password: typed })
const get = (target: string, headers: Record<string, string> = {}) =>
  request(path.url + target, { headers }).then(async (answer) => ({
    status: answer.statusCode,
    headers: answer.headers,
    text: await answer.body.text(),
  }))

async function openStream(cookie: string) {
  const answer = await request(`${path.url}/gradio_api/queue/data?session_hash=a`, { headers: { cookie } })
  const chunks = answer.body[Symbol.asyncIterator]()
  await chunks.next()
  return chunks
}

describe('a user', () => {
  it('signs in by name, is told so, and stands in the log by name', async () => {
    const cookie = await signIn()
    const state = JSON.parse((await get(paths.session, { cookie })).text) as SessionState
    expect(state).toMatchObject({ principal: 'user', username: 'bob' })
    const stream = await openStream(cookie)
    await expect.poll(kinds).toEqual(['login.started', 'login.succeeded', 'request.granted'])
    expect(path.audit.events).toMatchObject([
      { asker: { principal: 'nobody', username: 'bob' } },
      { asker: { principal: 'user', username: 'bob', session: state.id } },
      { asker: { principal: 'user', username: 'bob', session: state.id }, action: 'openStream' },
    ])
    const left = expect(stream.next()).rejects.toThrow()
    await path.close()
    await left
    path = await startPath({ upstream })
  })

  it('is signed out at once when disabled, streams included', async () => {
    const cookie = await signIn()
    const stream = await openStream(cookie)
    const ended = expect(stream.next()).rejects.toThrow()
    await path.store.users.disable(bob.id, path.clock.now())
    await path.review()
    path.clock.time += 31_000
    await path.review()
    await ended
    expect((await get('/config', { cookie })).status).toBe(401)
    expect(path.audit.codes).toEqual(['session-ended'])
    expect((await tryToLogIn({ url: path.url, username: 'bob', password })).kind).toBe('wrong-password')
  })

  it('changes the password; the other session and its stream end, the new password signs in', async () => {
    const other = await signIn()
    const stream = await openStream(other)
    const ended = expect(stream.next()).rejects.toThrow()
    const cookie = await signIn()
    const changed = await changePassword({ current: password, next }, { url: path.url, headers: { cookie } })
    expect(changed?.status).toBe(204)
    expect(changed?.headers.getSetCookie()[0]).toMatch(/^__Host-sekisho-test=;.*Max-Age=0$/)
    await ended
    for (const one of [cookie, other]) expect((await get('/config', { cookie: one })).status).toBe(401)
    expect((await tryToLogIn({ url: path.url, username: 'bob', password })).kind).toBe('wrong-password')
    await signIn(next)
    expect(path.audit.events).toContainEqual(
      expect.objectContaining({
        kind: 'password.changed',
        user: { id: bob.id, name: 'bob' },
        sessionsEnded: 2,
      }),
    )
  })

  it('sees at once that the current password was wrong, and nothing changes', async () => {
    const cookie = await signIn()
    const changed = await changePassword(
      { current: 'not the right one', next },
      { url: path.url, headers: { cookie } },
    )
    expect(changed).toBeUndefined()
    expect((await get('/.sekisho/account', { cookie })).status).toBe(200)
    path.clock.time += 60_000
    await path.review()
    expect(path.audit.events.at(-1)).toMatchObject({
      kind: 'login.abandoned',
      asker: { principal: 'user', username: 'bob' },
    })
  })

  it('may load the account page and the rules for a new password; guests and strangers may not', async () => {
    const { cookie } = await path.signIn(bob)
    const { cookie: guest } = await path.signIn()
    for (const target of [paths.account, paths.passwordRules]) {
      expect((await get(target, { cookie })).status).toBe(200)
      expect((await get(target, { cookie: guest })).status).toBe(403)
      expect((await get(target)).status).toBe(401)
    }
    expect(JSON.parse((await get(paths.passwordRules, { cookie })).text)).toEqual({
      least: 15,
      composition: [],
      siteWords: ['bob'],
    })
    for (const one of [paths.passwordStart, paths.passwordProve, paths.passwordSet]) {
      expect((await post(path.url, one, {}, { cookie })).status).toBe(400)
      expect((await post(path.url, one, {}, { cookie: guest })).status).toBe(403)
      expect((await post(path.url, one, {})).status).toBe(401)
      expect((await post(path.url, one, {}, { cookie, origin: 'https://evil.test' })).status).toBe(403)
    }
  })
})

describe('an invitation', () => {
  it('leads from the page to a password and a session, and is then over', async () => {
    const carol = await path.users.add('carol')
    const invitation = await path.users.invite(carol)
    const page = await get(paths.join)
    expect(page.status).toBe(200)
    expect(page.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("default-src 'none'") as unknown,
    })
    const looked = await post(path.url, paths.joinLook, { invitation })
    expect(await looked.json()).toMatchObject({ username: 'carol', purpose: 'join', expiresIn: 86_400 })
    expect((await join(invitation, next, path)).status).toBe(204)
    expect(await logIn({ url: path.url, username: 'carol', password: next })).toContain('sekisho-test=')
    const about = { user: { id: carol.id, name: 'carol' }, asker: { username: 'carol', principal: 'nobody' } }
    expect(path.audit.events.filter(({ kind }) => /^(?:invitation|password)\./.test(kind))).toMatchObject([
      { kind: 'invitation.used', purpose: 'join', ...about },
      { kind: 'password.changed', sessionsEnded: 0, ...about },
    ])
    const again = await post(path.url, paths.joinLook, { invitation })
    expect([again.status, await again.json()]).toEqual([
      404,
      {
        code: 'invitation-invalid',
        message: 'This invitation cannot be used. Please ask for a new one.',
      },
    ])
    expect(path.audit.events.at(-1)).toMatchObject({
      kind: 'request.refused',
      code: 'invitation-invalid',
      because: { why: 'used' },
      entry: 'gate.join.look',
    })
  })

  it('ends the sessions of the old password, and their streams, when it is one for a new password', async () => {
    const cookie = await signIn()
    const stream = await openStream(cookie)
    const ended = expect(stream.next()).rejects.toThrow()
    expect((await join(await path.users.invite(bob), next, path)).status).toBe(204)
    await ended
    expect((await get('/config', { cookie })).status).toBe(401)
    await signIn(next)
  })

  it('leaves its secret nowhere in the log', async () => {
    const invitation = await path.users.invite(bob)
    await post(path.url, paths.joinLook, { invitation })
    await join(invitation, next, path)
    await post(path.url, paths.joinLook, { invitation })
    expect(JSON.stringify(path.audit.events)).not.toContain(invitation)
  })

  it('is not taken from another site’s page', async () => {
    const invitation = await path.users.invite(bob)
    const foreign = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
    expect((await post(path.url, paths.joinLook, { invitation }, foreign)).status).toBe(403)
    expect(path.audit.codes).toEqual(['origin-foreign'])
  })
})

describe('over plain HTTP on a public address', () => {
  it('no password is set, whatever is sent, and the log says why', async () => {
    const invitation = await path.users.invite(bob)
    const { cookie } = await path.signIn(bob)
    const headers = { host: '192.0.2.7:8484', origin: 'http://192.0.2.7:8484', cookie }
    const send = async (target: string, body: unknown) => {
      const answer = await request(path.url + target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
      return [answer.statusCode, ((await answer.body.json()) as { code: string }).code]
    }
    const targets = [paths.joinLook, paths.joinStart, paths.joinFinish]
    const own = [paths.passwordStart, paths.passwordProve, paths.passwordSet]
    for (const target of [...targets, ...own]) {
      expect(await send(target, { invitation }), target).toEqual([403, 'registration-insecure'])
    }
    expect(new Set(path.audit.codes)).toEqual(new Set(['registration-insecure']))
    expect((await join(invitation, next, path)).status).toBe(204)
  })

  it('one is set where a trusted proxy ended TLS', async () => {
    const proxied = await startPath({
      upstream,
      trustedProxies: ['127.0.0.1/32'],
      hosts: ['demo.example.org'],
    })
    const carol = await proxied.users.add('carol')
    const invitation = await proxied.users.invite(carol)
    const answer = await request(proxied.url + paths.joinLook, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        host: 'demo.example.org',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'demo.example.org',
      },
      body: JSON.stringify({ invitation }),
    })
    expect(answer.statusCode).toBe(200)
    await answer.body.dump()
    await proxied.close()
  })
})

describe('the login page', () => {
  const shown = async () => {
    const asked: string[] = []
    const { pages } = path.gate.web
    const spy = await startPath({
      upstream,
      change: (gate) => ({
        web: {
          ...gate.web,
          pages: {
            get: (name: string) => {
              asked.push(name)
              return pages.get(name)
            },
          } as unknown as typeof pages,
        },
        login: path.gate.login,
      }),
    })
    const { status } = await fetch(spy.url + paths.login)
    await spy.close()
    return [status, ...asked]
  }

  it('is the one for what there is: the shared password, users, or both', async () => {
    expect(await shown()).toEqual([200, 'login.users.en.html'])
    await path.users.setSharedPassword('everybody knows this one')
    expect(await shown()).toEqual([200, 'login.both.en.html'])
    await path.store.users.remove(bob.id, path.clock.now())
    expect(await shown()).toEqual([200, 'login.guest.en.html'])
    await path.store.passwords.remove('shared', path.clock.now(), 'operator')
    expect(await shown()).toEqual([200, 'login.guest.en.html'])
  })
})

describe('where passwords grow old', () => {
  const day = 86_400_000
  it('an old one opens the account page only, until a new one is chosen', async () => {
    const aged = await startPath({ upstream, passwords: { maxAgeMs: 30 * day } })
    await aged.users.add('bob', password)
    aged.clock.time += 30 * day
    const cookie = await logIn({ url: aged.url, username: 'bob', password })
    const headers = { cookie }
    const call = await fetch(`${aged.url}/config`, { headers })
    expect([call.status, await call.json()]).toEqual([403, { detail: 'Please change your password.' }])
    const visit = await request(aged.url, {
      headers: { cookie, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    })
    expect([visit.statusCode, visit.headers['location']]).toEqual([303, '/.sekisho/account?reason=expired'])
    expect(aged.audit.codes).toEqual(['password-expired', 'password-expired'])
    expect(upstream.reached).toEqual([])
    for (const target of [paths.account, paths.session, paths.passwordRules])
      expect((await fetch(aged.url + target, { headers })).status).toBe(200)
    const changed = await changePassword({ current: password, next }, { url: aged.url, headers })
    expect(changed?.status).toBe(204)
    const fresh = await logIn({ url: aged.url, username: 'bob', password: next })
    const chunks = await request(`${aged.url}/config`, { headers: { cookie: fresh } })
    expect(chunks.statusCode).toBe(200)
    chunks.body.destroy().on('error', () => undefined)
    await aged.close()
  })

  it('a session that passes the age in the middle is sent there too', async () => {
    const aged = await startPath({ upstream, passwords: { maxAgeMs: 30 * day } })
    const user = await aged.users.add('bob', password)
    aged.clock.time += 30 * day - 1000
    const { cookie } = await aged.signIn(user)
    aged.clock.time += 1000
    expect((await fetch(`${aged.url}/config`, { headers: { cookie } })).status).toBe(403)
    const { cookie: guest } = await aged.signIn()
    const config = await request(`${aged.url}/config`, { headers: { cookie: guest } })
    expect(config.statusCode).toBe(200)
    config.body.destroy().on('error', () => undefined)
    await aged.close()
  })
})

describe('what waits for the log', () => {
  it('no password is set while the log can’t be written', async () => {
    const invitation = await path.users.invite(bob)
    const finish = await prepareJoin(invitation, next, path)
    if (finish instanceof Response) throw new TypeError('not begun')
    path.audit.writable = false
    expect((await finish()).status).toBe(503)
    path.audit.writable = true
    await signIn()
    expect((await finish()).status).toBe(204)
  })
})
