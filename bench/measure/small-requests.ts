/** Small answers: what the proxy's processes cost per request, and what the client waits. */
import type { Helper } from '../helper.ts'
import type { LoadCalls } from '../load/client.ts'
import { cpuTime } from '../process-cost.ts'
import { appPaths, smallBytes } from '../small-app.ts'
import { estimate, median, ratios, type Estimate } from '../statistics.ts'
import { inTurn, type Way, type WayName } from '../ways.ts'

export interface SmallSettings {
  readonly rounds: number
  readonly requests: number
  /** Requests of each round that go one after the other, for the time that one takes. */
  readonly single: number
  readonly connections: number
}

export interface SmallRow {
  readonly way: WayName
  /** Microseconds of CPU per request, all threads of the proxy; absent on the direct way. */
  readonly cpu?: Estimate
  /** Microseconds that one request takes when nothing else is on the way. */
  readonly latency: Estimate
  /** Round by round, to the direct way. */
  readonly latencyRatio: Estimate
  readonly perSecond: Estimate
  readonly perSecondRatio: Estimate
}

/** An asset is counted in the audit log, the configuration gets a record of its own. */
export const smallPaths = { asset: appPaths.asset, config: appPaths.config } as const
export type SmallKind = keyof typeof smallPaths

/** The gate cuts a configuration down to what the asker may see. */
export function leastBytes(kind: SmallKind): number {
  return kind === 'asset' ? smallBytes : smallBytes / 4
}

interface Round {
  readonly cpu: number
  readonly latency: number
  readonly perSecond: number
}

export async function measureSmall(
  kind: SmallKind,
  ways: readonly Way[],
  load: Helper<LoadCalls>,
  settings: SmallSettings,
): Promise<readonly SmallRow[]> {
  const rounds = new Map<Way, Round[]>(ways.map((way) => [way, []]))
  // The first rounds are for the compilers, here and there.
  for (let round = -5; round < settings.rounds; round++) {
    for (const way of inTurn(ways, round + 5)) {
      const one = await runRound(kind, way, load, settings)
      if (round >= 0) rounds.get(way)?.push(one)
    }
  }
  const [direct = []] = rounds.values()
  return Array.from(rounds, ([way, own]) => rowOf(way, own, direct))
}

async function runRound(
  kind: SmallKind,
  way: Way,
  load: Helper<LoadCalls>,
  { requests, single, connections }: SmallSettings,
): Promise<Round> {
  const job = { url: way.url, path: smallPaths[kind], headers: way.headers, expected: leastBytes(kind) }
  const before = cpuTime(way.processes)
  const many = await load.call('sendSmall', { ...job, count: requests, connections })
  const cpu = (cpuTime(way.processes) - before) / requests
  const one = await load.call('sendSmall', { ...job, count: single, connections: 1 })
  const wrong = many.wrong + one.wrong
  if (wrong > 0)
    throw new Error(`${way.name}: ${String(wrong)} of the small requests were not answered rightly.`)
  return { cpu, latency: median(one.latencies), perSecond: (requests / many.took) * 1e6 }
}

function rowOf(way: Way, own: readonly Round[], direct: readonly Round[]): SmallRow {
  const of = (rounds: readonly Round[], field: keyof Round) => rounds.map((round) => round[field])
  const ratio = (field: keyof Round) => estimate(ratios(of(own, field), of(direct, field)))
  return {
    way: way.name,
    ...(way.processes.length === 0 ? {} : { cpu: estimate(of(own, 'cpu')) }),
    latency: estimate(of(own, 'latency')),
    latencyRatio: ratio('latency'),
    perSecond: estimate(of(own, 'perSecond')),
    perSecondRatio: ratio('perSecond'),
  }
}
