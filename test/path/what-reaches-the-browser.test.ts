/** What the browser gets of the app's answer: an allow-list, chunk by chunk, and an end on both sides. */
import { once } from 'node:events'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { describeSmallApp, predictCall } from '../upstreams/small-config.ts'
import { useUpstream } from './with-upstream.ts'

const on = useUpstream()

describe('an answer on its way to the browser', () => {
  it('carries what is listed and the headers that Gradio lacks', async () => {
    const { cookie, owner } = await on.start((_request, _message, response) => {
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
    await on.path.ownership.noteFiles(owner, ['/tmp/a.png'])
    const answer = await request(`${on.path.url}/gradio_api/file=/tmp/a.png`, {
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
      'content-security-policy': "sandbox; frame-ancestors 'self'",
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    })
    expect([answer.statusCode, await answer.body.text()]).toEqual([206, 'ab'])
  })

  it("gets the gate's element first in the head of a page, and nothing in other answers", async () => {
    const shown = describeSmallApp('/')?.body ?? ''
    const { cookie } = await on.start((asked, _message, response) => {
      response
        .writeHead(200, {
          'content-type': asked.target === '/' ? 'text/html; charset=utf-8' : 'text/plain',
          'content-length': shown.length,
        })
        .end(shown)
    })
    const page = await request(on.path.url, { headers: { cookie } })
    const text = await page.body.text()
    const element = '<script src="/.sekisho/assets/bar.js"></script>'
    expect(text.split('<script>')[0]).toBe(`<!doctype html><html><head>${element}`)
    expect(text).toContain('</script></head><body>hello</body></html>')
    expect(page.headers).toMatchObject({
      'cache-control': 'private, no-store',
      'content-security-policy':
        "base-uri 'self'; form-action 'self' https://pay.example; frame-ancestors 'self'",
      'cross-origin-opener-policy': 'same-origin-allow-popups',
    })
    expect(page.headers['content-length']).toBe(String(Buffer.byteLength(text)))
    const other = await request(`${on.path.url}/theme.css`, { headers: { cookie } })
    expect(await other.body.text()).toBe(shown)
  })

  it.each([
    ['/second/', '/second/'],
    ['second?x=1', '/second?x=1'],
    ['http://evil.test/x', undefined],
    ['//evil.test/x', undefined],
    ['https://HOST/login', '/login'],
    ['javascript:alert(1)', undefined],
  ])('leads to %s only as %s', async (location, expected) => {
    const { cookie } = await on.start((_request, _message, response) => {
      response.writeHead(307, { location: location.replace('HOST', `127.0.0.1:${on.path.port}`) }).end()
    })
    const answer = await request(on.path.url, { headers: { cookie } })
    expect([answer.statusCode, answer.headers['location']]).toEqual(
      expected === undefined ? [502, undefined] : [307, expected],
    )
  })

  it('arrives chunk by chunk, as the app sends it', async () => {
    let next: () => void = () => undefined
    const { cookie } = await on.start((_request, _message, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      next = () => response.end('data: 2\n\n')
    })
    const answer = await request(`${on.path.url}/gradio_api/queue/data?session_hash=a`, {
      headers: { cookie },
    })
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    const chunks = answer.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    expect(String((await chunks.next()).value)).toBe('data: 1\n\n')
    next()
    expect(String((await chunks.next()).value)).toBe('data: 2\n\n')
    expect((await chunks.next()).done).toBe(true)
    await expect
      .poll(() => on.path.audit.events.at(-1))
      .toMatchObject({ kind: 'stream.ended', why: 'finished' })
  })

  it('looks broken when the app broke it off', async () => {
    const { cookie } = await on.start((_request, _message, response) => {
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('data: 1\n\n', () => response.destroy())
    })
    const answer = await request(`${on.path.url}/gradio_api/queue/data?session_hash=a`, {
      headers: { cookie },
    })
    await expect(answer.body.text()).rejects.toThrow()
    await expect
      .poll(() => on.path.audit.events.at(-1))
      .toMatchObject({ kind: 'stream.ended', why: 'upstream-broke' })
  })

  it('is given up at the app when the client leaves', async () => {
    let left: Promise<unknown> = Promise.reject(new TypeError('no request came'))
    left.catch(() => undefined)
    const { cookie } = await on.start((_request, _message, response) => {
      left = once(response, 'close')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    })
    const answer = await request(`${on.path.url}/gradio_api/heartbeat/a`, { headers: { cookie } })
    answer.body.on('error', () => undefined)
    answer.body.destroy()
    await left
    await expect
      .poll(() => on.path.audit.events.at(-1))
      .toMatchObject({ kind: 'stream.ended', why: 'client-left' })
  })

  it('is given up at the app when the client leaves before it began', async () => {
    let arrived: () => void = () => undefined
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    let left: Promise<unknown> = Promise.resolve()
    const { cookie } = await on.start((_request, _message, response) => {
      left = once(response, 'close')
      arrived()
    })
    const leaving = new AbortController()
    const answer = request(`${on.path.url}/gradio_api/run/predict`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: predictCall,
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
    const { cookie, owner } = await on.start((_request, _message, response) => {
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
    await on.path.ownership.noteFiles(owner, ['/tmp/large'])
    const answer = await request(`${on.path.url}/gradio_api/file=/tmp/large`, {
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
