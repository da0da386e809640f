/** HTTP/2 towards the browser, HTTP/1.1 towards the app: everything that holds for the one holds for the other. */
import { once } from 'node:events'
import type { ClientHttp2Session } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { comeFrom } from '../rig/come-from.ts'
import { askHttp2, openHttp2, readHttp2, startHttp2, signatureOf } from '../rig/http2-client.ts'
import { makeRequest, RawHttp2, type Field } from '../rig/raw-http2.ts'
import { findSigner } from '../rig/signer.ts'
import { call, callBody, file, internalError, noError, useHttp2 } from './with-http2.ts'
import { plain, streaming } from './with-upstream.ts'

const { on, begin } = useHttp2()

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

describe('the place of a download, which nobody signs', () => {
  it.each([
    {
      what: 'is kept on a connection that signed, as long as there are strangers',
      ...{ address: '203.0.113.7', sign: true, lost: 'another' },
    },
    {
      what: 'goes like a stranger’s on one that didn’t',
      ...{ address: '203.0.113.7', sign: false, lost: 'download' },
    },
    {
      what: 'goes like a stranger’s on one that many people share, whoever signed there before',
      ...{ address: '127.0.0.1', sign: true, lost: 'download' },
    },
  ])('$what', async ({ address, sign, lost }) => {
    const { cookie } = await begin(streaming, { connections: 2 })
    const street = await comeFrom(on.path.server, address)
    const origin = `https://127.0.0.1:${String(street.port)}`
    const session = await openHttp2(origin)
    const signer = findSigner(on.path.url, cookie) ?? expect.fail('no key')
    const asked = { method: 'GET', origin, path: '/config' }
    const ended: string[] = []
    const hold = async (name: string, from: ClientHttp2Session) => {
      const stream = from.request({ ':path': '/theme.css', cookie })
      stream.on('error', () => undefined).on('close', () => ended.push(name))
      const [head] = (await once(stream.resume(), 'response')) as [{ ':status': number }]
      expect(head[':status']).toBe(200)
    }
    const signed = sign ? signer.sign(asked) : {}
    expect((await askHttp2(session, { ':path': asked.path, cookie, ...signed })).status).toBe(200)
    await hold('download', session)
    const stranger = await openHttp2(on.path.url)
    await hold('another', stranger)
    await hold('newcomer', stranger)
    await expect.poll(() => ended).toEqual([lost])
    for (const one of [session, stranger]) one.destroy()
    street.close()
  })
})
