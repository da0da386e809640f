/** The ways to one app that are compared: straight, through the gate with everything on, and through other proxies. */
import type { BareRelayCalls } from './bare-relay.ts'
import { startHelper, type Helper } from './helper.ts'
import type { LoadCalls } from './load/client.ts'
import { startTestGate } from '../test/rig/test-gate.ts'
import { processTree } from './process-cost.ts'
import { startCaddy, startNginx } from './proxies.ts'

export const wayNames = ['direct', 'gate', 'nginx', 'caddy', 'bare relay'] as const
export type WayName = (typeof wayNames)[number]

export interface Way {
  readonly name: WayName
  readonly url: string
  /** Sent with every request: at the gate, the session. */
  readonly headers: Readonly<Record<string, string>>
  /** Of the proxy; none on the direct way. */
  readonly processes: readonly number[]
}

/** Fresh processes each time, so that what one measurement leaves in memory doesn't count in the next. */
export async function withWays<T>(
  upstream: string,
  load: Helper<LoadCalls>,
  use: (ways: readonly Way[]) => Promise<T>,
): Promise<T> {
  const stops: (() => Promise<void>)[] = []
  try {
    const ways: Way[] = [{ name: 'direct', url: upstream, headers: {}, processes: [] }]
    const gate = await startSignedIn(upstream, load)
    stops.push(gate.stop)
    ways.push(gate.way)
    for (const [name, start] of [['nginx', startNginx] as const, ['caddy', startCaddy] as const]) {
      const proxy = await start(upstream)
      stops.push(proxy.stop)
      ways.push({ name, url: proxy.url, headers: {}, processes: processTree(proxy.process.pid) })
    }
    const relay = startHelper<BareRelayCalls>('bare-relay.ts')
    stops.push(relay.stop)
    const port = await relay.call('listen', upstream)
    ways.push({
      name: 'bare relay',
      url: `http://127.0.0.1:${String(port)}`,
      headers: {},
      processes: [relay.pid],
    })
    return await use(ways)
  } finally {
    for (const stop of stops) await stop()
  }
}

/** As the unit and the image in deploy/ set it. */
const nodeOptions = '--max-semi-space-size=8'

/**
 * The gate as it is published (dist/, from `npm run build`) and as its users start it: policy and audit log as they
 * come, and a session made by the real login, whose key the load generator has.
 */
export async function startSignedIn(
  upstream: string,
  load: Helper<LoadCalls>,
  moreOptions: readonly string[] = [],
): Promise<{ readonly way: Way; readonly stop: () => Promise<void> }> {
  const env = { NODE_OPTIONS: [nodeOptions, ...moreOptions].join(' ') }
  const gate = await startTestGate({ upstream, env, built: true })
  try {
    const cookie = await load.call('signIn', { url: gate.url, password: gate.password })
    const way = { name: 'gate', url: gate.url, headers: { cookie }, processes: [gate.process.pid] } as const
    return { way, stop: () => gate.stop() }
  } catch (thrown) {
    await gate.stop()
    throw thrown
  }
}

/** Another order in each round, there and back, so that none always comes after the same. */
export function inTurn<T>(ways: readonly T[], round: number): readonly T[] {
  const from = round % ways.length
  const turned = [...ways.slice(from), ...ways.slice(0, from)]
  return Math.floor(round / ways.length) % 2 === 0 ? turned : turned.reverse()
}
