/** A body may be long in coming: what changed since its head came holds for it, and nobody honest suffers. */
import { once } from 'node:events'
import { request as openCall, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { graceMs, renewMs } from '../../src/sessions/lifetime.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { confirmationField } from '../../src/contract/proof.ts'
import { ask } from '../rig/ask.ts'
import { confirm, stepUpOf } from '../rig/confirm.ts'
import { logIn } from '../rig/log-in.ts'
import { findSigner, type Unsigned } from '../rig/signer.ts'
import { uploadOf, uploadStart, uploadType } from '../rig/upload-form.ts'
import type { PathOptions } from './start-path.ts'
import { plain, useUpstream } from './with-upstream.ts'

const on = useUpstream()
const target = '/gradio_api/run/report'
const body = '{"data":["x"]}'
const minute = 60_000
const given = { roles: ['chief'], attributes: {} }
const none = { roles: [], attributes: {} }

const open: (() => void)[] = []
afterEach(() => {
  for (const close of open.splice(0)) close()
})

/** `chief`: below `chief:`, what the role may. */
async function start(chief: string, more: Partial<PathOptions> = {}): Promise<void> {
  const roles = rolesFrom('see: { given_to: [users, tokens], call: [predict] }', `chief: ${chief}`)
  await on.start(plain, { policy: await loadPolicy({ roles, files: [] }), ...more })
}

async function signInAsBob(signed: Pick<Unsigned, 'path' | 'body'> = { path: target, body }) {
  const bob = await on.path.users.add('bob', 'a lighthouse for bob', given)
  const { cookie, id } = await on.path.signIn(bob)
  const signer = findSigner(on.path.url, cookie)
  const fields = signer?.sign({ method: 'POST', origin: on.path.url, ...signed })
  return { bob, id, cookie, headers: { cookie, ...fields } }
}

/** Sends the head, until the gate has let it in: only who may is asked for the body. */
async function beginAt(path: string, headers: OutgoingHttpHeaders) {
  const call = openCall(on.path.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', expect: '100-continue', ...headers },
  })
  open.push(() => call.destroy())
  call.flushHeaders()
  await once(call, 'continue')
  return call
}

/** Answers how to send the body. */
async function begin(headers: OutgoingHttpHeaders) {
  const call = await beginAt(target, { 'content-length': body.length, ...headers })
  return async () => {
    const answered = once(call, 'response')
    call.end(body)
    const [answer] = (await answered) as [IncomingMessage]
    answer.resume()
    const reached = on.upstream.reached.filter((one) => one.target === target).length
    return { status: answer.statusCode, code: on.path.audit.codes.at(-1), reached }
  }
}

const refusedAs = (status: number, code: string) => ({ status, code, reached: 0 })
const passed = { status: 200, code: undefined, reached: 1 }

describe('a call whose body comes late', () => {
  it('is refused when the role that allowed it was taken away', async () => {
    await start('{ call: [report] }')
    const { bob, headers } = await signInAsBob()
    const finish = await begin(headers)
    await on.path.store.users.endow(bob.id, () => none)
    expect(await finish()).toEqual(refusedAs(403, 'policy-denied'))
  })

  it('is refused when that was taken from whose token asks', async () => {
    await start('{ call: [report] }')
    const bob = await on.path.users.add('bob', 'a lighthouse for bob', given)
    const { text } = await on.path.issueToken({ user: bob.id, roles: ['chief'] })
    const finish = await begin({ authorization: `Bearer ${text}` })
    await on.path.store.users.endow(bob.id, () => none)
    expect(await finish()).toEqual(refusedAs(403, 'policy-denied'))
  })

  it('is refused when an attribute that the role asks for was taken away', async () => {
    await start('{ call: [report], when: { attributes: { department: finance } } }')
    const { bob, headers } = await signInAsBob()
    const finance = { ...given, attributes: { department: 'finance' } }
    await on.path.store.users.endow(bob.id, () => finance)
    const finish = await begin(headers)
    await on.path.store.users.endow(bob.id, () => given)
    expect(await finish()).toEqual(refusedAs(403, 'policy-denied'))
  })

  it.each([
    ['the password was given too long ago', 'auth_age: 5m', 'step-up-required'],
    // It begins at eight.
    ['the hours are over', 'hours: "07:00-08:10", time_zone: UTC', 'policy-denied'],
  ])('is refused when %s by then', async (_, when, code) => {
    await start(`{ call: [report], when: { ${when} } }`)
    const { headers } = await signInAsBob()
    const finish = await begin(headers)
    on.path.clock.time += 20 * minute
    expect(await finish()).toEqual(refusedAs(403, code))
  })

  it('is refused when the password has grown too old by then', async () => {
    await start('{ call: [report] }', { passwords: { maxAgeMs: 10 * minute } })
    const { headers } = await signInAsBob()
    const finish = await begin(headers)
    on.path.clock.time += 20 * minute
    expect(await finish()).toEqual(refusedAs(403, 'password-expired'))
  })

  it('is refused when the session is over', async () => {
    await start('{ call: [report] }')
    const { id, headers } = await signInAsBob()
    const finish = await begin(headers)
    const session = (await on.path.store.sessions.listOpen()).find((row) => row.id === id)
    await on.path.store.sessions.end(session?.id ?? expect.fail('no session'), on.path.clock.time, 'logout')
    expect(await finish()).toEqual(refusedAs(401, 'session-ended'))
  })

  it('is refused when the log can no longer be written', async () => {
    await start('{ call: [report] }')
    const { headers } = await signInAsBob()
    const finish = await begin(headers)
    on.path.audit.writable = false
    expect(await finish()).toEqual({ status: 503, code: undefined, reached: 0 })
  })

  it('that is an upload is broken off when the right to it is taken away', async () => {
    await start('{ call: [report], upload: true }')
    const path = '/gradio_api/upload'
    const { bob, headers } = await signInAsBob({ path, body: uploadOf(Buffer.from('x')) })
    const call = await beginAt(path, { ...headers, 'content-type': uploadType })
    await on.path.store.users.endow(bob.id, () => none)
    await on.path.review()
    const answered = once(call, 'response')
    call.write(uploadStart)
    const [answer] = (await answered) as [IncomingMessage]
    expect([answer.statusCode, on.path.audit.codes]).toEqual([403, ['policy-denied']])
    expect(on.upstream.reached).toEqual([])
  })

  it('passes when nothing changed but the time', async () => {
    await start('{ call: [report], when: { auth_age: 30m } }')
    const { headers } = await signInAsBob()
    const finish = await begin(headers)
    on.path.clock.time += 20 * minute
    expect(await finish()).toEqual(passed)
  })

  it('passes once with the code of a confirmation that was good when its head came', async () => {
    await start('{ call: [report], when: { fresh: call } }')
    const password = 'a lighthouse for bob'
    await on.path.users.add('bob', password, given)
    const { url, clock } = on.path
    const cookie = await logIn({ url, username: 'bob', password })
    const call = { method: 'POST', body, headers: { cookie, 'content-type': 'application/json' } }
    const { ticket } = stepUpOf((await ask(url, target, call)).headers) ?? expect.fail('Nobody was asked.')
    const confirmed = await confirm({ url, cookie, password, ticket })
    const code = (confirmed.kind === 'confirmed' ? confirmed.code : undefined) ?? expect.fail(confirmed.kind)
    const head = () => {
      const signed = { method: 'POST', origin: url, path: target, body }
      return begin({ cookie, [confirmationField]: code, ...findSigner(url, cookie)?.sign(signed) })
    }
    const [first, second] = [await head(), await head()]
    clock.time += 15 * minute
    expect(await first()).toMatchObject({ status: 200, reached: 1 })
    await on.path.review()
    expect(await second()).toMatchObject({ status: 403, code: 'step-up-required', reached: 1 })
    expect(on.path.audit.events.at(-1)).toMatchObject({ because: { confirmation: 'reused' } })
  })

  it('passes when the cookie was replaced meanwhile, and its session goes on', async () => {
    await start('{ call: [report] }')
    on.path.clock.time += renewMs
    const { id, cookie, headers } = await signInAsBob()
    const finish = await begin(headers)
    on.path.clock.time += renewMs
    const { sessions } = on.path.gate
    const site = { scheme: 'http', host: '' } as const
    const from = { address: '127.0.0.1', userAgent: 'test' }
    const looked = await sessions.look(cookie, site, from)
    if (looked.kind !== 'active') throw new TypeError('It was just signed in.')
    const next = await sessions.renew(looked.session, cookie, site)
    expect(await sessions.look(next?.split(';')[0], site, from)).toMatchObject({ kind: 'active' })
    on.path.clock.time += graceMs
    expect(await finish()).toEqual(passed)
    expect((await on.path.store.sessions.listOpen()).map((row) => row.id)).toContain(id)
  })
})
