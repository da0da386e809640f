/** Places among the calls that are under way: whoever hangs up doesn't get one back that the app still works on. */
import type { ServerResponse } from 'node:http'
import { request } from 'undici'
import { beforeEach, expect, it } from 'vitest'
import { defaults } from '../../src/config/defaults.ts'
import type { Owner } from '../../src/ownership/owner.ts'
import { ask, askJson } from '../rig/ask.ts'
import { useUpstream } from './with-upstream.ts'

const api = '/gradio_api'
const on = useUpstream()
const limits = { ...defaults.limits, endpoints: [{ pattern: '*', concurrent: 1 }] }
/** Calls that the app has not answered yet. */
let open: ServerResponse[] = []
let cookie = ''
let owner: Owner
let streamStatus = 200

beforeEach(async () => {
  open = []
  const answer: Parameters<typeof on.start>[0] = ({ target }, _message, response) => {
    if (target.includes('/queue/data'))
      response.writeHead(streamStatus, { 'content-type': 'text/event-stream' }).end('data: {}\n\n')
    else if (target.includes('/cancel')) response.writeHead(500).end('{}')
    else open.push(response)
  }
  const session = await on.start(answer, { config: { limits } })
  cookie = session.cookie
  owner = session.owner
})

/** Sends a call, waits until the app has it, and leaves. */
async function callAndLeave(path: string): Promise<void> {
  const leaving = new AbortController()
  const left = request(`${on.path.url}${api}${path}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', origin: on.path.url },
    body: JSON.stringify({ data: ['x'], fn_index: 0, session_hash: 'abc' }),
    signal: leaving.signal,
  })
  await expect.poll(() => open.length).toBe(1)
  leaving.abort()
  await expect(left).rejects.toThrow()
}

function answerFirst(body: object): void {
  open.shift()?.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const call = (path: string) =>
  askJson(
    on.path.url,
    `${api}${path}`,
    { data: ['x'], fn_index: 0, session_hash: 'def' },
    { headers: { cookie } },
  )
const get = (path: string) => ask(on.path.url, path, { headers: { cookie } })
const whyRefused = () =>
  on.path.audit.events.flatMap((event) => (event.kind === 'request.refused' ? [event.because] : []))

it('a queued call keeps its place, and its owner, when its client leaves before it is answered', async () => {
  await callAndLeave('/queue/join')
  // A round to the gate and back, in which it sees that somebody left.
  await get('/nowhere')
  answerFirst({ event_id: 'e1' })
  await expect.poll(whyRefused).toContainEqual({ reason: 'client-left' })
  expect((await call('/queue/join')).status).toBe(429)
  expect((await on.path.ownership.findEvent(owner, 'e1')).event).toBeDefined()
})

it('a call that runs at once keeps its place until the app has answered', async () => {
  await callAndLeave('/run/predict')
  await get('/nowhere')
  expect((await call('/run/predict')).status).toBe(429)
  answerFirst({ data: ['x'] })
  await expect.poll(whyRefused).toContainEqual({ reason: 'client-left' })
  const next = call('/run/predict')
  await expect.poll(() => open.length).toBe(1)
  answerFirst({ data: ['x'] })
  expect((await next).status).toBe(200)
})

it('a place is not given back by a stream or a cancelling that the app refused', async () => {
  const joined = call('/queue/join')
  await expect.poll(() => open.length).toBe(1)
  answerFirst({ event_id: 'e1' })
  expect((await joined).status).toBe(200)
  streamStatus = 404
  expect((await get(`${api}/queue/data?session_hash=def`)).status).toBe(404)
  const cancelling = { session_hash: 'def', fn_index: 0, event_id: 'e1' }
  expect((await askJson(on.path.url, `${api}/cancel`, cancelling, { headers: { cookie } })).status).toBe(500)
  expect((await call('/queue/join')).status).toBe(429)
  streamStatus = 200
  expect((await get(`${api}/queue/data?session_hash=def`)).status).toBe(200)
  const next = call('/queue/join')
  await expect.poll(() => open.length).toBe(1)
  answerFirst({ event_id: 'e2' })
  expect((await next).status).toBe(200)
})
