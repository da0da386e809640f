/**
 * The story: a thousand strangers begin to sign in at once, so that those who are at work wait. Logins are worked off in
 * a thread of their own behind a short queue, and paced before that; a stream that runs goes on, event by event.
 */
import { Agent } from 'node:http'
import { client, ready } from '@serenity-kit/opaque'
import { beforeAll, describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import { ask, askJson } from '../rig/ask.ts'
import { startGateHere, type GateHere } from '../rig/gate-here.ts'
import { gateDoor } from './doors.ts'
import { useApp } from './targets.ts'

const app = useApp('careless')
const requests = 500

beforeAll(() => ready)

/** Starts of logins from as many addresses; answers how often each status came. */
async function flood(url: string): Promise<ReadonlyMap<number, number>> {
  const agent = new Agent({ keepAlive: false, maxSockets: requests })
  const { startLoginRequest } = client.startLogin({ password: 'a guess of a stranger' })
  const answers = await Promise.all(
    Array.from({ length: requests }, (_, at) =>
      askJson(
        url,
        paths.loginStart,
        { startLoginRequest },
        {
          agent,
          from: `127.0.${String(1 + (at % 200))}.${String(1 + Math.floor(at / 200))}`,
          headers: { origin: url },
        },
      ),
    ),
  )
  agent.destroy()
  const counts = new Map<number, number>()
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1)
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
  it.each([
    ['paced as usual', {}, [200, 429]],
    ['with no pace at all', { pace: { burst: 1_000_000, intervalMs: 1 } }, [200, 503]],
  ] as const)('%s leaves a running stream flowing', async (_, { pace }, statuses) => {
    const config = pace === undefined ? {} : { pace: { address: pace, everyone: pace, knownBrowser: pace } }
    await using gate = await startGateHere({ upstream: app().url, config })
    const knock = await gateDoor(gate.url).knock(gate)
    if (knock.kind !== 'in') return expect.fail(knock.kind)
    const steps = 40
    const stream = await startStream(gate, knock.cookie, steps)
    await expect.poll(() => stream.events.length).toBeGreaterThan(1)
    const before = stream.events.length
    const counts = await flood(gate.url)
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
    const flooding = flood(gate.url)
    const again = await gateDoor(gate.url).knock(gate, { headers: { cookie: before.cookie } })
    expect(again.kind).toBe('in')
    expect((await flooding).get(200)).toBeLessThanOrEqual(60)
  })
})
