/**
 * The story: a session cookie is copied out of a browser, a backup or a log, and used on another machine. With `auth=` the cookie is
 * the session. At the gate it opens documents; what is done and what comes of it needs the key, which stays in the browser.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { graceMs, renewMs } from '../../src/sessions/lifetime.ts'
import { ask, type Asked } from '../rig/ask.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { cookieHeaderOf, logIn } from '../rig/log-in.ts'
import { findSigner, rememberSigner, Signer } from '../rig/signer.ts'
import { countRecords, readAuditRecords } from './audit-records.ts'
import { gradioDoor } from './doors.ts'
import { useApp, useAppWithAuth, useGate } from './targets.ts'

const withAuth = useAppWithAuth()
const bare = useApp('careless')
const gate = useGate(bare)

const minute = 60_000

/** Another machine, another program. */
const thief = { from: '127.0.0.2', unsigned: true } as const
const headersOf = (cookie: string) => ({ cookie, 'user-agent': 'thief/1.0' })

const json = { 'content-type': 'application/json' }
const predict = JSON.stringify({ data: ['abc'] })

function call(url: string, cookie: string, more: Readonly<Record<string, string>> = {}): Promise<Asked> {
  const headers = { ...headersOf(cookie), ...json, ...more }
  return ask(url, '/gradio_api/run/predict', { ...thief, method: 'POST', headers, body: predict })
}

const signInAt = ({ url, password }: Pick<GateHere, 'url' | 'password'>) => logIn({ url, password })

/** A browser whose token was replaced, which goes on with the next; its key is the same. */
async function signInAndGoOn(own: GateHere) {
  const cookie = await signInAt(own)
  own.clock.advance(renewMs)
  const signer = findSigner(own.url, cookie) ?? expect.fail('Whoever signs in has a key.')
  const askWith = (held: string) => {
    rememberSigner(own.url, held, signer)
    return ask(own.url, '/config', { headers: { cookie: held } })
  }
  const next = cookieHeaderOf((await askWith(cookie)).setCookies)
  expect((await askWith(next)).status).toBe(200)
  return { cookie, goOn: () => askWith(next) }
}

describe('3.07 a stolen cookie, used from another machine', () => {
  it('succeeds on auth=', async () => {
    const { url } = withAuth()
    const knock = await gradioDoor(url).knock({ user: 'bob', password: 'bobpw' })
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    const stolen = await call(url, knock.cookie)
    expect(stolen.status).toBe(200)
    expect(stolen.body).toContain('cba')
  })

  it('is blocked by the gate: nothing is called, fed, cancelled, uploaded or listened to with it', async () => {
    const { url, auditDir } = gate()
    const cookie = await signInAt(gate())
    const form = { 'content-type': 'multipart/form-data; boundary=x' }
    const file = '--x\r\ncontent-disposition: form-data; name="files"; filename="a"\r\n\r\na\r\n--x--\r\n'
    const tries = [
      { method: 'POST', path: '/gradio_api/run/predict', fields: json, body: predict },
      { method: 'POST', path: '/gradio_api/api/predict', fields: json, body: predict },
      { method: 'POST', path: '/gradio_api/call/predict', fields: json, body: predict },
      { method: 'POST', path: '/gradio_api/queue/join', fields: json, body: '{"data":["abc"],"fn_index":0,"session_hash":"abc"}' },
      { method: 'GET', path: '/gradio_api/queue/data?session_hash=abc', fields: {} },
      { method: 'GET', path: '/gradio_api/call/predict/0123456789abcdef', fields: {} },
      { method: 'GET', path: '/gradio_api/heartbeat/abc', fields: {} },
      { method: 'POST', path: '/gradio_api/cancel', fields: json, body: '{"session_hash":"abc","fn_index":0,"event_id":"x"}' },
      { method: 'POST', path: '/gradio_api/reset', fields: json, body: '{"event_id":"x"}' },
      { method: 'POST', path: '/gradio_api/component_server', fields: json, body: '{"data":"","component_id":1,"fn_name":"ls","session_hash":"abc"}' },
      { method: 'POST', path: '/gradio_api/upload', fields: form, body: file },
      { method: 'GET', path: '/gradio_api/upload_progress?upload_id=abc', fields: {} },
      { method: 'GET', path: '/gradio_api/deep_link?session_hash=abc', fields: {} },
    ] // prettier-ignore
    const before = await countRecords(auditDir, 'proof-missing')
    for (const { method, path, fields, body } of tries) {
      const headers = { ...headersOf(cookie), ...fields }
      const asking = { ...thief, method, headers, headOnly: true, ...(body !== undefined && { body }) }
      expect([path, (await ask(url, path, asking)).status]).toEqual([path, 401])
    }
    await expect
      .poll(() => countRecords(auditDir, 'proof-missing'), { timeout: 30_000 })
      .toBe(before + tries.length)
  })

  it("is blocked by the gate: a challenge can be had with it, and answered with no key but the browser's", async () => {
    const { url } = gate()
    const cookie = await signInAt(gate())
    const own = new Signer()
    const { headers } = await ask(url, paths.challenge, { ...thief, headers: headersOf(cookie) })
    expect(own.hear(headers)).toBe(true)
    const signed = () =>
      own.sign({ method: 'POST', origin: url, path: '/gradio_api/run/predict', body: predict })
    expect((await call(url, cookie, signed())).status).toBe(401)
    // Under the name of the key that is the right one.
    const right = own.challenge?.keyid ?? ''
    const claimed = Object.fromEntries(
      Object.entries(signed()).map(([name, value]) => [name, value.replace(own.keyid, right)]),
    )
    expect((await call(url, cookie, claimed)).status).toBe(401)
  })

  it('is blocked by the gate, while its owner works on', async () => {
    const { url } = gate()
    const cookie = await signInAt(gate())
    expect((await call(url, cookie)).status).toBe(401)
    const headers = { cookie, ...json }
    const own = await ask(url, '/gradio_api/run/predict', { method: 'POST', headers, body: predict })
    expect(own.body).toContain('cba')
  })

  it('is seen by the gate: used beside its owner, from another network', async () => {
    await using own = await startGateHere({ upstream: bare().url })
    const cookie = await signInAt(own)
    for (const from of ['127.0.0.1', '127.9.0.2', '127.0.0.1']) {
      const answer = await ask(own.url, '/config', { from, unsigned: true, headers: headersOf(cookie) })
      expect(answer.status).toBe(200)
    }
    const kinds = async () => (await readAuditRecords(own.auditDir)).map(({ kind }) => kind)
    await expect.poll(kinds).toContain('session.two-networks')
  })

  it('is blocked by the gate: a copy from before the token changed ends the session, and is on record', async () => {
    await using own = await startGateHere({ upstream: bare().url })
    const { cookie, goOn } = await signInAndGoOn(own)
    own.clock.advance(graceMs)
    const stolen = await ask(own.url, '/config', { ...thief, headers: headersOf(cookie) })
    expect(stolen.status).toBe(401)
    expect((await goOn()).status).toBe(401)
    const ends = (await readAuditRecords(own.auditDir)).filter(({ kind }) => kind.startsWith('session.'))
    expect(ends).toMatchObject([
      { kind: 'session.token-reused', event: expect.stringMatching(/^authn_token_reuse:/) as string },
      { kind: 'session.ended', why: 'token-reused' },
    ])
    const headers = { cookie: await signInAt(own) }
    expect((await ask(own.url, '/config', { headers })).status).toBe(200)
  })

  it('is blocked by the gate: used before and after the token changed, it ends the session', async () => {
    await using own = await startGateHere({ upstream: bare().url })
    const { cookie, goOn } = await signInAndGoOn(own)
    const stolen = () => ask(own.url, '/config', { ...thief, headers: headersOf(cookie) })
    expect((await stolen()).status).toBe(200)
    own.clock.advance(graceMs)
    expect((await stolen()).status).toBe(401)
    expect((await goOn()).status).toBe(401)
    const kinds = (await readAuditRecords(own.auditDir)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind.startsWith('session.'))).toEqual([
      'session.token-reused',
      'session.ended',
    ])
  })

  it('is blocked by the gate: whoever polls with it gets no next one, and keeps nothing alive', async () => {
    await using own = await startGateHere({ upstream: bare().url })
    const cookie = await signInAt(own)
    const poll = (path: string) => ask(own.url, path, { ...thief, headers: headersOf(cookie) })
    for (let passed = 0; passed < 60 * minute; passed += 20 * minute) {
      for (const path of ['/', '/config', paths.session, paths.challenge, '/theme.css']) {
        const answer = await poll(path)
        expect([path, answer.status < 300, answer.setCookies]).toEqual([path, true, []])
      }
      expect((await call(own.url, cookie)).status).toBe(401)
      own.clock.advance(20 * minute)
    }
    expect((await poll('/config')).status).toBe(401)
    const codes = async () => (await readAuditRecords(own.auditDir)).map(({ code }) => code)
    await expect.poll(codes).toContain('session-expired')
  })

  it('reads documents and descriptions of the app, as the documentation says', async () => {
    const { url } = gate()
    const cookie = await signInAt(gate())
    expect((await ask(url, '/config', { ...thief, headers: headersOf(cookie) })).status).toBe(200)
  })
})

describe('files of a session whose cookie was stolen', () => {
  const started: GateHere[] = []
  afterAll(async () => {
    for (const one of started) await one.stop()
  })

  it.each([
    ['optional', 404],
    ['required', 401],
  ] as const)('are closed where the operator says so: files: %s', async (files, status) => {
    const config = { proof: { calls: 'required', files, tokens: 'optional' } } as const
    const strict = await startGateHere({ upstream: bare().url, config })
    started.push(strict)
    const headers = headersOf(await signInAt(strict))
    const answer = await ask(strict.url, '/gradio_api/file=/nothing/of/anybody', { ...thief, headers })
    expect(answer.status).toBe(status)
  })
})
