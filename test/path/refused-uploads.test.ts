/** Uploads that are refused for want of a signature, over HTTP/1.1: the client is told so, takes the new challenge, and sends again. */
import { createHook } from 'node:async_hooks'
import { once } from 'node:events'
import { connect } from 'node:net'
import { Agent, fetch, type Dispatcher } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { challengeField, parseChallenge } from '../../src/contract/proof.ts'
import { findSigner, type Signer } from '../rig/signer.ts'
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

/** `uploadBytes`: the largest body. */
async function start(uploadBytes = 100_000_000) {
  const guest = await on.start(plain, { config: { limits: { ...defaults.limits, uploadBytes } } })
  const signer = findSigner(on.path.url, guest.cookie) ?? expect.fail('no key')
  return { ...guest, signer }
}

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

const headOf = (fields: string, length = 20_000_000) =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${String(on.path.port)}\r\ncontent-type: ${uploadType}\r\n` +
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
