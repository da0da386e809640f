/** A real call of a real Gradio app: how much longer it takes than straight to the app, pair by pair. */
import type { Helper } from '../helper.ts'
import type { LoadCalls } from '../load/client.ts'
import { cpuTime } from '../process-cost.ts'
import { estimate, ratios, type Estimate } from '../statistics.ts'
import { inTurn, type Way, type WayName } from '../ways.ts'

export interface CallRow {
  readonly way: WayName
  readonly pairs: number
  /** Milliseconds. */
  readonly took: Estimate
  readonly ratio: Estimate
  /** Microseconds of the proxy's CPU for the whole call: two requests, one of them a stream. */
  readonly cpu?: number
}

interface Measured {
  readonly times: number[]
  cpu: number
}

const warmUp = 15

export async function measureCalls(
  ways: readonly Way[],
  load: Helper<LoadCalls>,
  pairs: number,
): Promise<readonly CallRow[]> {
  const endpoint = await findEndpoint(ways[0]?.url ?? '', 'echo')
  const measured = new Map<Way, Measured>(ways.map((way) => [way, { times: [], cpu: 0 }]))
  for (let pair = -warmUp; pair < pairs; pair++) {
    for (const way of inTurn(ways, pair + warmUp)) {
      const argument = `call ${String(pair)}`
      const job = { url: way.url, headers: way.headers, endpoint, argument, answer: `echo: ${argument}` }
      const before = cpuTime(way.processes)
      const took = await load.call('callFunction', job)
      const own = measured.get(way)
      if (pair < 0 || own === undefined) continue
      own.times.push(took)
      own.cpu += cpuTime(way.processes) - before
    }
  }
  const direct = [...measured.values()][0]?.times ?? []
  return Array.from(measured, ([way, { times, cpu }]) => ({
    way: way.name,
    pairs,
    took: estimate(times),
    ratio: estimate(ratios(times, direct)),
    ...(way.processes.length === 0 ? {} : { cpu: cpu / pairs }),
  }))
}

/** The index of a function, by its name in the app's own configuration. */
async function findEndpoint(url: string, name: string): Promise<number> {
  const answer = await fetch(new URL('/config', url))
  const config = (await answer.json()) as {
    readonly dependencies: readonly { readonly id: number; readonly api_name: unknown }[]
  }
  const found = config.dependencies.find((one) => one.api_name === name)
  if (found === undefined) throw new Error(`The app has no function ${name}.`)
  return found.id
}
