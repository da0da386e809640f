/**
 * The story: a key for a script ends up where others read it — an address, a log, the app itself — or is used after it was
 * taken back, or for what only its owner may do. The gate takes it from one place, hands it to nobody, and forgets it in time.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { makeApiToken } from '../../src/tokens/token.ts'
import { ask, askJson } from '../rig/ask.ts'
import { logIn } from '../rig/log-in.ts'
import { rawRequest, sendRaw } from '../rig/raw-http.ts'
import { startTestGate, type TestGate } from '../rig/test-gate.ts'
import { callFunction } from '../rig/use-app.ts'
import { startWireTap, type WireTap } from '../rig/wire-tap.ts'
import { readAuditRecords } from './audit-records.ts'
import { readAll } from './read-all.ts'
import { useApp } from './targets.ts'

const app = useApp('kitchen')
let wire: WireTap
let gate: TestGate
/** Every token of this file: none may stand anywhere when all is done. */
const made: string[] = []
/** Of a busy machine. */
const patient = { timeout: 30_000 }

beforeAll(async () => {
  wire = await startWireTap(app().url)
  gate = await startTestGate({ upstream: wire.url })
  await sekisho('user', 'add', 'bob', '--generate')
})
afterAll(async () => {
  await gate.stop()
  await wire.stop()
})

async function sekisho(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await gate.cli(...args)
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return stdout
}

let count = 0
async function createToken(
  ...more: readonly string[]
): Promise<{ readonly token: string; readonly id: string }> {
  count += 1
  const out = await sekisho('token', 'create', '--json', '--name', `script ${String(count)}`, ...more)
  const created = JSON.parse(out) as { token: string; id: string }
  made.push(created.token)
  return created
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const config = async (headers: Readonly<Record<string, string>>, target = '/config') =>
  (await ask(gate.url, target, { headers })).status
const auditDir = () => path.join(gate.home, 'state', 'audit')
const refusals = async () =>
  (await readAuditRecords(auditDir())).flatMap(({ kind, code }) => (kind === 'request.refused' ? [code] : []))
/** The refusals that `deed` brought, once they are on disk. */
async function refusedBy(deed: () => Promise<unknown>, least = 1): Promise<readonly (string | undefined)[]> {
  const before = (await refusals()).length
  await deed()
  await expect.poll(async () => (await refusals()).length - before, patient).toBeGreaterThanOrEqual(least)
  return (await refusals()).slice(before)
}

describe('a token', () => {
  it('opens the app from the Authorization field, and the app learns nothing of it', async () => {
    const { token } = await createToken('--user', 'bob')
    // Some programs name themselves by all that they have; the log keeps what they call themselves.
    const talkative = { ...bearer(token), 'user-agent': `ci/${token}`, 'accept-encoding': token }
    expect(await callFunction(gate.url, 'echo', ['hi'], { headers: talkative })).toEqual(['echo: hi'])
    expect(await config(talkative, '/theme.css')).toBe(200)
    const [seen] = (await callFunction(gate.url, 'request', [], { headers: bearer(token) })) ?? []
    expect(JSON.stringify(seen)).toContain('x-forwarded-for')
    expect(JSON.stringify(seen).toLowerCase()).not.toMatch(/sekisho_|authorization/)
    // An app without the gate sees what its clients send.
    const [direct] = (await callFunction(app().url, 'request', [], { headers: bearer('x'.repeat(40)) })) ?? []
    expect(JSON.stringify(direct)).toContain('x'.repeat(40))
  })

  it('in an address opens nothing, for anybody, and does not go further', async () => {
    const { token, id } = await createToken()
    const cookie = await logIn(gate)
    const twice = encodeURIComponent(token.replace('sekisho', '%73ekisho'))
    const targets = [
      `/config?token=${token}`,
      `/config?access_token=${token}`,
      `/config?a=b&authorization=Bearer%20${token}`,
      `/config?next=${twice}`,
      `/config?token=${token.replace('sekisho', 'SEKISHO')}`,
      `/gradio_api/file=${token}`,
      `/gradio_api/queue/data?session_hash=${token}`,
      `/.sekisho/login?returnTo=/${token}`,
    ]
    const answers: number[] = []
    const codes = await refusedBy(async () => {
      for (const target of targets) {
        for (const headers of [{}, bearer(token), { cookie }] as const)
          answers.push(await config(headers, target))
      }
    }, targets.length * 3)
    expect(new Set(answers)).toEqual(new Set([400]))
    expect(new Set(codes)).toEqual(new Set(['credential-misplaced']))
    const lines = (await readAll(auditDir()))
      .split('\n')
      .filter((line) => line.includes('credential-misplaced'))
    // The operator learns which one to revoke.
    expect(lines.filter((line) => line.includes(`"id":"${id}"`))).toHaveLength(lines.length)
  })

  it('in a cookie, a body or another field opens nothing', async () => {
    const { token } = await createToken()
    const answers: number[] = []
    const codes = await refusedBy(async () => {
      answers.push(await config({ cookie: `token=${token}` }))
      answers.push(await config({ cookie: `__Host-sekisho-abcd2345=${token}` }))
      for (const name of ['x-api-key', 'x-auth-token', 'x-hf-authorization', 'proxy-authorization'])
        answers.push(await config({ [name]: `Bearer ${token}` }))
      for (const scheme of ['Basic', 'Token', 'sekisho'])
        answers.push(await config({ authorization: `${scheme} ${token}` }))
      answers.push(await config({ authorization: token }))
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const body = `access_token=${token}`
      const path = '/gradio_api/run/fast_echo'
      answers.push((await ask(gate.url, path, { method: 'POST', headers: form, body })).status)
      answers.push((await askJson(gate.url, path, { data: [token], token })).status)
    }, 12)
    expect(answers).toEqual([400, 400, ...Array.from({ length: 10 }, () => 401)])
    expect(codes.filter((code) => code === 'credential-misplaced')).toHaveLength(2)
    expect(codes.filter((code) => code === 'login-required')).toHaveLength(10)
  })

  it('beside a session, or a second token, opens nothing: nobody can tell whom to hold to account', async () => {
    const [one, two] = [await createToken(), await createToken()]
    const cookie = await logIn(gate)
    const both = [`Authorization: Bearer ${one.token}`, `authorization: Bearer ${two.token}`]
    const statuses: (number | undefined)[] = []
    const codes = await refusedBy(async () => {
      statuses.push(await config({ ...bearer(one.token), cookie }))
      statuses.push((await sendRaw(gate.port, rawRequest('GET /config', both))).status)
      statuses.push(await config({ authorization: `Bearer ${one.token}, Bearer ${two.token}` }))
    }, 3)
    expect(statuses).toEqual([400, 400, 401])
    expect(codes).toEqual(['credential-ambiguous', 'header-ambiguous', 'token-invalid'])
  })

  it('does not do what only a person may: sign out, change a password, join, sign in', async () => {
    const { token } = await createToken('--user', 'bob')
    const people: readonly (readonly ['GET' | 'POST', string])[] = [
      ['GET', paths.session],
      ['POST', paths.logout],
      ['GET', paths.account],
      ['POST', paths.passwordStart],
      ['POST', paths.passwordSet],
      ['POST', paths.joinStart],
      ['POST', paths.joinFinish],
      ['POST', paths.loginStart],
    ]
    for (const [method, target] of people) {
      const headers = {
        ...bearer(token),
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      }
      const body = method === 'POST' ? { body: '{}' } : {}
      expect((await ask(gate.url, target, { method, headers, ...body })).status, target).toBe(403)
    }
  })

  it('that somebody guesses or mistypes gets the answer of any stranger', async () => {
    const { token } = await createToken()
    const wrong = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
    const show = async (headers: Readonly<Record<string, string>>) => {
      const { status, headers: shown, body } = await ask(gate.url, '/config', { headers })
      return { status, body, headers: { ...shown, date: '' } }
    }
    const stranger = await show({})
    for (const headers of [
      bearer(wrong),
      bearer(makeApiToken().reveal()),
      bearer('x'),
      { authorization: 'Bearer' },
    ])
      expect(await show(headers)).toEqual(stranger)
  })
})

describe('a token that is over', () => {
  const cutStreams = async () =>
    (await readAuditRecords(auditDir())).filter(({ why }) => why === 'token-ended').length

  it.each(['revoked', 'disabled', 'removed'] as const)(
    'because it was %s opens nothing, and what is open is cut',
    async (how) => {
      const user = `${how}.user`
      await sekisho('user', 'add', user, '--generate')
      const { token, id } = await createToken('--user', user)
      const started = await askJson(
        gate.url,
        '/gradio_api/call/count',
        { data: [600, 0.1] },
        { headers: bearer(token) },
      )
      const { event_id } = JSON.parse(started.body) as { event_id: string }
      const stream = await fetch(`${gate.url}/gradio_api/call/count/${event_id}`, { headers: bearer(token) })
      const pieces = (stream.body as ReadableStream<Uint8Array>)[Symbol.asyncIterator]()
      expect(new TextDecoder().decode((await pieces.next()).value)).toContain('counted')
      const rest = async () => {
        for (;;) if ((await pieces.next()).done === true) return 'finished'
      }
      const cut = rest().catch(() => 'cut')
      const before = await cutStreams()

      if (how === 'revoked') await sekisho('token', 'revoke', id)
      if (how === 'disabled') await sekisho('user', 'disable', user)
      if (how === 'removed') await sekisho('user', 'remove', user, '--yes')
      expect(await config(bearer(token))).toBe(401)
      expect(await cut).toBe('cut')
      await expect.poll(cutStreams, patient).toBe(before + 1)
    },
  )
})

describe('what is left of all these tokens', () => {
  it('is nothing: not at the app, not in logs, output or database, where only hashes are', async () => {
    expect(made.length).toBeGreaterThan(8)
    const printed = gate.process.output()
    // Writes what waits: last uses, the end of the log.
    await gate.restart()
    const written = [
      await readAll(gate.home),
      printed,
      wire.sent,
      app().process.output(),
      await readAll(app().temporary),
    ]
    for (const token of made) {
      const secret = token.slice('sekisho_'.length, -6)
      for (const text of written) expect(text.includes(secret)).toBe(false)
    }
    // The search finds what is there.
    expect(written[0]).toContain('token.created')
    expect(wire.sent).toContain('GET /config')
    expect(await readFile(path.join(gate.home, 'state', 'sekisho.db'), 'latin1')).toContain('script 1')
  })
})
