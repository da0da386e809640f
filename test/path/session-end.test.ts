/** What is open in a session's name ends with the session, whatever ended it. */
import { PassThrough } from 'node:stream'
import { request } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startUpstream, type Upstream } from '../upstreams/start-upstream.ts'
import { uploadEnd, uploadStart, uploadType } from '../rig/upload-form.ts'
import { predictCall } from '../upstreams/small-config.ts'
import { lifetime, startPath, type Path } from './start-path.ts'
import { streaming } from './with-upstream.ts'

let upstream: Upstream
let path: Path

beforeEach(async () => {
  upstream = await startUpstream(streaming)
  path = await startPath({ upstream })
})

afterEach(async () => {
  await path.close()
  await upstream.close()
})

async function openStream(cookie: string) {
  const answer = await request(`${path.url}/gradio_api/queue/data?session_hash=a`, { headers: { cookie } })
  const chunks = answer.body[Symbol.asyncIterator]()
  await chunks.next()
  return chunks
}

const lastEvents = () =>
  path.audit.events
    .map((event) => ('why' in event ? `${event.kind} ${event.why}` : event.kind))
    .filter((kind) => kind.includes(' '))

describe('an open stream', () => {
  it('is cut when its session signs out', async () => {
    const { cookie } = await path.signIn()
    const stream = await openStream(cookie)
    const ended = expect(stream.next()).rejects.toThrow()
    await request(`${path.url}/.sekisho/api/logout`, { method: 'POST', headers: { cookie } })
    await ended
    await expect.poll(lastEvents).toEqual(['session.ended logout', 'stream.ended session-ended'])
  })

  it.each([
    ['idle', lifetime.idleMs],
    ['absolute', lifetime.absoluteMs],
  ])('is cut at the %s limit', async (why, after) => {
    const { cookie } = await path.signIn()
    if (why === 'absolute') {
      // Somebody who never rests still reaches the absolute end.
      for (let passed = 0; passed < lifetime.absoluteMs - lifetime.idleMs; passed += lifetime.idleMs / 2) {
        path.clock.time += lifetime.idleMs / 2
        await request(`${path.url}/config`, { headers: { cookie } }).then((answer) =>
          answer.body.destroy().on('error', () => undefined),
        )
      }
    }
    const stream = await openStream(cookie)
    const ended = expect(stream.next()).rejects.toThrow()
    path.clock.time += after + 1
    await path.review()
    await ended
    await expect.poll(lastEvents).toContain('stream.ended session-ended')
    expect(lastEvents().join()).toContain('session.ended')
  })

  it('of another session goes on', async () => {
    const one = await path.signIn()
    const two = await path.signIn()
    const stream = await openStream(two.cookie)
    await request(`${path.url}/.sekisho/api/logout`, { method: 'POST', headers: { cookie: one.cookie } })
    await path.review()
    const next = stream.next()
    const winner = await Promise.race([
      next.then(
        () => 'ended',
        () => 'cut',
      ),
      request(`${path.url}/.sekisho/health`).then(() => 'open'),
    ])
    expect(winner).toBe('open')
    next.catch(() => undefined)
  })
})

describe('a call under way', () => {
  it('ends with its session, at the app too', async () => {
    const { cookie } = await path.signIn()
    const silent = await startUpstream(() => undefined)
    const other = await startPath({ upstream: silent })
    const session = await other.signIn()
    const call = request(`${other.url}/gradio_api/run/predict`, {
      method: 'POST',
      headers: { cookie: session.cookie, 'content-type': 'application/json' },
      body: predictCall,
    })
    await expect.poll(() => silent.reached.length).toBe(1)
    await request(`${other.url}/.sekisho/api/logout`, { method: 'POST', headers: { cookie: session.cookie } })
    expect((await call).statusCode).toBe(401)
    expect(other.audit.codes).toEqual(['session-ended'])
    await other.close()
    await silent.close()
    expect((await request(`${path.url}/.sekisho/health`, { headers: { cookie } })).statusCode).toBe(200)
  })

  it.each([
    ['application/json', '/gradio_api/queue/join', predictCall.slice(0, -1), '}'],
    [uploadType, '/gradio_api/upload', uploadStart, uploadEnd],
  ])('whose %s body comes after the end never reaches the app', async (type, target, start, end) => {
    const { cookie } = await path.signIn()
    const body = new PassThrough()
    const call = request(path.url + target, {
      method: 'POST',
      headers: { cookie, 'content-type': type, 'content-length': String(start.length + end.length) },
      body,
    })
    body.write(start)
    await expect
      .poll(() =>
        path.gate.sessions.look(cookie, { scheme: 'http', host: '' }, { address: '', userAgent: '' }),
      )
      .toMatchObject({ kind: 'active' })
    await request(`${path.url}/.sekisho/api/logout`, { method: 'POST', headers: { cookie } })
    body.end(end)
    const answer = await call.catch(() => undefined)
    if (answer !== undefined) expect(answer.statusCode).toBe(401)
    expect(upstream.reached).toEqual([])
  })
})
