/**
 * The story: a crowd takes every connection that the gate has, holds on to it, and comes again when it was cut, so that nobody
 * else gets one. Strangers make room for somebody new, the slowest first, and never a connection on which somebody who is signed in
 * waits for an answer.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { defaults } from '../../src/config/defaults.ts'
import { startPath } from '../path/start-path.ts'
import { ask } from '../rig/ask.ts'
import { startCrowd, type Crowd } from '../rig/crowd.ts'
import { logIn } from '../rig/log-in.ts'
import { startUpstream } from '../upstreams/start-upstream.ts'
import { readAuditRecords } from './audit-records.ts'
import { useApp, useGate, useSession } from './targets.ts'

const places = 200
const singles = 5
/** Those who have none at the moment come again, each a second later. */
const crowdSize = places + 40

const app = useApp('careless')
const gate = useGate(app, {
  config: {
    limits: { ...defaults.limits, connections: places, connectionsPerAddress: places },
    audit: { ...defaults.audit, strangerRecordsPerHour: singles },
  },
})
const session = useSession(gate)

const crowds: Crowd[] = []
const come = (options: Partial<Parameters<typeof startCrowd>[0]> = {}) => {
  const crowd = startCrowd({
    ...{ port: gate().port, connections: crowdSize, beginning: 'GET / HTTP/1.1\r\nX-A: ', drip: 'a' },
    ...options,
  })
  crowds.push(crowd)
  return crowd
}

/** A request that is under way until its body was waited for long enough. */
function beginSignIn({ port, url }: { readonly port: number; readonly url: string }, more = ''): string {
  return (
    `POST ${paths.loginStart} HTTP/1.1\r\nHost: 127.0.0.1:${String(port)}\r\nOrigin: ${url}\r\n${more}` +
    'Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n'
  )
}

afterAll(() => {
  for (const crowd of crowds) crowd.leave()
})

/** They have all places, and more than once somebody had to go for another. */
async function fill(crowd: Crowd): Promise<void> {
  await expect.poll(() => crowd.cut, { timeout: 60_000 }).toBeGreaterThan(crowdSize - places)
}

describe('take all connections', () => {
  it('is blocked by the gate: somebody new is served all the same, and signs in', async () => {
    const crowd = come()
    await fill(crowd)
    for (let at = 0; at < 20; at++) expect((await ask(gate().url, paths.login)).status).toBe(200)
    const { url, password } = gate()
    expect(await logIn({ url, password })).not.toBe('')
    crowd.leave()
  })

  it('is blocked by the gate: whoever is signed in and waits for an answer keeps the connection', async () => {
    const answer = Promise.withResolvers<void>()
    const upstream = await startUpstream((_request, _message, response) => {
      void answer.promise.then(() => response.end('{"data":["done"]}'))
    })
    const path = await startPath({ upstream, connections: 20 })
    try {
      const { text } = await path.issueToken()
      const calling = ask(path.url, '/gradio_api/run/predict', {
        method: 'POST',
        headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
        body: '{"data":["x"]}',
      })
      await expect.poll(() => upstream.reached.length).toBe(1)
      // Each has a request under way, as the call, and came after it.
      const goOn = 'HTTP/1.1 100 Continue'
      const joinOne = async () => {
        const beginning = beginSignIn(path, 'Expect: 100-continue\r\n')
        const one = come({ port: path.port, connections: 1, beginning, drip: '', once: true })
        await expect.poll(() => one.answers.get(goOn)).toBe(1)
        return one
      }
      const strangers: Crowd[] = []
      for (let at = 0; at < 29; at++) strangers.push(await joinOne())
      await expect.poll(() => strangers.filter(({ cut }) => cut > 0).length).toBe(10)
      answer.resolve()
      expect(await calling).toMatchObject({ status: 200 })
    } finally {
      await path.close()
      await upstream.close()
    }
  })

  it('is blocked by the gate: by requests that are under way, too', async () => {
    const crowd = come({ beginning: beginSignIn(gate()) })
    await fill(crowd)
    for (let at = 0; at < 20; at++) expect((await ask(gate().url, paths.login)).status).toBe(200)
    crowd.leave()
  })

  it('is on record, and the log isn’t full of it', async () => {
    const crowd = come({ beginning: '', drip: '' })
    await fill(crowd)
    crowd.leave()
    await gate().restart()
    const records = await readAuditRecords(gate().auditDir)
    const refused = records.filter(({ kind }) => kind === 'request.refused')
    const dropped = records.filter(({ what, code }) => what === 'refused' && code === 'connection-dropped')
    expect(refused.length).toBeLessThanOrEqual(singles + 10)
    expect(dropped.reduce((sum, { count = 0 }) => sum + count, 0)).toBeGreaterThan(
      crowdSize - places - singles,
    )
    expect(dropped.length).toBeLessThan(20)
    expect((await ask(gate().url, paths.login)).status).toBe(200)
  })
})

describe('ask for a thousand pieces of one file', () => {
  const range = `bytes=${Array.from({ length: 1_000 }, (_, at) => `${String(2 * at)}-${String(2 * at)}`).join(',')}`
  const find = async (url: string, headers: Readonly<Record<string, string>>) => {
    const { body } = await ask(url, '/', { headers })
    return (
      /\/?assets\/index-[\w-]+\.js/.exec(body)?.[0].replace(/^\/?/, '/') ??
      expect.fail('the page has no script')
    )
  }

  it('stays blocked on the bare app: it answers with the whole', async () => {
    const { status } = await ask(app().url, await find(app().url, {}), { headers: { range } })
    expect(status).toBe(200)
  })

  it('is blocked by the gate, which passes one piece on and no more', async () => {
    const headers = { cookie: session() }
    const script = await find(gate().url, headers)
    const statuses = []
    for (const wanted of [range, 'bytes=0-0,2-2', 'bytes=0-9'])
      statuses.push((await ask(gate().url, script, { headers: { ...headers, range: wanted } })).status)
    expect(statuses).toEqual([200, 200, 206])
  })
})
