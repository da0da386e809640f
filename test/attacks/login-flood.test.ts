/**
 * The story: a thousand strangers begin to sign in at once, so that those who are at work wait. Logins are worked off in
 * a thread of their own behind a short queue, and paced before that; a stream that runs goes on, event by event.
 */
import { client, ready } from '@serenity-kit/opaque'
import { beforeAll, describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask, askJson } from '../rig/ask.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { rawRequest, sendRaw } from '../rig/raw-http.ts'
import { gateDoor } from './doors.ts'
import { useApp } from './targets.ts'

const app = useApp('careless')
const requests = 500

beforeAll(() => ready)

/** Sent behind each other; the gate cuts who sends more than a handful without waiting. */
const perConnection = 5

/** Starts of logins, all at once, from ten addresses. Answers how often each status came. */
async function flood({ port, url }: GateHere): Promise<ReadonlyMap<number, number>> {
  const { startLoginRequest } = client.startLogin({ password: 'a guess of a stranger' })
  const body = JSON.stringify({ startLoginRequest })
  const start = (last: boolean) =>
    rawRequest(
      `POST ${paths.loginStart}`,
      [
        `Origin: ${url}`,
        `Host: ${new URL(url).host}`,
        'Content-Type: application/json',
        `Content-Length: ${String(body.length)}`,
        ...(last ? ['Connection: close'] : []),
      ],
      body,
    )
  const bytes = `${start(false).repeat(perConnection - 1)}${start(true)}`
  const answers = await Promise.all(
    Array.from({ length: requests / perConnection }, (_, at) =>
      sendRaw(port, bytes, { from: `127.0.9.${String((at % 10) + 1)}`, until: 'close', limit: 60_000 }),
    ),
  )
  const counts = new Map<number, number>()
  for (const [, status] of answers
    .map(({ raw }) => raw)
    .join('\n')
    .matchAll(/HTTP\/1\.1 (\d{3})/g))
    counts.set(Number(status), (counts.get(Number(status)) ?? 0) + 1)
  expect([...counts.values()].reduce((sum, count) => sum + count)).toBe(requests)
  return counts
}

interface Stream {
  /** Values in the order they came. */
  readonly events: string[]
  readonly ended: Promise<void>
}

/** A generator that yields ten times a second, through the gate. */
async function startStream({ url }: GateHere, cookie: string, steps: number): Promise<Stream> {
  const started = await askJson(url, '/gradio_api/call/slow', { data: [steps] }, { headers: { cookie } })
  const { event_id } = JSON.parse(started.body) as { event_id: string }
  const answer = await fetch(`${url}/gradio_api/call/slow/${event_id}`, { headers: { cookie } })
  const events: string[] = []
  const read = async () => {
    let text = ''
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString()
      const whole = text.split('\n\n')
      text = whole.pop() ?? ''
      events.push(...whole.map((event) => /"(step \d+)"/.exec(event)?.[1] ?? event))
    }
  }
  const ended = read()
  // A test that fails earlier has no use for how this one ends.
  ended.catch(() => undefined)
  return { events, ended }
}

describe('a login flood', () => {
  const unpaced = { burst: 1_000_000, intervalMs: 1 }
  const noPace = { pace: { address: unpaced, everyone: unpaced, knownBrowser: unpaced } }

  it.each([
    ['paced as usual', {}, [200, 429]],
    ['with no pace at all', noPace, [200, 503]],
  ] as const)('%s leaves a running stream flowing', async (_, config, statuses) => {
    await using gate = await startGateHere({ upstream: app().url, config })
    const knock = await gateDoor(gate.url).knock(gate)
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    const steps = 40
    const stream = await startStream(gate, knock.cookie, steps)
    await expect.poll(() => stream.events.length, { timeout: 30_000 }).toBeGreaterThan(1)
    const before = stream.events.length
    const counts = await flood(gate)
    // Some get through, the others are told to wait, and nothing else happens to any of them.
    expect([...counts.keys()].sort()).toEqual(statuses)
    expect(counts.get(statuses[1])).toBeGreaterThan(0)
    expect(before).toBeLessThan(steps)
    await stream.ended
    const wanted = Array.from({ length: steps }, (_value, at) => `step ${String(at)}`)
    // The last one comes twice: as the last value and as the whole.
    expect(stream.events).toEqual([...wanted, `step ${String(steps - 1)}`])
    expect((await ask(gate.url, '/config', { headers: { cookie: knock.cookie } })).status).toBe(200)
  })

  it('leaves who signed in before a way in', async () => {
    await using gate = await startGateHere({ upstream: app().url })
    const before = await gateDoor(gate.url).knock(gate)
    if (before.kind !== 'in') return expect.fail(before.kind)
    const flooding = flood(gate)
    const again = await gateDoor(gate.url).knock(gate, { headers: { cookie: before.cookie } })
    expect(again.kind).toBe('in')
    expect((await flooding).get(200)).toBeLessThanOrEqual(60)
  })
})
