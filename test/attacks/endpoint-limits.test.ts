/**
 * One person keeps the machine behind the app busy for everybody: call after call of a costly function, many at a time,
 * or samples slipped into a batch that runs under somebody else's name.
 */
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask, askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { callFunction } from '../rig/use-app.ts'
import { useApp } from './targets.ts'
import { usePeople, type Person } from './people.ts'
import { indexOf, newSession } from './ways-to-call.ts'

const app = useApp('neighbours')
const people = usePeople(app, {
  config: `
limits:
  endpoints:
    sleep: { concurrent: 2 }
    echo: { rate: "3, then 1 per 1h", body: 2kB }
`,
  members: {},
})
type Headers = Readonly<Record<string, string>>

async function join(url: string, headers: Headers, name: string, data: readonly unknown[]) {
  const session_hash = newSession()
  const body = { data, fn_index: await indexOf(app().url, name), session_hash }
  return { session_hash, ...(await askJson(url, '/gradio_api/queue/join', body, { headers })) }
}

const joinSleep = (url: string, headers: Headers, seconds: number) =>
  join(url, headers, 'sleep', [seconds, 'x'])

describe('many calls at a time', () => {
  it('are taken by the bare app', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => joinSleep(app().url, {}, 0.01)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200))
  })

  it('are as many as each may have, until one of them ends', async () => {
    const { url, headers } = await people('alice')
    const first = await joinSleep(url, headers, 1)
    const second = await joinSleep(url, headers, 1)
    const third = await joinSleep(url, headers, 1)
    expect([first.status, second.status, third.status]).toEqual([200, 200, 429])
    expect(third.headers['retry-after']).toBe('2')
    const bob = await people('bob')
    expect((await joinSleep(bob.url, bob.headers, 0)).status).toBe(200)
    const stream = await follow(`${url}/gradio_api/queue/data?session_hash=${first.session_hash}`, headers)
    await stream.until(/process_completed/)
    expect((await joinSleep(url, headers, 0)).status).toBe(200)
    stream.close()
  })

  it('have their places given back by whoever hangs up', async () => {
    const { url, headers } = await people('carol')
    for (let round = 0; round < 4; round++) {
      const { session_hash, status } = await joinSleep(url, headers, 30)
      expect(status).toBe(200)
      const stream = await follow(`${url}/gradio_api/queue/data?session_hash=${session_hash}`, headers)
      await stream.until(/event_id/)
      stream.close()
      await expect
        .poll(async () => {
          const probe = await joinSleep(url, headers, 0)
          if (probe.status !== 200) return probe.status
          const own = await follow(`${url}/gradio_api/queue/data?session_hash=${probe.session_hash}`, headers)
          await own.until(/event_id/)
          own.close()
          return 200
        })
        .toBe(200)
    }
  })
})

describe('a place outside the queue', () => {
  it('is not given back by a stream of the same session that is closed', async () => {
    const { url, headers } = await people('emil')
    const session_hash = newSession()
    const gone = new AbortController()
    const run = (seconds: number) =>
      fetch(`${url}/gradio_api/run/sleep`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ data: [seconds, 'x'], session_hash }),
        signal: gone.signal,
      }).then(({ status }) => status)
    const running = [run(20), run(20)].map((one) => one.catch(() => undefined))
    await expect.poll(() => run(0)).toBe(429)
    const stream = await follow(`${url}/gradio_api/queue/data?session_hash=${session_hash}`, headers)
    stream.close()
    for (let tries = 0; tries < 20; tries++) expect(await run(0)).toBe(429)
    gone.abort()
    await Promise.all(running)
  })
})

describe('a batch', () => {
  const answerOf = async ({ url, headers }: Person, session_hash: string) => {
    const stream = await follow(`${url}/gradio_api/queue/data?session_hash=${session_hash}`, headers)
    const text = await stream.until(/process_completed/)
    stream.close()
    return /\w+: one of \d/.exec(text)?.[0]
  }
  const go = () => path.join(app().temporary, 'go')

  it('runs samples of several people under one name, at the bare app', async () => {
    const bare: Person = { url: app().url, headers: {} }
    await untilAppWaits((await join(bare.url, {}, 'together', ['wait'])).status)
    const one = await join(bare.url, {}, 'together', ['one'])
    const two = await join(bare.url, {}, 'together', ['two'])
    await writeFile(go(), '')
    const answers = await Promise.all([one, two].map(({ session_hash }) => answerOf(bare, session_hash)))
    expect(answers).toEqual(['one: one of 2', 'two: one of 2'])
  })

  it('holds samples of one person only, and nobody is kept out by who never listens', async () => {
    await rm(go(), { force: true })
    const [alice, bob, carol] = [await people('alice'), await people('bob'), await people('carol')]
    expect((await join(alice.url, alice.headers, 'together', ['wait'])).status).toBe(200)
    let waiting = await join(bob.url, bob.headers, 'together', ['bob'])
    // The app takes a moment to begin with what it has queued.
    await expect
      .poll(async () => {
        if (waiting.status !== 200) waiting = await join(bob.url, bob.headers, 'together', ['bob'])
        return waiting.status
      })
      .toBe(200)
    const late = await join(carol.url, carol.headers, 'together', ['carol'])
    expect([late.status, late.headers['retry-after']]).toEqual([429, '2'])
    await writeFile(go(), '')
    expect(await answerOf(bob, waiting.session_hash)).toBe('bob: one of 1')
    const next = await join(carol.url, carol.headers, 'together', ['carol'])
    expect(await answerOf(carol, next.session_hash)).toBe('carol: one of 1')
  })
})

/** Joined, and taken out of the queue: what comes now waits for the next batch. */
async function untilAppWaits(status: number): Promise<void> {
  expect(status).toBe(200)
  const isTaken = async () =>
    (await ask(app().url, '/gradio_api/queue/status')).body.includes('"queue_size":0')
  await expect.poll(isTaken).toBe(true)
}

describe('the pace of a function', () => {
  it('is each one’s own, and the call beyond it is refused before the app sees it', async () => {
    const { url, headers } = await people('dora')
    const call = () => callFunction(url, 'echo', ['hello'], { headers })
    expect([await call(), await call(), await call(), await call()]).toEqual([
      ['hello'],
      ['hello'],
      ['hello'],
      undefined,
    ])
    const bob = await people('bob')
    expect(await callFunction(bob.url, 'echo', ['hello'], { headers: bob.headers })).toEqual(['hello'])
  })

  it('has a size too', async () => {
    const { url, headers } = await people('emil')
    const body = { data: ['x'.repeat(3000)] }
    expect((await askJson(url, '/gradio_api/call/echo', body, { headers })).status).toBe(413)
  })
})

it('reads the same settings as the gate', () => {
  expect(readConfigText('limits: { endpoints: { a: { rate: 10/min } } }').limits?.endpoints).toEqual([
    { pattern: 'a', rate: { burst: 10, intervalMs: 6000 } },
  ])
})
