/**
 * The story: two programs in a row read one stream of bytes, and where they disagree about where a request ends, the
 * second one finds a request that the first never judged. The gate refuses every message that can be read in two ways,
 * and builds anew what it forwards. The app here only notes what reaches it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeSmallApp } from '../upstreams/small-config.ts'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'
import { defaults } from '../../src/config/defaults.ts'
import { rawRequest, sendRaw } from '../rig/raw-http.ts'
import { useApp, useGate, useSession } from './targets.ts'

let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream(({ target }, _message, response) => {
    const { type, body } = describeSmallApp(target) ?? { type: 'application/json', body: '"reached"' }
    response.writeHead(200, { 'content-type': type }).end(body)
  })
})
afterAll(() => upstream.close())

// Signatures would refuse all of it, form or not.
const gate = useGate(() => ({ url: upstream.url.href }), {
  config: { proof: { ...defaults.proof, calls: 'optional' } },
})
const session = useSession(gate, { keyless: true })

beforeEach(() => {
  upstream.reached.length = 0
})

/** What came through, but for the gate's own looks at the app. */
const reached = () =>
  upstream.reached
    .filter(({ headers }) => headers['x-forwarded-for'] !== '0.0.0.0')
    .map(({ method, target }) => `${method} ${target}`)

const inner = () => `GET /config HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${session()}\r\n\r\n`

/** A call by a signed-in user, which only its form gets refused. */
const call = (headers: readonly string[], body: string) =>
  rawRequest(
    'POST /gradio_api/run/predict',
    [`Cookie: ${session()}`, 'Content-Type: application/json', ...headers],
    body,
  )

/** As the gate itself writes it, since it names the function in every body. */
const json = '{"data":["x"],"fn_index":0}'
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

/** Framing that two parsers read in two ways (RFC 9112 sections 2.2, 5, 6.1, 6.3, 7.1 and 11.2). */
const ambiguous: Readonly<Record<string, () => string>> = {
  'Content-Length and Transfer-Encoding': () =>
    call(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${inner()}`),
  'Transfer-Encoding and Content-Length': () =>
    call(['Transfer-Encoding: chunked', 'Content-Length: 60'], `0\r\n\r\n${inner()}`),
  'two different Content-Lengths': () => call(['Content-Length: 27', 'Content-Length: 0'], `${json}${inner()}`),
  'two equal Content-Lengths': () => call(['Content-Length: 27', 'Content-Length: 27'], json),
  'a list of Content-Lengths': () => call(['Content-Length: 27, 27'], json),
  'a signed Content-Length': () => call(['Content-Length: +27'], json),
  'a negative Content-Length': () => call(['Content-Length: -1'], json),
  'a hexadecimal Content-Length': () => call(['Content-Length: 0x1b'], json),
  'an empty Content-Length': () => call(['Content-Length: '], inner()),
  'a Content-Length beyond 2^64': () => call(['Content-Length: 18446744073709551643'], json),
  'an unknown transfer coding': () => call(['Transfer-Encoding: xchunked'], `${chunk(json)}0\r\n\r\n`),
  'chunked before another coding': () => call(['Transfer-Encoding: chunked, identity'], `${chunk(json)}0\r\n\r\n`),
  'two Transfer-Encodings': () => call(['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'], `${chunk(json)}0\r\n\r\n`),
  'a blank before the colon': () => call(['Transfer-Encoding : chunked'], `${chunk(json)}0\r\n\r\n`),
  'a vertical tab before the value': () => call(['Transfer-Encoding:\x0bchunked'], `${chunk(json)}0\r\n\r\n`),
  'a folded line': () => call(['X-A: b\r\n Transfer-Encoding: chunked', 'Content-Length: 27'], json),
  'a folded Transfer-Encoding': () => call(['Transfer-Encoding:\r\n chunked'], `${chunk(json)}0\r\n\r\n`),
  'bare line feeds': () => call(['Content-Length: 27'], json).replaceAll('\r\n', '\n'),
  'one bare line feed': () => call(['X-A: b\nTransfer-Encoding: chunked', 'Content-Length: 27'], json),
  'a bare carriage return': () => call(['X-A: b\rTransfer-Encoding: chunked', 'Content-Length: 27'], json),
  'a NUL in a value': () => call(['X-A: b\0c', 'Content-Length: 27'], json),
  'a line without a colon': () => call(['Nothing', 'Content-Length: 27'], json),
  'a name that is empty': () => call([': value', 'Content-Length: 27'], json),
  'a name with a blank': () => call(['X A: b', 'Content-Length: 27'], json),
  'a chunk size with a sign': () => call(['Transfer-Encoding: chunked'], `+1b\r\n${json}\r\n0\r\n\r\n`),
  'a chunk size with a prefix': () => call(['Transfer-Encoding: chunked'], `0x1b\r\n${json}\r\n0\r\n\r\n`),
  'a chunk size beyond 2^64': () => call(['Transfer-Encoding: chunked'], `1000000000000001b\r\n${json}\r\n0\r\n\r\n`),
  'a chunk longer than it says': () => call(['Transfer-Encoding: chunked'], `3\r\n${json}\r\n0\r\n\r\n`),
  'a chunk line that ends in a line feed': () => call(['Transfer-Encoding: chunked'], `1b;x\n${json}\r\n0\r\n\r\n`),
  'a chunk without its end': () => call(['Transfer-Encoding: chunked'], `1b\r\n${json}0\r\n\r\n`),
  'two Hosts': () => call(['Host: 127.0.0.1', 'Host: localhost', 'Content-Length: 27'], json),
  'an empty Host': () => call(['Host: ', 'Content-Length: 27'], json),
  'two Content-Types': () => call(['Content-Type: text/plain', 'Content-Length: 27'], json),
  'two Authorizations': () => call(['Authorization: Bearer a', 'Authorization: Bearer b', 'Content-Length: 27'], json),
  'two Origins': () => call(['Origin: http://127.0.0.1', 'Origin: http://evil.test', 'Content-Length: 27'], json),
  'two cookies fields': () => call([`Cookie: a=b`, 'Content-Length: 27'], json),
  'an absolute target': () => call(['Content-Length: 27'], json).replace('POST ', 'POST http://127.0.0.1'),
  'a target with a fragment': () => call(['Content-Length: 27'], json).replace('predict', 'predict#x'),
  'a target that is an asterisk': () => rawRequest('OPTIONS *'),
  'a target with dots': () => call(['Content-Length: 27'], json).replace('run/', 'x/../run/'),
  'a target with dots in disguise': () => call(['Content-Length: 27'], json).replace('run/', 'x/%2e%2e/run/'),
  'a target with a slash in disguise': () => call(['Content-Length: 27'], json).replace('gradio_api/', 'gradio_api%2F'),
  'a target with a backslash': () => call(['Content-Length: 27'], json).replace('run/', 'run\\'),
  'a target with two slashes': () => call(['Content-Length: 27'], json).replace('/gradio_api', '//gradio_api'),
  'an underscore where a hyphen is meant': () => call(['Content_Length: 0', 'Content-Length: 27'], json),
  'X_Forwarded_Host': () => call(['X_Forwarded_Host: evil.test', 'Content-Length: 27'], json),
  'X_Forwarded_User': () => call(['X_Forwarded_User: admin', 'Content-Length: 27'], json),
  'HTTP/0.9': () => `GET /config\r\n`,
  'HTTP/1.2': () => inner().replace('HTTP/1.1', 'HTTP/1.2'),
  'HTTP/2 by prior knowledge': () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a version in small letters': () => inner().replace('HTTP/1.1', 'http/1.1'),
  'a tab in the request line': () => inner().replace('GET ', 'GET\t'),
  'a method in small letters': () => inner().replace('GET', 'get'),
  'a method that nobody knows': () => inner().replace('GET', 'SMUGGLE'),
  TRACE: () => inner().replace('GET', 'TRACE'),
  'an expectation that nobody knows': () => inner().replace('\r\n\r\n', '\r\nExpect: a-surprise\r\n\r\n'),
  'a header of 17 KB': () => inner().replace('\r\n\r\n', `\r\nX-A: ${'a'.repeat(17_000)}\r\n\r\n`),
  'a hundred and one fields': () => inner().replace('\r\n\r\n', `\r\n${'X-A: b\r\n'.repeat(99)}\r\n`),
  'a path of 9,000 characters': () => inner().replace('/config', `/config?${'a'.repeat(9_000)}`),
} // prettier-ignore

describe('a message that can be read in two ways', () => {
  const app = useApp('bare')
  const ask = (headers: readonly string[], body = '') => rawRequest('POST /gradio_api/reset', headers, body)
  const reset = '{"event_id":"x"}'
  const length = `Content-Length: ${String(reset.length)}`
  const type = 'Content-Type: application/json'
  const chunked = `${chunk(reset)}0\r\n\r\n`
  const lenient: Readonly<Record<string, () => string>> = {
    'Content-Length and Transfer-Encoding': () =>
      ask([type, 'Content-Length: 4', 'Transfer-Encoding: chunked'], chunked),
    'a list of Content-Lengths': () => ask([type, `${length}, ${String(reset.length)}`], reset),
    'two equal Content-Lengths': () => ask([type, length, length], reset),
    'bare line feeds': () => ask([type, length], reset).replaceAll('\r\n', '\n'),
    'a folded line': () => ask([type, length, 'X-A: b\r\n c'], reset),
    'HTTP/1.2': () => ask([type, length], reset).replace('HTTP/1.1', 'HTTP/1.2'),
    'a slash in disguise': () => ask([type, length], reset).replace('gradio_api/', 'gradio_api%2F'),
  }

  it.each(Object.entries(lenient))('succeeds on the bare app: %s', async (_, make) => {
    const { status, raw } = await sendRaw(app().port, make(), { until: 'answer' })
    expect(raw).toContain('"success":true')
    expect(status).toBe(200)
  })

  it.each(Object.entries(ambiguous))(
    'is blocked by the gate, and the app never sees it: %s',
    async (_, make) => {
      const answer = await sendRaw(gate().port, make(), { until: 'answer' })
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect(answer.raw).not.toContain('"dependencies"')
      expect(reached()).toEqual([])
    },
  )

  it('the same call in good form reaches the app once, whole and under its own length', async () => {
    expect((await sendRaw(gate().port, call(['Content-Length: 27'], json))).status).toBe(200)
    const chunked = call(['Transfer-Encoding: chunked'], `${chunk(json)}0\r\n\r\n`)
    expect((await sendRaw(gate().port, chunked)).status).toBe(200)
    expect(reached()).toEqual(['POST /gradio_api/run/predict', 'POST /gradio_api/run/predict'])
    expect(upstream.reached.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([
      json,
      json,
    ])
  })
})

describe('a message that this parser reads leniently', () => {
  it('reaches the app in the one canonical form', async () => {
    const bytes = inner().replace('GET ', 'GET  ')
    expect((await sendRaw(gate().port, bytes)).status).toBe(200)
    expect(reached()).toEqual(['GET /config'])
  })
})

describe('a request inside a body', () => {
  it('stays a body when the outer request is refused for whom it comes from', async () => {
    const body = inner()
    const outer = rawRequest(
      'POST /gradio_api/run/predict',
      [`Content-Length: ${String(body.length)}`, 'Connection: close'],
      body,
    )
    const answer = await sendRaw(gate().port, outer, { until: 'close' })
    expect(answer.raw.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401'])
    expect(reached()).toEqual([])
  })

  it('stays a body when the route takes none', async () => {
    const body = inner()
    const outer = rawRequest(
      'GET /config',
      [`Cookie: ${session()}`, `Content-Length: ${String(body.length)}`, 'Connection: close'],
      body,
    )
    const answer = await sendRaw(gate().port, outer, { until: 'close' })
    expect(answer.raw.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400'])
    expect(reached()).toEqual([])
  })

  it('stays a body in a trailer, whose fields count for nothing', async () => {
    const trailer = `Cookie: ${session()}\r\nContent-Length: 5\r\n`
    const bytes = rawRequest(
      'POST /gradio_api/run/predict',
      ['Content-Type: application/json', 'Transfer-Encoding: chunked', 'Connection: close'],
      `${chunk(json)}0\r\n${trailer}\r\n`,
    )
    expect((await sendRaw(gate().port, bytes)).status).toBe(401)
    expect(reached()).toEqual([])
  })
})

describe('pipelined requests', () => {
  it('are judged one by one, each by what it brings itself', async () => {
    const bytes = [
      rawRequest('GET /config', [`Cookie: ${session()}`]),
      rawRequest('GET /config'),
      rawRequest('GET /openapi.json', [`Cookie: ${session()}`]),
      rawRequest('GET /config', [`Cookie: ${session()}`, 'Connection: close']),
    ].join('')
    const answer = await sendRaw(gate().port, bytes, { until: 'close' })
    const statuses = ['HTTP/1.1 200', 'HTTP/1.1 401', 'HTTP/1.1 404', 'HTTP/1.1 200']
    expect(answer.raw.match(/HTTP\/1\.1 \d+/g)).toEqual(statuses)
    expect(reached()).toEqual(['GET /config', 'GET /config'])
  })

  it('end at the first one that is malformed', async () => {
    const bytes = `${rawRequest('GET /.sekisho/health', [])}GET /x\r\n\r\n${inner()}`
    const answer = await sendRaw(gate().port, bytes, { until: 'close' })
    expect(answer.raw.match(/HTTP\/1\.1 \d+/g)?.at(-1)).toBe('HTTP/1.1 400')
    expect(reached()).toEqual([])
  })
})

describe('another protocol on the same connection', () => {
  const upgrades: Readonly<Record<string, readonly string[]>> = {
    websocket: [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ],
    h2c: ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
  }

  it('an upgrade that the connection does not name is refused too', async () => {
    const bytes = rawRequest('GET /config', [`Cookie: ${session()}`, 'Upgrade: websocket'])
    expect((await sendRaw(gate().port, bytes)).status).toBe(400)
    expect(reached()).toEqual([])
  })

  it.each(Object.entries(upgrades))('%s is refused, and what follows is no request', async (_, headers) => {
    const bytes = `${rawRequest('GET /config', [`Cookie: ${session()}`, ...headers])}${inner()}`
    const answer = await sendRaw(gate().port, bytes, { until: 'close' })
    expect(answer.raw.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400'])
    expect(reached()).toEqual([])
  })

  it.each(['127.0.0.1:7860', 'evil.test:443', '/config'])('CONNECT %s is refused', async (target) => {
    const bytes = `CONNECT ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${session()}\r\n\r\n${inner()}`
    const answer = await sendRaw(gate().port, bytes, { until: 'close' })
    expect(answer.raw.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400'])
    expect(reached()).toEqual([])
  })
})

describe('what reaches the app', () => {
  it('is built by the gate: hop-by-hop fields, forged addresses and the cookie of the gate stay behind', async () => {
    const headers = [
      `Cookie: theme=dark; ${session()}; access-token-x=1; session=forged`, 'Connection: close, X-Secret-Hop', 'X-Secret-Hop: 1',
      'Proxy-Authorization: Basic eA==', 'TE: trailers', 'X-Forwarded-For: 203.0.113.1', 'X-Forwarded-User: admin', 'X-Real-IP: 203.0.113.1',
      'Forwarded: for=203.0.113.1', 'X-Gradio-Server: http://evil.test', 'Authorization: Basic eA==', 'X-Hf-Authorization: Bearer x',
      'Remote-User: admin', 'X-Ip-Token: x', 'Via: 1.1 evil', 'X-Sekisho-Assertion: forged',
    ] // prettier-ignore
    expect((await sendRaw(gate().port, rawRequest('GET /config', headers))).status).toBe(200)
    const [seen] = upstream.reached.filter(({ headers: had }) => had['x-forwarded-for'] !== '0.0.0.0')
    expect(seen?.headers).toEqual({
      'accept-encoding': 'identity',
      connection: 'keep-alive',
      cookie: 'theme=dark',
      host: '127.0.0.1',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-sekisho-assertion': expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
    })
  })
})
