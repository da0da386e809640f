/** Many open event streams: what each holds in memory, and whether an event reaches them all. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Helper } from '../helper.ts'
import type { LoadCalls } from '../load/client.ts'
import { cpuTime, settledMemory } from '../process-cost.ts'
import { appPaths, type SmallAppCalls } from '../small-app.ts'
import type { Way, WayName } from '../ways.ts'

export interface StreamRow {
  readonly way: WayName
  readonly streams: number
  /** Bytes of the proxy's resident memory before. */
  readonly atRest: number
  /** What it rose by, per stream. */
  readonly perStream: number
  /** Parts of one CPU, while nothing happens. */
  readonly idleCpu: number
  /** Streams that had the event, and milliseconds until the last of them did. */
  readonly heard: number
  readonly took: number
}

const idleFor = 3000
const patience = 10_000

/** One way after the other, since the app counts all of its streams. */
export async function measureStreams(
  ways: readonly Way[],
  load: Helper<LoadCalls>,
  app: Helper<SmallAppCalls>,
  count: number,
): Promise<readonly StreamRow[]> {
  const rows: StreamRow[] = []
  for (const way of ways.filter((one) => one.processes.length > 0))
    rows.push(await measureWay(way, load, app, count))
  return rows
}

async function measureWay(
  { name, url, headers, processes }: Way,
  load: Helper<LoadCalls>,
  app: Helper<SmallAppCalls>,
  count: number,
): Promise<StreamRow> {
  const job = { url, headers, path: appPaths.stream }
  // A few, so that code and first buffers count as what the process has anyway.
  await load.call('openStreams', { ...job, count: 20 })
  await load.call('closeStreams', undefined)
  await untilNoStreams(name, app)
  const before = await settledMemory(processes)
  await load.call('openStreams', { ...job, count })
  const after = await settledMemory(processes)
  const cpuBefore = cpuTime(processes)
  await delay(idleFor)
  const idleCpu = (cpuTime(processes) - cpuBefore) / 1000 / idleFor
  const started = performance.now()
  const open = await app.call('announce', undefined)
  const heard = await load.call('untilAllHeard', undefined)
  const took = performance.now() - started
  if (open !== count || heard !== count)
    throw new Error(
      `${name}: ${String(heard)} of ${String(count)} streams heard the event, ${String(open)} were open.`,
    )
  await load.call('closeStreams', undefined)
  await untilNoStreams(name, app)
  return {
    way: name,
    streams: count,
    atRest: before,
    perStream: (after - before) / count,
    idleCpu,
    heard,
    took,
  }
}

/** Clients that left must be known to the app too. */
async function untilNoStreams(name: WayName, app: Helper<SmallAppCalls>): Promise<void> {
  const deadline = Date.now() + patience
  while ((await app.call('countStreams', undefined)) > 0) {
    if (Date.now() > deadline)
      throw new Error(`${name}: streams stay open at the app after their clients left.`)
    await delay(50)
  }
}
