/** Programs' signatures, on the whole path: what config and policy ask of tokens, and what a bound one is answered. */
import { Client, request } from 'undici'
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { challengeField, parseChallenge } from '../../src/contract/proof.ts'
import { paths } from '../../src/contract/contract.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import type { ApiTokenRow } from '../../src/store/rows.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import { ask as httpAsk } from '../rig/ask.ts'
import { comeFrom } from '../rig/come-from.ts'
import { Signer } from '../rig/signer.ts'
import { plain, streaming, useUpstream } from './with-upstream.ts'

const standing = useUpstream()
let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sekisho-bound-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

interface Token {
  readonly text: string
  readonly id: string
  /** Absent: a plain one. */
  readonly signer?: Signer
}

async function issue(kind: 'plain' | 'bound', more: Partial<ApiTokenRow> = {}): Promise<Token> {
  if (kind === 'plain') return standing.path.issueToken(more)
  const signer = new Signer()
  const { text, id } = await standing.path.issueToken({ ...more, proofKey: signer.row })
  signer.challengeBy(() => parseChallenge(standing.path.gate.proofs.challenge({ id, key: signer.row })))
  return { text, id, signer }
}

interface Asking {
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  readonly unsigned?: boolean
}

async function ask({ text, signer }: Token, target: string, { method = 'GET', body, unsigned }: Asking = {}) {
  const { url } = standing.path
  const signed =
    unsigned === true
      ? undefined
      : signer?.sign({ method, origin: url, path: target, ...(body !== undefined && { body }) })
  const json = body === undefined ? {} : { 'content-type': 'application/json' }
  const headers = { authorization: `Bearer ${text}`, ...json, ...signed }
  const answer = await request(`${url}${target}`, { method, headers, ...(body !== undefined && { body }) })
  return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
}

const call = (token: Token, name: string, more: Asking = {}) =>
  ask(token, `/gradio_api/run/${name}`, { method: 'POST', body: '{"data":["x"]}', ...more })
const statusOf = async (token: Token, name: string) => (await call(token, name)).status
const lastCode = () => standing.path.audit.codes.at(-1)

describe('a bound token', () => {
  beforeEach(() => standing.start(plain))

  it('signs whatever it asks for, pages and files too', async () => {
    const token = await issue('bound')
    for (const target of ['/', '/config', '/theme.css', '/gradio_api/info', '/gradio_api/heartbeat/abc']) {
      const { status, headers } = await ask(token, target, { unsigned: true })
      expect([target, status, lastCode()]).toEqual([target, 401, 'proof-missing'])
      expect(parseChallenge(String(headers[challengeField]))?.keyid).toBe(token.signer?.keyid)
      expect([target, (await ask(token, target)).status]).toEqual([target, 200])
    }
  })

  it('does not tell, without its key, what it may do', async () => {
    const roles = rolesFrom('all: { given_to: [tokens], call: [predict] }')
    await standing.start(plain, { policy: await loadPolicy({ roles, files: [] }) })
    const token = await issue('bound')
    const answers = []
    for (const name of ['run/predict', 'run/report', 'run/nothing', 'upload', 'queue/join', 'no/such/route'])
      answers.push(await ask(token, `/gradio_api/${name}`, { method: 'POST', body: '{}', unsigned: true }))
    const shown = answers.map(({ status, headers, body }) => {
      const { date: _, [challengeField]: challenge, ...others } = headers
      return { status, body, others, challenged: challenge !== undefined }
    })
    expect(new Set(shown.map((one) => JSON.stringify(one)))).toHaveLength(1)
    expect(shown[0]).toMatchObject({ status: 401, challenged: true })
    expect(new Set(standing.path.audit.codes)).toEqual(new Set(['proof-missing']))
    // With the key it may not upload, and is told so.
    expect((await ask(token, '/gradio_api/upload', { method: 'POST', body: '{}' })).status).toBe(403)
  })

  it('is answered like a stranger but for the challenge', async () => {
    const { body, status } = await call(await issue('bound'), 'predict', { unsigned: true })
    const stranger = await call({ text: 'x', id: '' }, 'predict')
    expect([status, body]).toEqual([401, stranger.body])
    expect([stranger.status, stranger.headers[challengeField]]).toEqual([401, undefined])
  })

  it('that is over is answered like a stranger, however well signed', async () => {
    const token = await issue('bound', { revokedAt: 1 })
    const { status, headers } = await call(token, 'predict')
    expect([status, headers[challengeField], lastCode()]).toEqual([401, undefined, 'token-invalid'])
  })

  it('gets a new challenge with an answer when its own is halfway through, and needs one when it is over', async () => {
    const token = await issue('bound')
    const epoch = token.signer?.challenge
    token.signer?.challengeBy(() => epoch)
    const challenged: boolean[] = []
    for (const minutes of [0, 2, 1, 1]) {
      standing.path.clock.time += minutes * 60_000
      const { status, headers } = await call(token, 'predict')
      expect(status).toBe(200)
      challenged.push(parseChallenge(String(headers[challengeField])) !== undefined)
    }
    expect(challenged).toEqual([false, false, true, true])
    standing.path.clock.time += 60_000
    expect([await statusOf(token, 'predict'), lastCode()]).toEqual([401, 'proof-stale'])
  })

  it('may send a digest of nothing where there is no body', async () => {
    const token = await issue('bound')
    const { text, signer } = token
    const headers = {
      authorization: `Bearer ${text}`,
      ...signer?.sign({ method: 'GET', origin: standing.path.url, path: '/config', body: '' }),
    }
    expect((await request(`${standing.path.url}/config`, { headers })).statusCode).toBe(200)
  })

  it('was last used when it last signed, whoever showed a copy of it since', async () => {
    const [token, old] = [await issue('bound'), await issue('plain')]
    const { clock, store } = standing.path
    const lastUses = async () => {
      clock.time += 60_000
      await standing.path.review()
      const uses = (await store.tokens.list()).map(({ token: row }) => [row.id, row.lastUsedAt] as const)
      return [token.id, old.id].map((id) => new Map<string, number | undefined>(uses).get(id))
    }
    for (const target of ['/config', '/']) await ask(token, target, { unsigned: true })
    expect(await lastUses()).toEqual([undefined, undefined])
    const at = clock.time
    for (const one of [token, old]) expect(await statusOf(one, 'predict')).toBe(200)
    expect(await lastUses()).toEqual([at, at])
    await call(token, 'predict', { unsigned: true })
    expect(await lastUses()).toEqual([at, at])
  })

  it('is not asked for a challenge where only people are', async () => {
    const token = await issue('bound')
    expect((await ask(token, paths.challenge)).status).toBe(403)
  })
})

describe('the place of a connection', () => {
  it.each([
    {
      what: 'goes before a stranger’s for a bound token alone',
      ...{ address: '203.0.113.7', unsigned: true, lost: 'first' },
    },
    {
      what: 'stays, as long as there are strangers, for a signed request',
      ...{ address: '203.0.113.7', unsigned: false, lost: 'second' },
    },
    {
      what: 'is a stranger’s again after a signed request where many people share it',
      ...{ address: '127.0.0.1', unsigned: false, lost: 'first' },
    },
  ])('$what', async ({ address, unsigned, lost }) => {
    await standing.start(plain, { connections: 2 })
    const street = await comeFrom(standing.path.server, address)
    const url = `http://127.0.0.1:${String(street.port)}`
    const { text, signer } = await issue('bound')
    const closed: string[] = []
    const connect = (name: string) => new Client(url).on('disconnect', () => closed.push(name))
    const clients = [connect('first'), connect('second'), connect('third')] as const
    const [first, second, third] = clients
    const from = async (client: Client, headers = {}) => {
      const answer = await client.request({ method: 'GET', path: '/config', headers })
      await answer.body.dump()
      return answer.statusCode
    }
    const signed = unsigned ? {} : signer?.sign({ method: 'GET', origin: url, path: '/config' })
    expect(await from(first, { authorization: `Bearer ${text}`, ...signed })).toBe(unsigned ? 401 : 200)
    expect([await from(second), await from(third)]).toEqual([401, 401])
    await expect.poll(() => closed).toEqual([lost])
    await Promise.all(clients.map((client) => client.destroy()))
    street.close()
  })

  it('is a stranger’s too for a copy of a cookie, with a page that it gets and never reads to the end', async () => {
    const { cookie, signer } = await standing.start(streaming, { connections: 2 })
    const { url } = standing.path
    const ended: string[] = []
    const hold = (name: string, headers: Record<string, string>) =>
      new Promise<void>((resolve, reject) => {
        const sent = get(`${url}/theme.css`, { headers, agent: false }, (answer) => {
          answer
            .on('close', () => ended.push(name))
            .on('error', () => undefined)
            .resume()
          resolve()
        })
        sent.on('error', reject)
      })
    const signed = signer.sign({ method: 'GET', origin: url, path: '/theme.css' })
    await hold('with the key', { cookie, ...signed })
    await hold('a copy', { cookie })
    expect((await httpAsk(url, paths.health)).status).toBe(200)
    await expect.poll(() => ended).toEqual(['a copy'])
  })
})

describe('a plain token', () => {
  it('opens what it may, without a signature', async () => {
    await standing.start(plain)
    expect(await statusOf(await issue('plain'), 'predict')).toBe(200)
  })

  it('opens nothing where the configuration demands signatures of programs', async () => {
    await standing.start(plain, { change: ({ proof }) => ({ proof: { ...proof, tokens: 'required' } }) })
    const [old, bound] = [await issue('plain'), await issue('bound')]
    for (const target of ['/', '/config', '/theme.css'])
      expect([target, (await ask(old, target)).status, lastCode()]).toEqual([target, 401, 'proof-missing'])
    // There is nothing to sign with, so no challenge either.
    const { status, headers } = await call(old, 'predict')
    expect([status, headers[challengeField]]).toEqual([401, undefined])
    expect(await statusOf(bound, 'predict')).toBe(200)
  })
})

describe('a policy about programs', () => {
  it('by roles: gives a function to those who sign', async () => {
    const roles = rolesFrom(
      'reader: { call: [predict] }',
      'writer: { call: [report], when: { proof: true } }',
    )
    await standing.start(plain, { policy: await loadPolicy({ roles, files: [] }) })
    const both = { roles: ['reader', 'writer'] }
    const [old, bound] = [await issue('plain', both), await issue('bound', both)]
    expect([await statusOf(old, 'predict'), await statusOf(bound, 'predict')]).toEqual([200, 200])
    expect([await statusOf(old, 'report'), lastCode()]).toEqual([403, 'policy-denied'])
    expect(await statusOf(bound, 'report')).toBe(200)
  })

  it('by Cedar: takes back from those who do not', async () => {
    const own = path.join(folder, 'own.cedar')
    await writeFile(
      own,
      `permit (principal, action in Sekisho::Action::"public", resource);
       permit (principal, action in Sekisho::Action::"useApp", resource);
       forbid (principal, action in Sekisho::Action::"useApp", resource)
       when { principal is Sekisho::Token }
       unless { context.proof };`,
    )
    await standing.start(plain, { policy: await loadPolicy({ roles: [], files: [own] }) })
    const [old, bound] = [await issue('plain'), await issue('bound')]
    expect([await statusOf(old, 'predict'), lastCode()]).toEqual([403, 'policy-denied'])
    expect((await ask(old, '/theme.css')).status).toBe(403)
    expect([await statusOf(bound, 'predict'), (await ask(bound, '/theme.css')).status]).toEqual([200, 200])
  })
})
