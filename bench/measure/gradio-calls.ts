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
  /** Milliseconds more than straight to the app, and as a ratio: pair by pair. */
  readonly added: Estimate
  readonly ratio: Estimate
  /** Microseconds of the proxy's CPU for the whole call: two requests, one of them a stream. */
  readonly cpu?: number
}

interface Measured {
  readonly times: number[]
  cpu: number
}

/** Functions of test/rig/apps/kitchen.py, with what to say to them and what they say in the end. */
export const gradioFunctions = {
  /** Answers at once: nothing but Gradio's own time stands beside that of the proxy. */
  echo: (call: number) => ({ values: [`call ${String(call)}`], answer: `echo: call ${String(call)}` }),
  /** A generator: three answers, 20 ms apart. */
  count: () => ({ values: [3, 0.02], answer: 'counted 3' }),
} as const

export type GradioFunction = keyof typeof gradioFunctions

interface Measured {
  readonly times: number[]
  cpu: number
}

/** Each round has one call on each way; the first `warmUp` are for the compilers, here and there. */
export async function measureCalls(
  name: GradioFunction,
  ways: readonly Way[],
  load: Helper<LoadCalls>,
  { pairs, warmUp }: { readonly pairs: number; readonly warmUp: number },
): Promise<readonly CallRow[]> {
  const endpoint = await findEndpoint(ways[0]?.url ?? '', {}, name)
  const measured = new Map<Way, Measured>(ways.map((way) => [way, { times: [], cpu: 0 }]))
  for (let pair = -warmUp; pair < pairs; pair++) {
    for (const way of inTurn(ways, pair + warmUp)) {
      const job = { url: way.url, headers: way.headers, endpoint, ...gradioFunctions[name](pair) }
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
    added: estimate(times.map((time, at) => time - (direct[at] ?? Number.NaN))),
    ratio: estimate(ratios(times, direct)),
    ...(way.processes.length === 0 ? {} : { cpu: cpu / pairs }),
  }))
}

/** The index of a function, by its name in the app's own configuration. */
export async function findEndpoint(
  url: string,
  headers: Readonly<Record<string, string>>,
  name: GradioFunction,
): Promise<number> {
  const answer = await fetch(new URL('/config', url), { headers })
  const config = (await answer.json()) as {
    readonly dependencies: readonly { readonly id: number; readonly api_name: unknown }[]
  }
  const found = config.dependencies.find((one) => one.api_name === name)
  if (found === undefined) throw new Error(`The app has no function ${name}.`)
  return found.id
}
