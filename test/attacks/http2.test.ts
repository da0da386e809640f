/**
 * The story: the browser's side speaks HTTP/2, the app's side HTTP/1.1, and what is one field there can be two lines
 * here (James Kettle, "HTTP/2: the sequel is always worse"). Somebody puts framing, line ends and second targets into
 * fields and pseudo-header fields. Nothing of it reaches the app, each attempt stands in the log, and the others on the
 * same connection don't notice.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Gate } from '../../src/gate.ts'
import { startPath, type Path } from '../path/start-path.ts'
import { makePair } from '../rig/certificate.ts'
import {
  encodeFields,
  flag,
  frameType,
  makeData,
  makeFrame,
  makeRequest,
  RawHttp2,
  type Field,
} from '../rig/raw-http2.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'

let upstream: Upstream
let path: Path
let cookie: string

beforeAll(async () => {
  const tls = await makePair()
  upstream = await startUpstream((_request, _message, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('"reached"')
  })
  // Signatures would refuse all of it, form or not.
  const change = (gate: Gate) => ({ proof: { ...gate.proof, calls: 'optional' } }) as const
  path = await startPath({ upstream, tls, change })
  cookie = (await path.signIn(undefined, { keyless: true })).cookie
})

afterAll(async () => {
  await path.close()
  await upstream.close()
})

afterEach(() => {
  upstream.reached.length = 0
  path.audit.events.length = 0
})

const protocolError = 1
const json = '{"data":["x"],"fn_index":0}'
type Pseudo = ':method' | ':scheme' | ':authority' | ':path'

/** A call by a signed-in user, which only its form gets refused; undefined leaves a pseudo-header field out. */
function call(
  extra: readonly Field[] = [],
  change: Partial<Record<Pseudo, string | undefined>> = {},
): Field[] {
  const pseudo = {
    ':method': 'POST',
    ':scheme': 'https',
    ':authority': 'localhost',
    ':path': '/gradio_api/run/predict',
    ...change,
  }
  const kept = Object.entries(pseudo).filter((one): one is [string, string] => one[1] !== undefined)
  return [...kept, ['content-type', 'application/json'], ['cookie', cookie], ...extra]
}

const inner = () => `GET /config HTTP/1.1\r\nhost: localhost\r\ncookie: ${cookie}\r\n\r\n`

const health = () => call([], { ':method': 'GET', ':path': '/.sekisho/health' })

/** Sends a request between two good ones; answers what became of it and of the last. */
async function send(fields: readonly Field[], body = json) {
  const raw = await RawHttp2.open(path.port)
  raw.send(makeRequest(1, health()))
  await raw.outcome(1)
  raw.send(makeRequest(3, fields, 'follows'), makeData(3, body))
  const outcome = await raw.outcome(3)
  raw.send(makeRequest(5, health()))
  const other = await raw.outcome(5)
  raw.destroy()
  return { outcome, other }
}

const refusals = () => path.audit.events.filter((event) => event.kind === 'request.refused')
const codes = () => refusals().map(({ code }) => code)
const reached = () => upstream.reached.map(({ method, target, body }) => `${method} ${target} ${body}`)

describe('a call over HTTP/2', () => {
  it('reaches the app when its form is good', async () => {
    expect((await send(call())).outcome).toEqual({ status: '200' })
    expect(reached()).toEqual([`POST /gradio_api/run/predict ${json}`])
    expect(codes()).toEqual([])
  })

  const refused: Readonly<Record<string, readonly [fields: () => Field[], status: string, code: string]>> = {
    'a Host that says something else': [() => call([['host', '127.0.0.1']]), '400', 'header-ambiguous'],
    'the name of another site': [() => call([], { ':authority': 'evil.test' }), '421', 'host-unknown'],
    'another site in Host alone': [() => call([['host', 'evil.test']], { ':authority': undefined }), '421', 'host-unknown'],
    'a scheme that is not the one of this connection': [() => call([], { ':scheme': 'http' }), '400', 'header-ambiguous'],
    'a fragment in the path': [() => call([], { ':path': '/gradio_api/run/predict#x' }), '400', 'path-ambiguous'],
    'a path that begins twice': [() => call([], { ':path': '//gradio_api/run/predict' }), '400', 'path-ambiguous'],
    'an encoded slash': [() => call([], { ':path': '/gradio_api/run%2fpredict' }), '400', 'path-ambiguous'],
    'bytes beyond ASCII in the path': [() => call([], { ':path': '/gradio_api/run/\xe9' }), '400', 'path-ambiguous'],
    'an asterisk for a path': [() => call([], { ':method': 'OPTIONS', ':path': '*' }), '400', 'path-ambiguous'],
    'two content types': [() => call([['content-type', 'text/plain']]), '400', 'header-ambiguous'],
    'two authorizations': [() => call([['authorization', 'a'], ['authorization', 'b']]), '400', 'header-ambiguous'],
    'two origins': [() => call([['origin', 'a'], ['origin', 'b']]), '400', 'header-ambiguous'],
    'an underscore where a hyphen is meant': [() => call([['content_length', '0']]), '400', 'header-ambiguous'],
    'x_forwarded_host': [() => call([['x_forwarded_host', 'evil.test']]), '400', 'header-ambiguous'],
    'an expectation that nobody knows': [() => call([['expect', 'a-miracle']]), '400', 'header-ambiguous'],
    'a method in lower case': [() => call([], { ':method': 'post' }), '400', 'method-unknown'],
    'the method of the preface': [() => call([], { ':method': 'PRI' }), '400', 'method-unknown'],
    'a hundred and one fields': [() => call(Array.from({ length: 99 }, (_, at): Field => [`x-${String(at)}`, ''])), '431', 'header-large'],
    'more than 16 KB of fields': [() => call(Array.from({ length: 90 }, (_, at): Field => [`x-${String(at)}`, 'y'.repeat(150)])), '431', 'header-large'],
  } // prettier-ignore

  it.each(Object.entries(refused))('with %s is refused, and the log says why', async (_, [fields, status, code]) => {
    const { outcome, other } = await send(fields())
    expect([outcome, other]).toEqual([{ status }, { status: '200' }])
    expect(reached()).toEqual([])
    expect(codes()).toEqual([code])
  }) // prettier-ignore

  const long = (length: string) => () => call([['content-length', length]])
  const malformed: Readonly<Record<string, () => Field[]>> = {
    'transfer-encoding': () => call([['transfer-encoding', 'chunked']]),
    connection: () => call([['connection', 'keep-alive, x-a']]),
    'keep-alive': () => call([['keep-alive', 'timeout=9']]),
    'proxy-connection': () => call([['proxy-connection', 'close']]),
    upgrade: () => call([['upgrade', 'h2c']]),
    'te other than trailers': () => call([['te', 'chunked']]),
    'a name in upper case': () => call([['Content-Length', '11']]),
    'a second authority': () => [[':authority', 'evil.test'], ...call()],
    'a second path': () => [[':path', '/config'], ...call()],
    'a second method': () => [[':method', 'GET'], ...call()],
    'a second Host': () => call([['host', 'localhost'], ['host', 'evil.test']]),
    'no path': () => call([], { ':path': undefined }),
    'an empty path': () => call([], { ':path': '' }),
    'a scheme that is a whole address': () => call([], { ':scheme': 'https://evil.test/?' }),
    'no method': () => call([], { ':method': undefined }),
    'no scheme': () => call([], { ':scheme': undefined }),
    'no host at all': () => call([], { ':authority': undefined }),
    'a pseudo-header field nobody knows': () => [[':x', 'y'], ...call()],
    'a pseudo-header field of answers': () => [[':status', '200'], ...call()],
    'a pseudo-header field behind a field': () => [...call([], { ':path': undefined }), [':path', '/config']],
    'an absolute path': () => call([], { ':path': 'https://localhost/config' }),
    'a blank in the path': () => call([], { ':path': '/config HTTP/1.1' }),
    'a line end in the path': () => call([], { ':path': `/x HTTP/1.1\r\n\r\n${inner()}` }),
    'a NUL in the path': () => call([], { ':path': '/config\0' }),
    'a line end in the authority': () => call([], { ':authority': 'localhost\r\nx-a: b' }),
    'a user in the authority': () => call([], { ':authority': 'evil.test@localhost' }),
    'a blank in the method': () => call([], { ':method': 'GET /config HTTP/1.1\r\nx:' }),
    'a length that is too long': long('40'),
    'a length that is signed': long('+11'),
    'a length that is a list': long('11, 11'),
    'an empty length': long(''),
    'two equal lengths': () => call([['content-length', '11'], ['content-length', '11']]),
    'a WebSocket by extended CONNECT': () => [[':protocol', 'websocket'], ...call([], { ':method': 'CONNECT' })],
  } // prettier-ignore

  it.each(Object.entries(malformed))('with %s is reset, and stands in the log', async (_, fields) => {
    const { outcome, other } = await send(fields())
    expect([outcome, other]).toEqual([{ reset: protocolError }, { status: '200' }])
    expect(reached()).toEqual([])
    expect(codes()).toEqual(['message-malformed'])
  })

  it('with a body longer than its length ends the connection, and stands in the log', async () => {
    expect((await send(long('4')())).outcome).toEqual({ closed: true })
    expect(reached()).toEqual([])
    expect(codes()).toEqual(['message-malformed'])
  })

  it('with a malformed trailer is reset', async () => {
    const raw = await RawHttp2.open(path.port)
    const trailer = makeFrame(frameType.headers, flag.endHeaders | flag.endStream, 1, encodeFields([[':path', '/config']])) // prettier-ignore
    raw.send(makeRequest(1, call(), 'follows'), makeData(1, json, false), trailer)
    expect(await raw.outcome(1)).toEqual({ reset: protocolError })
    expect(reached()).toEqual([])
    raw.destroy()
  })

  const dropped: Readonly<Record<string, Field>> = {
    'a line end and a field': ['referer', 'x\r\ntransfer-encoding: chunked'],
    'a line end and a request': ['referer', 'x\r\n\r\nGET /config HTTP/1.1\r\nhost: localhost\r\n\r\n'],
    'a bare line feed': ['referer', 'x\ntransfer-encoding: chunked'],
    'a NUL': ['referer', 'x\0y'],
    'a blank before it': ['referer', ' x'],
  }

  it.each(Object.entries(dropped))('keeps %s in a value to itself', async (_, field) => {
    expect((await send(call([field]))).outcome).toEqual({ status: '200' })
    expect(reached()).toEqual([`POST /gradio_api/run/predict ${json}`])
    expect(upstream.reached[0]?.headers).not.toHaveProperty('referer')
    expect(upstream.reached[0]?.headers).not.toHaveProperty('transfer-encoding')
  })

  it.each(['x a', 'x:a', 'x\r\ntransfer-encoding', ''])('keeps the name %j to itself', async (name) => {
    expect((await send(call([[name, 'chunked']]))).outcome).toEqual({ status: '200' })
    expect(reached()).toEqual([`POST /gradio_api/run/predict ${json}`])
    expect(JSON.stringify(upstream.reached[0]?.headers)).not.toContain('chunked')
  })

  it('carries a request in its body as a body', async () => {
    const body = JSON.stringify({ data: [inner()], fn_index: 0 })
    expect((await send(call(), body)).outcome).toEqual({ status: '200' })
    expect(reached()).toEqual([`POST /gradio_api/run/predict ${body}`])
  })

  it('does not pass a request on in the place of its body', async () => {
    expect((await send(call(), inner())).outcome).toEqual({ status: '400' })
    expect(reached()).toEqual([])
    expect(codes()).toEqual(['body-invalid'])
  })
})

describe('CONNECT over HTTP/2', () => {
  it.each(['127.0.0.1:7860', 'evil.test:443'])('to %s is refused and recorded', async (authority) => {
    const raw = await RawHttp2.open(path.port)
    raw.send(makeRequest(1, [[':method', 'CONNECT'], [':authority', authority]], 'follows')) // prettier-ignore
    expect(await raw.outcome(1)).toMatchObject({ status: '400' })
    raw.destroy()
    expect(refusals()).toMatchObject([{ code: 'method-unknown', method: 'CONNECT' }])
    expect(reached()).toEqual([])
  })
})

describe('a malformed request that is the last of its connection', () => {
  it.each([1, 2, 3])('stands in the log (%d of them)', async (count) => {
    const raw = await RawHttp2.open(path.port)
    raw.send(makeRequest(1, health()))
    await raw.outcome(1)
    const streams = Array.from({ length: count }, (_, at) => 3 + 2 * at)
    for (const stream of streams) raw.send(makeRequest(stream, call([['upgrade', 'h2c']])))
    for (const stream of streams) expect(await raw.outcome(stream)).toEqual({ reset: protocolError })
    raw.destroy()
    await expect.poll(refusals).toMatchObject([{ code: 'message-malformed', because: { streams: count } }])
  })
})
