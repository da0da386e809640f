/** What the app gets of a request, and what the browser gets of the app's answer: allow-lists both ways. */
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'
import { startPath, type Path, type PathOptions } from './start-path.ts'

let upstream: Upstream
let path: Path

async function start(
  answer: Parameters<typeof startUpstream>[0],
  options: { raw?: boolean } & Partial<PathOptions> = {},
) {
  upstream = await startUpstream(answer, options)
  path = await startPath({ ...options, upstream })
  return path.signIn()
}

afterEach(async () => {
  await path.close()
  await upstream.close()
})

const plain: Parameters<typeof startUpstream>[0] = (_request, _message, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":1}')
}

describe('a request on its way to the app', () => {
  it('carries what is listed, and what only the gate may say', async () => {
    const { cookie } = await start(plain)
    await request(`${path.url}/config?page=x`, {
      headers: {
        cookie: `${cookie}; theme=dark; access-token-abc=1; access-token-unsecure-abc=1; session=forged; __Host-sekisho-other=x`,
        authorization: 'Bearer x',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-host': 'evil.test',
        'x-forwarded-proto': 'https',
        'x-forwarded-user': 'admin',
        'x-gradio-server': 'http://evil.test',
        'x-gradio-user': 'app',
        'x-hf-authorization': 'Bearer x',
        'x-api-token': 'mine',
        forwarded: 'for=6.6.6.6',
        'remote-user': 'admin',
        'user-agent': 'test',
        accept: 'application/json',
        te: 'trailers',
      },
    })
    expect(upstream.reached).toEqual([
      {
        method: 'GET',
        target: '/config?page=x',
        body: '',
        headers: {
          host: `127.0.0.1:${path.port}`,
          'x-forwarded-host': `127.0.0.1:${path.port}`,
          'x-forwarded-proto': 'http',
          'x-forwarded-for': '127.0.0.1',
          'accept-encoding': 'identity',
          accept: 'application/json',
          'user-agent': 'test',
          'x-api-token': 'mine',
          cookie: 'theme=dark',
          connection: 'keep-alive',
        },
      },
    ])
  })

  it('comes from the address, host and scheme that a trusted proxy reports', async () => {
    const { cookie } = await start(plain, { trustedProxies: ['127.0.0.1'], hosts: ['gpu.example.org'] })
    await request(`${path.url}/config`, {
      headers: {
        cookie,
        'x-forwarded-for': '6.6.6.6, 203.0.113.7',
        'x-forwarded-host': 'gpu.example.org',
        'x-forwarded-proto': 'https',
      },
    })
    expect(upstream.reached[0]?.headers).toMatchObject({
      host: 'gpu.example.org',
      'x-forwarded-host': 'gpu.example.org',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
    })
  })

  it('arrives under its canonical path', async () => {
    const { cookie } = await start(plain)
    await request(`${path.url}/%63onfig`, { headers: { cookie } })
    await request(`${path.url}/gradio_api/queue/join?`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(upstream.reached.map((one) => one.target)).toEqual(['/config', '/gradio_api/queue/join'])
  })

  it('keeps its body to the byte, with the length it declared', async () => {
    const { cookie } = await start(plain)
    const body = JSON.stringify({ data: ['関所', 2 ** 60, 1.0], session_hash: 'x' })
    await request(`${path.url}/gradio_api/queue/join`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body,
    })
    expect(upstream.reached[0]).toMatchObject({
      body,
      headers: { 'content-length': String(Buffer.byteLength(body)) },
    })
  })

  it.each([
    ['text/plain', '{}', 415, 'body-type-wrong'],
    ['application/vnd.api+json', '{}', 415, 'body-type-wrong'],
    ['application/json', 'x'.repeat(1_000_001), 413, 'body-large'],
  ])('is refused with a %s body of the wrong kind or size', async (type, body, status, code) => {
    const { cookie } = await start(plain)
    const answer = await request(`${path.url}/gradio_api/queue/join`, {
      method: 'POST',
      headers: { cookie, 'content-type': type },
      body,
    })
    expect(answer.statusCode).toBe(status)
    expect(path.audit.codes).toEqual([code])
    expect(upstream.reached).toEqual([])
  })

  it('is cut when a body without declared length grows beyond the limit', async () => {
    const { cookie } = await start(plain)
    async function* endless() {
      for (let sent = 0; sent < 2_000_000; sent += 50_000) yield Buffer.alloc(50_000, 'x')
    }
    const answer = await request(`${path.url}/gradio_api/queue/join`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: Readable.from(endless()),
    }).catch(() => undefined)
    if (answer !== undefined) expect(answer.statusCode).toBe(413)
    expect(path.audit.codes).toEqual(['body-large'])
    expect(upstream.reached).toEqual([])
  })

  it('has no body where none belongs', async () => {
    const { cookie } = await start(plain)
    const answer = await request(`${path.url}/config`, { method: 'GET', headers: { cookie }, body: 'x' })
    expect(answer.statusCode).toBe(400)
    expect(upstream.reached).toEqual([])
  })

  it("names each of Gradio's objects once", async () => {
    const { cookie } = await start(plain)
    const answer = await request(`${path.url}/gradio_api/queue/data?session_hash=a&session_hash=b`, {
      headers: { cookie },
    })
    expect(answer.statusCode).toBe(400)
    expect(upstream.reached).toEqual([])
  })
})

describe('an answer on its way to the browser', () => {
  it('carries what is listed and the headers that Gradio lacks', async () => {
    const { cookie } = await start((_request, _message, response) => {
      response
        .writeHead(206, {
          'content-type': 'image/png',
          'content-range': 'bytes 0-1/10',
          'accept-ranges': 'bytes',
          etag: '"x"',
          server: 'uvicorn',
          'set-cookie': 'access-token=1',
          'access-control-allow-origin': '*',
          'access-control-allow-credentials': 'true',
          cookie: 'echoed',
          authorization: 'echoed',
          'x-secret': 'echoed',
          location: 'http://evil.test',
        })
        .end('ab')
    })
    const answer = await request(`${path.url}/gradio_api/file=/tmp/a.png`, {
      headers: { cookie, range: 'bytes=0-1' },
    })
    const {
      date: _date,
      connection: _connection,
      'keep-alive': _keepAlive,
      'transfer-encoding': _coding,
      ...headers
    } = answer.headers
    expect(headers).toEqual({
      'content-type': 'image/png',
      'content-range': 'bytes 0-1/10',
      'accept-ranges': 'bytes',
      etag: '"x"',
      'cache-control': 'private, no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    })
    expect([answer.statusCode, await answer.body.text()]).toEqual([206, 'ab'])
  })

  it("gets the gate's element first in the head of a page, and nothing in other answers", async () => {
    const { cookie } = await start((asked, _message, response) => {
      const page = '<html><head><title>t</title></head></html>'
      response
        .writeHead(200, {
          'content-type': asked.target === '/' ? 'text/html; charset=utf-8' : 'text/plain',
          'content-length': page.length,
        })
        .end(page)
    })
    const page = await request(path.url, { headers: { cookie } })
    expect(await page.body.text()).toBe(
      '<html><head><script src="/.sekisho/assets/bar.js"></script><title>t</title></head></html>',
    )
    expect(page.headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-security-policy': "frame-ancestors 'self'",
    })
    expect(page.headers['content-length']).toBeUndefined()
    const config = await request(`${path.url}/config`, { headers: { cookie } })
    expect(await config.body.text()).toBe('<html><head><title>t</title></head></html>')
  })

  it.each([
    ['/second/', '/second/'],
    ['second?x=1', '/second?x=1'],
    ['http://evil.test/x', undefined],
    ['//evil.test/x', undefined],
    ['https://HOST/login', '/login'],
    ['javascript:alert(1)', undefined],
  ])('leads to %s only as %s', async (location, expected) => {
    const { cookie } = await start((_request, _message, response) => {
      response.writeHead(307, { location: location.replace('HOST', `127.0.0.1:${path.port}`) }).end()
    })
    const answer = await request(path.url, { headers: { cookie } })
    expect([answer.statusCode, answer.headers['location']]).toEqual(
      expected === undefined ? [502, undefined] : [307, expected],
    )
  })

  it('arrives chunk by chunk, as the app sends it', async () => {
    let next: () => void = () => undefined
    const { cookie } = await start((_request, _message, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      next = () => response.end('data: 2\n\n')
    })
    const answer = await request(`${path.url}/gradio_api/queue/data?session_hash=a`, { headers: { cookie } })
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    const chunks = answer.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    expect(String((await chunks.next()).value)).toBe('data: 1\n\n')
    next()
    expect(String((await chunks.next()).value)).toBe('data: 2\n\n')
    expect((await chunks.next()).done).toBe(true)
    await expect.poll(() => path.audit.events.at(-1)).toMatchObject({ kind: 'stream.ended', why: 'finished' })
  })

  it('looks broken when the app broke it off', async () => {
    const { cookie } = await start((_request, _message, response) => {
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('data: 1\n\n', () => response.destroy())
    })
    const answer = await request(`${path.url}/gradio_api/queue/data?session_hash=a`, { headers: { cookie } })
    await expect(answer.body.text()).rejects.toThrow()
    await expect
      .poll(() => path.audit.events.at(-1))
      .toMatchObject({ kind: 'stream.ended', why: 'upstream-broke' })
  })

  it('is given up at the app when the client leaves', async () => {
    let left: Promise<unknown> = Promise.reject(new TypeError('no request came'))
    left.catch(() => undefined)
    const { cookie } = await start((_request, _message, response) => {
      left = once(response, 'close')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    })
    const answer = await request(`${path.url}/gradio_api/heartbeat/a`, { headers: { cookie } })
    answer.body.on('error', () => undefined)
    answer.body.destroy()
    await left
    await expect
      .poll(() => path.audit.events.at(-1))
      .toMatchObject({ kind: 'stream.ended', why: 'client-left' })
  })

  it('is given up at the app when the client leaves before it began', async () => {
    let arrived: () => void = () => undefined
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    let left: Promise<unknown> = Promise.resolve()
    const { cookie } = await start((_request, _message, response) => {
      left = once(response, 'close')
      arrived()
    })
    const leaving = new AbortController()
    const answer = request(`${path.url}/gradio_api/run/predict`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: '{}',
      signal: leaving.signal,
    })
    await arrival
    leaving.abort()
    await expect(answer).rejects.toThrow()
    await left
  })

  it('waits for a slow reader instead of piling up', async () => {
    let sent = 0
    const total = 64 * 1024 * 1024
    const { cookie } = await start((_request, _message, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': total })
      const chunk = Buffer.alloc(1024 * 1024)
      const push = () => {
        while (sent < total) {
          sent += chunk.length
          if (!response.write(chunk)) {
            response.once('drain', push)
            return
          }
        }
        response.end()
      }
      push()
    })
    const answer = await request(`${path.url}/gradio_api/file=/tmp/large`, {
      headers: { cookie },
      highWaterMark: 64 * 1024,
    })
    // Nobody reads yet: what the app could send is what sockets and buffers hold.
    let before = -1
    await expect
      .poll(
        () => {
          const still = sent === before
          before = sent
          return still
        },
        { interval: 200 },
      )
      .toBe(true)
    expect(sent).toBeLessThan(total / 2)
    let read = 0
    for await (const chunk of answer.body) read += (chunk as Buffer).length
    expect(read).toBe(total)
  })
})

describe('an app in trouble', () => {
  it('is asked again when it closed the connection, where nothing can happen twice', async () => {
    let first = true
    const { cookie } = await start((_request, message, response) => {
      if (first) {
        first = false
        message.socket.destroy()
      } else response.end('{}')
    })
    expect((await request(`${path.url}/config`, { headers: { cookie } })).statusCode).toBe(200)
    expect(upstream.reached.length).toBe(2)
  })

  it.each([
    ['POST', '/gradio_api/queue/join'],
    ['GET', '/gradio_api/queue/data?session_hash=a'],
    ['GET', '/gradio_api/heartbeat/a'],
    ['GET', '/gradio_api/deep_link?session_hash=a'],
  ] as const)('is not asked twice for %s %s', async (method, target) => {
    const { cookie } = await start((_request, message) => void message.socket.destroy())
    const answer = await request(path.url + target, {
      method,
      headers: { cookie, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: '{}' } : {}),
    })
    expect(answer.statusCode).toBe(502)
    expect(upstream.reached.length).toBe(1)
    expect(path.audit.codes).toEqual(['upstream-broken'])
  })

  it('that is gone gives a page to people and JSON to clients, and is back by itself', async () => {
    const { cookie } = await start(plain)
    const { port } = upstream.url
    await upstream.close()
    const person = await request(path.url, {
      headers: { cookie, 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' },
    })
    expect([person.statusCode, person.headers['content-type']]).toEqual([502, 'text/html; charset=utf-8'])
    const client = await request(`${path.url}/config`, { headers: { cookie } })
    expect([client.statusCode, await client.body.json()]).toEqual([
      502,
      { detail: 'The app is not answering at the moment.' },
    ])
    const { createServer } = await import('node:http')
    const again = createServer((_request, response) => response.end('{}'))
    again.listen(Number(port), '127.0.0.1')
    await once(again, 'listening')
    expect((await request(`${path.url}/config`, { headers: { cookie } })).statusCode).toBe(200)
    again.closeAllConnections()
    again.close()
  })

  it.each(['away', 'rejected'] as const)('that is %s gets no request', async (state) => {
    const { cookie } = await start(plain, { change: (gate) => ({ app: { ...gate.app, state } }) })
    expect((await request(`${path.url}/config`, { headers: { cookie } })).statusCode).toBe(502)
    expect(upstream.reached).toEqual([])
  })
})
