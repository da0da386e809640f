/** Uploads that are refused for want of a signature, or of the password, over HTTP/1.1: the client is told so, and sends again. */
import { createHook } from 'node:async_hooks'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Agent, fetch, type Dispatcher } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { challengeField, parseChallenge, stepUpField } from '../../src/contract/proof.ts'
import { loadPolicy } from '../../src/policy/load-policy.ts'
import { rolesFrom } from '../rig/policy-desk.ts'
import type { Signer } from '../rig/signer.ts'
import { uploadOf, uploadType } from '../rig/upload-form.ts'
import { plain, useUpstream } from './with-upstream.ts'

const on = useUpstream()
const path = '/gradio_api/upload'
const large = uploadOf(Buffer.alloc(30_000_000, 'abcdefghijklm'))

let dispatcher: Dispatcher | undefined
afterEach(async () => {
  await dispatcher?.close()
  dispatcher = undefined
})

const wide = { ...defaults.limits, uploadBytes: 100_000_000 }
/** `uploadBytes`: the largest body. */
const start = (uploadBytes = wide.uploadBytes) =>
  on.start(plain, { config: { limits: { ...wide, uploadBytes } } })

async function send(headers: Record<string, string>) {
  dispatcher ??= new Agent({ connections: 1 })
  const answer = await fetch(`${on.path.url}${path}`, { method: 'POST', body: large, headers, dispatcher })
  await answer.text()
  return { status: answer.status, challenge: parseChallenge(answer.headers.get(challengeField)) }
}

describe('a large upload', () => {
  it('whose challenge is over is told the new one, and passes with it', async () => {
    const { cookie, signer } = await start()
    const fields = (by: Signer) => by.sign({ method: 'POST', origin: on.path.url, path, body: large })
    const headers = () => ({ cookie, 'content-type': uploadType, ...fields(signer) })
    for (let time = 1; time <= 5; time++) {
      const old = signer.challenge
      signer.challengeBy(() => old)
      on.path.clock.time += 300_000
      const refused = await send(headers())
      expect(refused.status).toBe(401)
      expect(refused.challenge?.epoch).not.toBe(old?.epoch)
      signer.challengeBy(() => refused.challenge)
      expect((await send(headers())).status).toBe(200)
    }
    // What the client cuts off, once it has its answer, is another word in the log.
    expect(on.path.audit.codes.filter((code) => code.startsWith('proof-'))).toEqual(
      Array(5).fill('proof-stale'),
    )
    expect(on.upstream.reached).toHaveLength(5)
  })
})

/** Sends this head, and bytes for as long as somebody takes them, after the answer too. */
async function pour(head: string, most = 20_000_000) {
  const socket = connect(on.path.port, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let answer = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  socket.write(head)
  const piece = Buffer.alloc(64 * 1024)
  let poured = 0
  while (poured < most && !socket.destroyed) {
    poured += piece.byteLength
    if (!socket.write(piece))
      await Promise.race([new Promise((taken) => socket.once('drain', taken)), closed])
  }
  const cut = socket.destroyed
  socket.destroy()
  await closed
  return { status: answer.slice(9, 12), cut, closes: /connection: close/i.test(answer) }
}

/** As a proxy that hands on a body: it reads nothing before all is sent. */
async function sendThenRead(head: string, length = 20_000_000): Promise<string> {
  return (await answerAfter(head, length)).slice(9, 12)
}

async function answerAfter(head: string, length = 20_000_000): Promise<string> {
  const socket = connect(on.path.port, '127.0.0.1').pause()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let answer = ''
  socket.on('error', () => undefined)
  socket.write(head)
  const sent = new Promise<void>((resolve) => socket.write(Buffer.alloc(length), () => resolve()))
  await Promise.race([sent, closed])
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString())).resume()
  await closed
  return answer
}

/** The same of a body that comes in pieces, each after what was heard of the one before. */
async function dripThenRead(head: string, length: number): Promise<string> {
  const socket = connect(on.path.port, '127.0.0.1').pause()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let answer = ''
  socket.on('error', () => undefined)
  const before = on.path.audit.codes.length
  socket.write(head)
  // The refusal is there, and the connection is over if it ends with it.
  await expect.poll(() => on.path.audit.codes.length).toBeGreaterThan(before)
  for (let left = length; left > 0 && !socket.destroyed; left -= 10_000) {
    await new Promise((taken) => socket.write(Buffer.alloc(Math.min(left, 10_000)), taken))
    await new Promise((passed) => setImmediate(passed))
  }
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString())).resume()
  await closed
  return answer.slice(9, 12)
}

const headOf = (fields: string, length = 20_000_000, version = '1.1', to = path) =>
  `POST ${to} HTTP/${version}\r\nhost: 127.0.0.1:${String(on.path.port)}\r\ncontent-type: ${uploadType}\r\n` +
  `content-length: ${String(length)}\r\n${fields}\r\n`

describe('what still comes of a refused body', () => {
  it('is taken of somebody with a session, and of nobody else', async () => {
    const { cookie } = await start()
    expect(await pour(headOf(`cookie: ${cookie}\r\n`))).toEqual({ status: '401', cut: false, closes: false })
    expect(await pour(headOf(''))).toMatchObject({ status: '401', closes: true })
    // Who asks before sending has the answer in time.
    const waiting = `cookie: ${cookie}\r\nexpect: 100-continue\r\n`
    expect(await pour(headOf(waiting))).toMatchObject({ status: '401', closes: true })
  })

  it.each([
    { what: 'Connection: close', version: '1.1', fields: 'connection: close\r\n' },
    { what: 'HTTP/1.0', version: '1.0', fields: '' },
  ])('is taken before an answer that ends the connection: $what', async ({ version, fields }) => {
    const { cookie } = await start()
    const head = headOf(`cookie: ${cookie}\r\n${fields}`, 20_000_000, version)
    const answers = []
    for (let time = 0; time < 3; time++) answers.push(await sendThenRead(head))
    expect(answers).toEqual(Array(3).fill('401'))
    // However little there may be of it.
    const small = headOf(`cookie: ${cookie}\r\n${fields}`, 60_000, version, '/gradio_api/cancel')
    expect(await dripThenRead(small, 60_000)).toBe('401')
    // Of a stranger nothing is taken.
    expect(await pour(headOf(fields, 500_000_000, version), 500_000_000)).toMatchObject({ cut: true })
  })

  it('is taken up to the largest body there may be', async () => {
    const { cookie } = await start(3_000_000)
    const declared = await pour(headOf(`cookie: ${cookie}\r\n`, 500_000_000), 500_000_000)
    expect(declared).toEqual({ status: '401', cut: true, closes: true })
    const head = headOf(`cookie: ${cookie}\r\ntransfer-encoding: chunked\r\n`).replace(
      /content-length.*\r\n/,
      '',
    )
    const unknown = await pour(`${head}1DCD6500\r\n`, 500_000_000)
    expect(unknown).toEqual({ status: '401', cut: true, closes: false })
    const last = await pour(`${head.slice(0, -2)}connection: close\r\n\r\n1DCD6500\r\n`, 500_000_000)
    expect(last).toEqual({ status: '', cut: true, closes: false })
  })

  it('is not taken where no large body belongs', async () => {
    const { cookie } = await start()
    for (const where of ['/.sekisho/api/confirm/start', '/gradio_api/reset']) {
      const head = headOf(`cookie: ${cookie}\r\n`).replace(path, where)
      expect(await pour(head)).toMatchObject({ status: '401', closes: true })
    }
    const { callBytes } = defaults.limits
    for (const [length, closes] of [
      [callBytes, false],
      [callBytes + 1, true],
    ] as const) {
      const head = headOf(`cookie: ${cookie}\r\n`, length).replace(path, '/gradio_api/queue/join')
      expect(await pour(head, length)).toMatchObject({ status: '401', closes })
    }
  })

  it('is taken of whoever signed it and is asked for the password, who hears of that after all was sent', async () => {
    const roles = rolesFrom('keeper: { given_to: [users], upload: true, when: { auth_age: 5m } }')
    await on.start(plain, { policy: await loadPolicy({ roles, files: [] }), config: { limits: wide } })
    const bob = await on.path.users.add('bob', 'a lighthouse for bob')
    const { cookie, signer } = await on.path.signIn(bob)
    on.path.clock.time += 301_000
    const fields = (more = '') => {
      const signed = signer.sign({ method: 'POST', origin: on.path.url, path, body: large })
      const lines = Object.entries({ cookie, ...signed }).map(([name, value]) => `${name}: ${value}\r\n`)
      return `${lines.join('')}${more}`
    }
    expect(await pour(headOf(fields()))).toEqual({ status: '403', cut: false, closes: false })
    for (let time = 0; time < 3; time++) {
      const answer = await answerAfter(headOf(fields('connection: close\r\n')))
      expect(answer).toMatch(/^HTTP\/1\.1 403 /)
      expect(answer.toLowerCase()).toContain(`\r\n${stepUpField}: `)
    }
  })

  it('leaves no timer behind when it is broken off', async () => {
    const { cookie } = await start()
    const timers = new Set<number>()
    const hook = createHook({
      init: (id, type) => void (type === 'Timeout' && timers.add(id)),
      destroy: (id) => void timers.delete(id),
    }).enable()
    const times = 50
    for (let time = 0; time < times; time++) {
      const socket = connect(on.path.port, '127.0.0.1')
      const closed = once(socket, 'close')
      socket.write(`${headOf(`cookie: ${cookie}\r\n`)}abc`)
      await once(socket, 'data')
      socket.destroy()
      await closed
    }
    await expect.poll(() => timers.size).toBeLessThan(times)
    hook.disable()
  })
})
