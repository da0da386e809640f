/**
 * One person keeps the machine behind the app busy for everybody: call after call of a costly function, many at a time,
 * or samples slipped into a batch that runs under somebody else's name.
 */
import { describe, expect, it } from 'vitest'
import { askJson } from '../rig/ask.ts'
import { follow } from '../rig/follow.ts'
import { readConfigText } from '../rig/read-config-text.ts'
import { callFunction } from '../rig/use-app.ts'
import { useApp } from './targets.ts'
import { usePeople } from './people.ts'
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

async function joinSleep(url: string, headers: Headers, seconds: number) {
  const session_hash = newSession()
  const body = { data: [seconds, 'x'], fn_index: await indexOf(app().url, 'sleep'), session_hash }
  return { session_hash, ...(await askJson(url, '/gradio_api/queue/join', body, { headers })) }
}

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
