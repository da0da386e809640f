/** HTTP/2 towards the browser, HTTP/1.1 towards the app: everything that holds for the one holds for the other. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { ClientHttp2Session } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate } from '../rig/certificate.ts'
import { askHttp2, openHttp2, readHttp2, startHttp2, signatureOf } from '../rig/http2-client.ts'
import { makeData, makeRequest, makeReset, RawHttp2, type Field } from '../rig/raw-http2.ts'
import { fileIn, uploadOf, uploadStart, uploadType } from '../rig/upload-form.ts'
import { plain, useUpstream } from './with-upstream.ts'

const noError = 0
const internalError = 2

let tls: { cert: string; key: string }
let removeCertificate: () => Promise<void>

beforeAll(async () => {
  const { args, remove } = await makeCertificate()
  const [, cert = '', , key = ''] = args
  tls = { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') }
  removeCertificate = remove
})
afterAll(() => removeCertificate())

const on = useUpstream()
const sessions: ClientHttp2Session[] = []
afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy()
})

async function begin(answer: Parameters<typeof on.start>[0], options: { raw?: boolean } = {}) {
  const { cookie, owner } = await on.start(answer, { ...options, tls })
  await on.path.ownership.noteFiles(owner, [file])
  const session = await openHttp2(on.path.url)
  sessions.push(session)
  return { cookie, session }
}

const callBody = '{"data":["x"]}'

/** The asker's own. */
const file = '/tmp/a.png'

const call = (cookie: string, more: Record<string, string> = {}) => ({
  ':method': 'POST',
  ':path': '/gradio_api/run/predict',
  'content-type': 'application/json',
  cookie,
  ...more,
})

const upload = (cookie: string, more: Record<string, string> = {}) => ({
  ':method': 'POST',
  ':path': '/gradio_api/upload',
  'content-type': uploadType,
  cookie,
  ...more,
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('the handshake', () => {
  it.each([
    [['h2', 'http/1.1'], 'h2'],
    [['http/1.1'], 'http/1.1'],
    [undefined, false],
  ])('with somebody who speaks %j agrees on %s', async (ALPNProtocols, agreed) => {
    await begin(plain)
    const socket = connect({
      port: on.path.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
    })
    await once(socket, 'secureConnect')
    expect(socket.alpnProtocol).toBe(agreed)
    socket.destroy()
  })
})

describe('a request over HTTP/2', () => {
  it('reaches the app as the same request over HTTP/1.1 does', async () => {
    const { cookie, session } = await begin(plain)
    const headers = { cookie: `theme=dark; ${cookie}; a=b`, 'user-agent': 'x', 'accept-language': 'ja' }
    await askHttp2(session, { ':path': '/config?a=1', ...headers })
    await new Promise((resolve, reject) => {
      const { port } = on.path
      const options = { port, path: '/config?a=1', headers, rejectUnauthorized: false, agent: false }
      httpsRequest({ host: '127.0.0.1', ...options }, (answer) => answer.resume().on('end', resolve))
        .on('error', reject)
        .end()
    })
    const [overHttp2, overHttp1] = on.upstream.reached
    expect(overHttp2).toEqual(overHttp1)
    expect(overHttp2).toMatchObject({
      target: '/config?a=1',
      headers: { cookie: 'theme=dark; a=b', host: `127.0.0.1:${on.path.port}`, 'x-forwarded-proto': 'https' },
    })
  })

  it('may bring its cookies in crumbs, and a Host field that says the same', async () => {
    const { cookie } = await begin(plain)
    const raw = await RawHttp2.open(on.path.port)
    const fields: Field[] = [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':authority', 'localhost'],
      [':path', '/config'],
      ['host', 'LOCALHOST'],
      ['cookie', 'a=b'],
      ['cookie', cookie],
      ['cookie', 'c=d'],
    ]
    raw.send(makeRequest(1, fields))
    expect(await raw.outcome(1)).toEqual({ status: '200' })
    expect(on.upstream.reached[0]?.headers).toMatchObject({ cookie: 'a=b; c=d', host: 'localhost' })
    raw.destroy()
  })

  it('gets an answer without a word about the connection', async () => {
    const { cookie, session } = await begin((_request, _message, response) => {
      response
        .writeHead(200, {
          'content-type': 'application/json',
          connection: 'close',
          'keep-alive': 'timeout=9',
        })
        .end('{}')
    })
    const { status, headers, body } = await askHttp2(session, { ':path': '/gradio_api/app_id', cookie })
    expect([status, body.toString()]).toEqual([200, '{}'])
    const { date: _date, ...others } = headers
    expect(Object.keys(others).sort()).toEqual([
      ':status',
      'cache-control',
      'content-security-policy',
      'content-type',
      'cross-origin-resource-policy',
      'origin-agent-cluster',
      'referrer-policy',
      'x-content-type-options',
      'x-frame-options',
    ])
  })

  it.each([204, 304])('gets an answer %d that has no body', async (status) => {
    const { cookie, session } = await begin((_request, _message, response) => {
      response.writeHead(status, { etag: '"x"' }).end()
    })
    const answer = await askHttp2(session, { ':path': `/gradio_api/file=${file}`, cookie })
    expect([answer.status, answer.body.byteLength, answer.code]).toEqual([status, 0, noError])
  })

  it('by HEAD gets the head alone', async () => {
    const { cookie, session } = await begin((_request, _message, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': '1000' }).end()
    })
    const page = await askHttp2(session, { ':method': 'HEAD', ':path': '/', cookie })
    expect([page.status, page.body.byteLength, page.code]).toEqual([200, 0, noError])
    const refused = await askHttp2(session, { ':method': 'HEAD', ':path': '/nothing', cookie })
    expect([refused.status, refused.body.byteLength, refused.code]).toEqual([404, 0, noError])
  })

  it('leaves its trailers behind', async () => {
    const { cookie, session } = await begin(plain)
    const headers = { ...call(cookie), ...signatureOf(session, call(cookie), callBody) }
    const stream = session.request(headers, { endStream: false, waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-trailer': '1', cookie: 'a=b' }))
    const answer = readHttp2(stream)
    stream.end(callBody)
    expect((await answer).status).toBe(200)
    expect(on.upstream.reached[0]).toMatchObject({ body: '{"data":["x"],"fn_index":0}' })
    expect(JSON.stringify(on.upstream.reached[0])).not.toContain('trailer')
  })
})

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
    const { cookie, session } = await begin((_request, message) => message.pause(), { raw: true })
    const stream = startHttp2(session, upload(cookie), 'follows')
    stream.write(uploadStart)
    let taken = 0
    const chunk = Buffer.alloc(64 * 1024)
    const pour = () => {
      // The path's limit for uploads is 5 MB, and it stands before that.
      for (; taken < 4_900_000 && stream.writableLength < 65_536; taken += chunk.byteLength)
        stream.write(chunk)
    }
    stream.on('drain', pour)
    pour()
    await expect.poll(() => rests(() => taken), { timeout: 10_000 }).toBe(true)
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

describe('an event stream over HTTP/2', () => {
  it('brings its head at once and each event as it comes', async () => {
    let send: (text: string) => void = () => undefined
    const { cookie, session } = await begin((_request, _message, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      send = (text) => response.write(text)
    })
    const stream = startHttp2(session, { ':path': '/gradio_api/queue/data?session_hash=a', cookie })
    const [head] = (await once(stream, 'response')) as [Record<string, string>]
    expect(head['x-accel-buffering']).toBe('no')
    for (const event of ['data: 1\n\n', 'data: 2\n\n']) {
      send(event)
      expect(String(((await once(stream, 'data')) as [Buffer])[0])).toBe(event)
    }
    stream.close()
  })

  it('ends at the app when the client leaves it, and nothing else does', async () => {
    let closed = 0
    const { cookie, session } = await begin((_request, _message, response) => {
      response.on('close', () => closed++)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    })
    const path = { ':path': '/gradio_api/queue/data?session_hash=a', cookie }
    const [first, second] = [startHttp2(session, path), startHttp2(session, path)]
    await Promise.all([once(first, 'data'), once(second, 'data')])
    first.close(8)
    await expect.poll(() => closed).toBe(1)
    expect((await askHttp2(session, { ':path': '/.sekisho/health' })).status).toBe(200)
    expect([second.closed, closed]).toEqual([false, 1])
    session.destroy()
    await expect.poll(() => closed).toBe(2)
    const ends = on.path.audit.events.filter(({ kind }) => kind === 'stream.ended')
    expect(ends.map((event) => 'why' in event && event.why)).toEqual(['client-left', 'client-left'])
  })

  it('is cut with its session, and the connection stays', async () => {
    const { cookie, session } = await begin((_request, _message, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    })
    const stream = startHttp2(session, { ':path': '/gradio_api/queue/data?session_hash=a', cookie })
    const ended = readHttp2(stream)
    await once(stream, 'data')
    const origin = { origin: on.path.url }
    await askHttp2(session, { ':method': 'POST', ':path': '/.sekisho/api/logout', cookie, ...origin })
    expect((await ended).code).toBe(internalError)
    expect((await askHttp2(session, { ':path': '/.sekisho/health' })).status).toBe(200)
  })
})

describe('an answer that breaks off at the app', () => {
  it('looks broken over HTTP/2 too', async () => {
    const { cookie, session } = await begin((_request, _message, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"a":', () => response.destroy())
    })
    const answer = await askHttp2(session, { ':path': '/gradio_api/app_id', cookie })
    expect([answer.status, answer.body.toString(), answer.code]).toEqual([200, '{"a":', internalError])
  })
})

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
