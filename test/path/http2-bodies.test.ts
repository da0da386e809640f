/** Bodies over HTTP/2: large ones, ones that wait, ones that were refused, and halves. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import { askHttp2, readHttp2, startHttp2, signatureOf } from '../rig/http2-client.ts'
import { makeData, makeRequest, makeReset, RawHttp2, type Field } from '../rig/raw-http2.ts'
import { fileIn, uploadOf, uploadStart, uploadType } from '../rig/upload-form.ts'
import { call, callBody, file, noError, upload, useHttp2 } from './with-http2.ts'
import { plain } from './with-upstream.ts'

const { on, begin } = useHttp2()

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('large bodies over HTTP/2', () => {
  it('pass whole, both ways', async () => {
    const bytes = randomBytes(4_000_000)
    const seen: string[] = []
    const { cookie, session } = await begin(
      (_request, message, response) => {
        const chunks: Buffer[] = []
        message.on('data', (chunk: Buffer) => chunks.push(chunk))
        message.on('end', () => {
          seen.push(sha256(fileIn(Buffer.concat(chunks))))
          response.writeHead(200, { 'content-type': 'application/json' }).end(bytes)
        })
      },
      { raw: true },
    )
    const form = uploadOf(bytes)
    const known = await askHttp2(session, upload(cookie, { 'content-length': String(form.length) }), form)
    const unknown = await askHttp2(session, upload(cookie), form)
    expect([known.status, unknown.status]).toEqual([200, 200])
    expect(seen).toEqual([sha256(bytes), sha256(bytes)])
    expect([sha256(known.body), sha256(unknown.body)]).toEqual([sha256(bytes), sha256(bytes)])
  })

  it('wait at the app while nobody reads them', async () => {
    let sent = 0
    const chunk = Buffer.alloc(64 * 1024)
    const { cookie, session } = await begin((_request, _message, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      const pour = () => {
        do sent += chunk.byteLength
        while (response.write(chunk))
      }
      response.on('drain', pour)
      pour()
    })
    const stream = startHttp2(session, { ':path': `/gradio_api/file=${file}`, cookie })
    await once(stream, 'response')
    // What flows in one go is limited by the windows and by the buffers of two sockets.
    await expect.poll(() => rests(() => sent), { timeout: 10_000 }).toBe(true)
    expect(sent).toBeLessThan(50_000_000)
    const before = sent
    let read = 0
    stream.on('data', (piece: Buffer) => (read += piece.byteLength))
    await expect.poll(() => sent > before && read > before).toBe(true)
    stream.close()
  })

  it('wait at the client while the app takes none', async () => {
    const config = { limits: { ...defaults.limits, uploadBytes: 100_000_000 } }
    const { cookie, session } = await begin((_request, message) => message.pause(), { raw: true, config })
    const stream = startHttp2(session, upload(cookie), 'follows')
    stream.write(uploadStart)
    let taken = 0
    const chunk = Buffer.alloc(64 * 1024)
    const pour = () => {
      for (; taken < 90_000_000 && stream.writableLength < 65_536; taken += chunk.byteLength)
        stream.write(chunk)
    }
    stream.on('drain', pour)
    pour()
    await expect.poll(() => rests(() => taken), { timeout: 10_000 }).toBe(true)
    expect(taken).toBeLessThan(50_000_000)
    expect((await askHttp2(session, { ':path': '/.sekisho/health' })).status).toBe(200)
    stream.close()
  })
})

/** Whether a number stayed the same for a while. */
async function rests(number: () => number): Promise<boolean> {
  const before = number()
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  return number() === before
}

describe('a client that waits for 100 Continue', () => {
  it('is told to go on once it was judged', async () => {
    const { cookie, session } = await begin(plain)
    const headers = call(cookie, { expect: '100-continue' })
    const stream = startHttp2(session, headers, 'follows', callBody)
    const answer = readHttp2(stream)
    await once(stream, 'continue')
    stream.end(callBody)
    expect((await answer).status).toBe(200)
  })

  it('is refused without being told', async () => {
    const { session } = await begin(plain)
    const stream = startHttp2(session, call('', { expect: '100-continue' }), 'follows')
    let told = false
    stream.on('continue', () => (told = true))
    expect([(await readHttp2(stream)).status, told]).toEqual([401, false])
  })

  it('is refused when it expects something else', async () => {
    const { cookie, session } = await begin(plain)
    const answer = await askHttp2(session, call(cookie, { expect: 'a-miracle' }), '{"data":["x"]}')
    expect([answer.status, on.path.audit.codes]).toEqual([400, ['header-ambiguous']])
  })
})

describe('a body that was refused', () => {
  it('is not read to its end, and the connection goes on at full width', async () => {
    const { cookie, session } = await begin(plain)
    const answers = Array.from({ length: 20 }, async () => {
      const stream = startHttp2(session, upload(''), 'follows')
      const answer = readHttp2(stream)
      let sent = 0
      const chunk = Buffer.alloc(64 * 1024)
      const pour = () => {
        while (!stream.closed && sent < 50_000_000 && stream.write(chunk)) sent += chunk.byteLength
      }
      stream.on('drain', pour)
      pour()
      const { status, body, code } = await answer
      return { status, body: body.toString(), code, tooMuch: sent > 10_000_000 }
    })
    const refused = { status: 401, code: noError, tooMuch: false }
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject(refused)
    // What was thrown away doesn't count against the connection's window.
    const good = await askHttp2(session, upload(cookie), uploadOf(Buffer.alloc(4_000_000)))
    expect(good.status).toBe(200)
    expect(on.upstream.reached.map(({ body }) => fileIn(Buffer.from(body)).length)).toEqual([4_000_000])
  })

  it('is cut off at its limit, with an answer', async () => {
    const { cookie, session } = await begin(plain)
    const stream = startHttp2(session, upload(cookie, { 'content-length': '6000000' }), 'follows')
    expect((await readHttp2(stream)).status).toBe(413)
    const poured = await askHttp2(session, upload(cookie), uploadOf(Buffer.alloc(6_000_000)))
    expect([poured.status, poured.code]).toEqual([413, noError])
    expect(on.upstream.reached).toEqual([])
  })
})

describe('half a body', () => {
  it.each([
    ['without an error', 0],
    ['as cancelled', 8],
  ])('whose stream is reset %s never passes for a whole one', async (_, code) => {
    let [ended, broke] = [0, 0]
    const { cookie, session } = await begin(
      (_request, message) => {
        message.resume().on('end', () => ended++)
        message.on('close', () => (broke += message.complete ? 0 : 1))
      },
      { raw: true },
    )
    const raw = await RawHttp2.open(on.path.port)
    const fields: Field[] = [
      [':method', 'POST'],
      [':scheme', 'https'],
      [':authority', 'localhost'],
      [':path', '/gradio_api/upload'],
      ['content-type', uploadType],
      ['cookie', cookie],
      ...Object.entries(signatureOf(session, { ...upload(cookie), ':authority': 'localhost' }, '')),
    ]
    raw.send(makeRequest(1, fields, 'follows'), makeData(1, `${uploadStart.toString()}half`, false))
    await expect.poll(() => on.upstream.reached.length).toBe(1)
    raw.send(makeReset(1, code))
    await expect.poll(() => broke).toBe(1)
    expect(ended).toBe(0)
    raw.destroy()
  })
})
