/**
 * The story: a program's token is found where it doesn't belong, or a whole request of the program was recorded. With a plain token
 * that is all that it takes. A bound token is worth nothing without its key, and each of its requests is good once, as it was made.
 */
import { hash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { challengeField, digestField } from '../../src/contract/proof.ts'
import { ask, type Asked } from '../rig/ask.ts'
import { Signer } from '../rig/signer.ts'
import { startTestGate, type TestGate } from '../rig/test-gate.ts'
import { uploadOf, uploadType } from '../rig/upload-form.ts'
import { startWireTap, type WireTap } from '../rig/wire-tap.ts'
import { readAuditRecords } from './audit-records.ts'
import { useApp } from './targets.ts'

const app = useApp('kitchen')
let [wire, gate]: [WireTap, TestGate] = [] as never
/** Of a busy machine. */
const patient = { timeout: 30_000 }

beforeAll(async () => {
  wire = await startWireTap(app().url)
  gate = await startTestGate({ upstream: wire.url })
})
afterAll(async () => {
  await gate.stop()
  await wire.stop()
})

/** A request as a thief has it: all that went over the wire. */
interface Recorded {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

const send = ({ path: target, ...asking }: Recorded): Promise<Asked> => ask(gate.url, target, asking)
const json = { 'content-type': 'application/json' }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

let count = 0
/** `signer`: what it is bound to. */
async function createToken(signer?: Signer): Promise<string> {
  count += 1
  const args = ['token', 'create', '--name', `program ${String(count)}`]
  if (signer !== undefined) {
    const file = path.join(gate.home, `${String(count)}.pem`)
    await writeFile(file, signer.pair.publicPem)
    args.push('--bound', '--public-key', file)
  }
  const { code, stdout, stderr } = await gate.cli(...args)
  expect([code, code === 0 ? '' : stderr]).toEqual([0, ''])
  return stdout.trim()
}

interface Program {
  readonly token: string
  readonly signer: Signer
}

async function startProgram(signer = new Signer()): Promise<Program> {
  const program = { token: await createToken(signer), signer }
  await listen(program)
  return program
}

/** As it begins: it asks without a signature, and learns the challenge. */
async function listen({ token, signer }: Program): Promise<void> {
  const codes = await refusedBy(async () => {
    const answer = await ask(gate.url, '/config', { headers: bearer(token) })
    expect([answer.status, signer.hear(answer.headers)]).toEqual([401, true])
  }, 1)
  expect(codes).toEqual(['proof-missing'])
}

/** Of a function that answers at once. */
const echo = '/gradio_api/run/fast_echo'

/** A call with a token that is bound to nothing. */
async function plainCall(word: string): Promise<Recorded> {
  const headers = { ...bearer(await createToken()), ...json }
  return { method: 'POST', path: echo, headers, body: JSON.stringify({ data: [word] }) }
}

/** A call that tells the app `word`. */
function callOf({ token, signer }: Program, word: string, origin = gate.url): Recorded {
  const body = JSON.stringify({ data: [word] })
  const signed = signer.sign({ method: 'POST', origin, path: echo, body })
  return { method: 'POST', path: echo, headers: { ...bearer(token), ...json, ...signed }, body }
}

const timesSeen = (word: string) => wire.sent.split(word).length - 1

/** The codes of the refusals that `deed` brought. Every refusal of this file is waited for, so that none is taken for a later one. */
async function refusedBy(
  deed: () => Promise<unknown>,
  least: number,
): Promise<readonly (string | undefined)[]> {
  const codes = async () =>
    (await readAuditRecords(path.join(gate.home, 'state', 'audit'))).flatMap(({ kind, code }) =>
      kind === 'request.refused' ? [code] : [],
    )
  const before = (await codes()).length
  await deed()
  await expect.poll(async () => (await codes()).length - before, patient).toBeGreaterThanOrEqual(least)
  return (await codes()).slice(before)
}

/** Every kind of request: documents, files, calls, streams, uploads. */
const everything: readonly Omit<Recorded, 'headers'>[] = [
  { method: 'GET', path: '/' },
  { method: 'GET', path: '/config' },
  { method: 'GET', path: '/theme.css' },
  { method: 'GET', path: '/gradio_api/info' },
  { method: 'GET', path: '/gradio_api/queue/data?session_hash=stolen' },
  { method: 'GET', path: '/gradio_api/heartbeat/stolen' },
  { method: 'GET', path: '/gradio_api/call/echo/0123456789abcdef' },
  { method: 'POST', path: echo, body: '{"data": ["stolen"]}' },
  { method: 'POST', path: '/gradio_api/call/echo', body: '{"data": ["stolen"]}' },
  { method: 'POST', path: '/gradio_api/queue/join', body: '{"data": ["stolen"], "fn_index": 0}' },
  { method: 'POST', path: '/gradio_api/cancel', body: '{"event_id": "stolen"}' },
]

describe('use a token that was found in a log', () => {
  it('succeeds on a plain token', async () => {
    const answer = await send(await plainCall('found in a log'))
    expect([answer.status, answer.body]).toEqual([200, expect.stringContaining('echo: found in a log')])
  })

  it('is blocked by the gate where it is bound to a key, whatever is asked', async () => {
    const { token } = await startProgram()
    const codes = await refusedBy(async () => {
      const stranger = await ask(gate.url, '/config')
      for (const asked of everything) {
        const sent = { ...asked, headers: { ...bearer(token), ...json } }
        const { status, headers, body } = await send(sent)
        expect([asked.path, status, body]).toEqual([asked.path, 401, expect.any(String) as unknown])
        expect(headers[challengeField]).toMatch(/^"/)
        if (asked.path === '/config') expect(body).toBe(stranger.body)
      }
      const headers = { ...bearer(token), 'content-type': uploadType }
      const upload = { method: 'POST', headers, body: uploadOf(Buffer.from('stolen')) }
      const { status } = await ask(gate.url, '/gradio_api/upload', upload)
      expect(status).toBe(401)
    }, everything.length + 2)
    expect(codes.filter((code) => code !== 'proof-missing')).toEqual(['login-required'])
    expect(timesSeen('stolen')).toBe(0)
  })
})

describe('repeat a whole request that was recorded', () => {
  it('succeeds on a plain token', async () => {
    const call = await plainCall('said by a plain one')
    for (let time = 0; time < 3; time++) expect((await send(call)).status).toBe(200)
    expect(timesSeen('said by a plain one')).toBe(3)
  })

  it('is blocked by the gate after the program, thirty times at once', async () => {
    const program = await startProgram()
    const call = callOf(program, 'said once by its program')
    expect((await send(call)).body).toContain('echo: said once')
    const codes = await refusedBy(async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => send(call)))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]))
    }, 30)
    expect(new Set(codes)).toEqual(new Set(['proof-replayed']))
    expect(timesSeen('said once by its program')).toBe(1)
  })

  it('is blocked by the gate but for one, when the thief is faster than the program', async () => {
    const call = callOf(await startProgram(), 'said by whoever came first')
    await refusedBy(async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => send(call)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    }, 29)
    expect(timesSeen('said by whoever came first')).toBe(1)
  })

  it('is blocked by the gate after it was started anew', async () => {
    const program = await startProgram()
    const used = callOf(program, 'said before the night')
    const kept = callOf(program, 'never sent by its program')
    expect((await send(used)).status).toBe(200)
    await gate.restart()
    const codes = await refusedBy(async () => {
      for (const call of [used, kept]) expect((await send(call)).status).toBe(401)
    }, 2)
    expect(codes).toEqual(['proof-stale', 'proof-stale'])
    expect(timesSeen('never sent by its program')).toBe(0)
    // The program itself goes on.
    await listen(program)
    expect((await send(callOf(program, 'said after the night'))).status).toBe(200)
  })
})

describe('change a request on its way', () => {
  const changes: Readonly<Record<string, readonly [(call: Recorded) => Recorded, string]>> = {
    'its argument': [
      ({ body = '', ...call }) => ({ ...call, body: body.replace('wanted', 'forged') }),
      'proof-body',
    ],
    'its argument, with a digest that fits': [
      ({ headers, ...call }) => {
        const body = '{"data":["forged"]}'
        const digest = digestField(hash('sha256', body, 'base64'))
        return { ...call, body, headers: { ...headers, 'content-digest': digest } }
      },
      'proof-signature',
    ],
    'its function': [(call) => ({ ...call, path: '/gradio_api/run/crash' }), 'proof-signature'],
    'its query': [(call) => ({ ...call, path: `${call.path}?also=forged` }), 'proof-signature'],
    'its counter': [
      ({ headers, ...call }) => ({
        ...call,
        headers: {
          ...headers,
          'signature-input': (headers['signature-input'] ?? '').replace(/\.\d+"/, '.77"'),
        },
      }),
      'proof-signature',
    ],
    'its digest left out': [
      ({ headers: { 'content-digest': _, ...headers }, ...call }) => ({ ...call, headers }),
      'proof-malformed',
    ],
    'its signature left out': [
      ({ headers: { signature: _, ...headers }, ...call }) => ({ ...call, headers }),
      'proof-malformed',
    ],
  }

  it('succeeds on a plain token', async () => {
    const call = await plainCall('wanted')
    const changed = await send({ ...call, body: '{"data": ["forged by nobody knows"]}' })
    expect([changed.status, changed.body]).toEqual([200, expect.stringContaining('forged by nobody knows')])
  })

  it.each(Object.keys(changes))('(%s) is blocked by the gate where the token is bound', async (what) => {
    const [change, code] = changes[what] ?? [(call: Recorded) => call, '']
    const call = callOf(await startProgram(), 'wanted')
    const before = timesSeen('forged')
    const codes = await refusedBy(async () => expect((await send(change(call))).status).toBe(401), 1)
    expect(codes).toEqual([code])
    expect(timesSeen('forged')).toBe(before)
  })
})

describe('change a file while it is uploaded', () => {
  const [mine, forged] = [Buffer.alloc(300_000, 'mine'), Buffer.alloc(300_000, 'forg')]
  const upload = (headers: Readonly<Record<string, string>>, body: Uint8Array) =>
    ask(gate.url, '/gradio_api/upload', {
      method: 'POST',
      headers: { ...headers, 'content-type': uploadType },
      body,
    })

  it('succeeds on a plain token', async () => {
    const { status, body } = await upload(bearer(await createToken()), uploadOf(forged))
    expect([status, JSON.parse(body)]).toEqual([200, [expect.stringContaining('a.bin')]])
  })

  it('is blocked by the gate where the token is bound, and the file as it was signed arrives', async () => {
    const { token, signer } = await startProgram()
    const signed = () =>
      signer.sign({ method: 'POST', origin: gate.url, path: '/gradio_api/upload', body: uploadOf(mine) })
    const codes = await refusedBy(async () => {
      const { status, body } = await upload({ ...bearer(token), ...signed() }, uploadOf(forged))
      expect([status, body]).toEqual([401, expect.not.stringContaining('a.bin')])
    }, 1)
    expect(codes).toEqual(['proof-body'])
    expect((await upload({ ...bearer(token), ...signed() }, uploadOf(mine))).status).toBe(200)
  })
})

describe('sign in the place of the program', () => {
  it('succeeds on a plain token, where there is nothing to sign', async () => {
    expect((await send(await plainCall('unsigned'))).status).toBe(200)
  })

  it('is blocked by the gate: with a key of one’s own, whatever name one gives it', async () => {
    const { token, signer } = await startProgram()
    const thief = new Signer()
    thief.challengeBy(() => signer.challenge)
    const own = callOf({ token, signer: thief }, 'signed by a thief')
    const { 'signature-input': input = '' } = own.headers
    const claiming = {
      ...own,
      headers: { ...own.headers, 'signature-input': input.replace(thief.keyid, signer.keyid) },
    }
    const codes = await refusedBy(async () => {
      for (const call of [own, claiming]) expect((await send(call)).status).toBe(401)
    }, 2)
    expect(codes).toEqual(['proof-key', 'proof-signature'])
    expect(timesSeen('signed by a thief')).toBe(0)
  })

  it('is blocked by the gate: with the key and the request of another token of one’s own', async () => {
    const [victim, mine] = [await startProgram(), await startProgram()]
    const { headers, ...call } = callOf(mine, 'signed for another')
    const codes = await refusedBy(
      async () =>
        expect((await send({ ...call, headers: { ...headers, ...bearer(victim.token) } })).status).toBe(401),
      1,
    )
    expect(codes).toEqual(['proof-key'])
  })

  it('is blocked by the gate: for another token that is bound to the same key', async () => {
    const signer = new Signer()
    const [one, two] = [await startProgram(signer), await startProgram(signer)]
    await listen(one)
    const { headers, ...call } = callOf(one, 'signed for its other token')
    const codes = await refusedBy(
      async () =>
        expect((await send({ ...call, headers: { ...headers, ...bearer(two.token) } })).status).toBe(401),
      1,
    )
    // A challenge is one token's.
    expect(codes).toEqual(['proof-stale'])
    expect((await send({ ...call, headers })).status).toBe(200)
  })

  it('is blocked by the gate: for another host', async () => {
    const program = await startProgram()
    const call = callOf(program, 'signed for elsewhere', 'http://127.0.0.1:1')
    const codes = await refusedBy(async () => expect((await send(call)).status).toBe(401), 1)
    expect(codes).toEqual(['proof-signature'])
  })
})
