/** What the app says by a session's stream and then by the answer to a call reaches the page in this order, however long a look takes. */
import type { ServerResponse } from 'node:http'
import { request } from 'undici'
import { beforeEach, expect, it } from 'vitest'
import { StreamOrder } from '../../src/forward/stream-order.ts'
import { askJson } from '../rig/ask.ts'
import { useUpstream } from './with-upstream.ts'

const api = '/gradio_api'
const on = useUpstream()
/** Told when what a tap looks at may go on. */
let looks: (() => void)[] = []
let streams: ServerResponse[] = []
let calls = 0
let isSlow = true
let cookie = ''
let begin: (patience?: number) => Promise<void>

beforeEach(() => {
  ;[looks, streams, calls, isSlow] = [[], [], 0, true]
  const answer: Parameters<typeof on.start>[0] = ({ target }, _message, response) => {
    if (target.includes('/queue/data')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      streams.push(response)
    } else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ event_id: `e${++calls}` }))
  }
  const slow = {
    marks: ['slow'],
    take: () =>
      isSlow ? new Promise<undefined>((resolve) => looks.push(() => resolve(undefined))) : undefined,
  }
  // How long a test takes isn't told by a clock: it is long enough, or over.
  const start = (patience: number) =>
    on.start(answer, {
      change: (gate) => ({
        tapsFor: (request, head) =>
          request.entry.id === 'queue.data' ? [slow] : gate.tapsFor(request, head),
        streamOrder: new StreamOrder(patience),
      }),
    })
  begin = async (patience = 600_000) => {
    cookie = (await start(patience)).cookie
  }
})

const join = async (session: string) =>
  (
    await askJson(
      on.path.url,
      `${api}/queue/join`,
      { data: ['x'], fn_index: 0, session_hash: session },
      { headers: { cookie } },
    )
  ).status

/** All that it brings; it brings the first message when a tap lets it. */
async function readStream(session: string, signal?: AbortSignal): Promise<string> {
  const { body } = await request(`${on.path.url}${api}/queue/data?session_hash=${session}`, {
    headers: { cookie },
    signal: signal ?? null,
  })
  return body.text()
}

it('a call is answered after the end of the stream that the app ended before', async () => {
  await begin()
  const order: string[] = []
  const whole = readStream('abc').then((text) => order.push(text))
  await expect.poll(() => streams.length).toBe(1)
  streams[0]?.write('data: slow\n\n')
  await expect.poll(() => looks.length).toBe(1)
  streams[0]?.end('data: close_stream\n\n')
  const joined = join('abc').then((status) => order.push(String(status)))
  await expect.poll(() => calls).toBe(1)
  // Another session waits for nobody; by then the first answer would have been here too.
  for (let i = 0; i < 20; i++) expect(await join('other')).toBe(200)
  expect(order).toEqual([])
  looks[0]?.()
  await Promise.all([whole, joined])
  expect(order.toSorted()).toEqual(['200', 'data: slow\n\ndata: close_stream\n\n'])
})

it('a call is not held up for ever by a look that has no end', async () => {
  await begin(1)
  const whole = readStream('abc')
  await expect.poll(() => streams.length).toBe(1)
  streams[0]?.write('data: slow\n\n')
  await expect.poll(() => looks.length).toBe(1)
  expect(await join('abc')).toBe(200)
  // The look isn't given up for that.
  looks[0]?.()
  streams[0]?.end()
  expect(await whole).toBe('data: slow\n\n')
})

it('a call whose session has no stream, or one that left, is answered at once', async () => {
  await begin()
  expect(await join('abc')).toBe(200)
  const leaving = new AbortController()
  const left = readStream('abc', leaving.signal)
  await expect.poll(() => streams.length).toBe(1)
  streams[0]?.write('data: slow\n\n')
  await expect.poll(() => looks.length).toBe(1)
  leaving.abort()
  await expect(left).rejects.toThrow()
  await expect.poll(() => streams[0]?.destroyed).toBe(true)
  expect(await join('abc')).toBe(200)
})
