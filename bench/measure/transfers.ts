/** Large bodies, up and down: how fast, at what CPU, and whether the proxy's memory stays where it was. */
import type { Helper } from '../helper.ts'
import type { LoadCalls } from '../load/client.ts'
import type { TransferJob } from '../load/transfers.ts'
import { cpuTime, settledMemory, watchMemory } from '../process-cost.ts'
import { appPaths } from '../small-app.ts'
import { median } from '../statistics.ts'
import { inTurn, type Way, type WayName } from '../ways.ts'

export interface TransferRow {
  readonly way: WayName
  readonly direction: TransferJob['direction']
  readonly bytes: number
  /** Million bytes a second, the median of the rounds. */
  readonly speed: number
  readonly speedRatio: number
  /** Milliseconds of CPU per million bytes. */
  readonly cpu?: number
  /** Bytes that the resident memory rose by at most, over what it was before the transfer. */
  readonly rise?: number
  /** Of these, what came in the second half of the time: what is held grows with the body, what is flat doesn't. */
  readonly lateRise?: number
}

interface Measured {
  readonly speeds: number[]
  readonly cpus: number[]
  readonly rises: number[]
  readonly lateRises: number[]
}

export async function measureTransfers(
  direction: TransferJob['direction'],
  ways: readonly Way[],
  load: Helper<LoadCalls>,
  { bytes, rounds }: { readonly bytes: number; readonly rounds: number },
): Promise<readonly TransferRow[]> {
  const path = direction === 'up' ? appPaths.upload : `${appPaths.file}${String(bytes)}`
  const measured = new Map<Way, Measured>(
    ways.map((way) => [way, { speeds: [], cpus: [], rises: [], lateRises: [] }]),
  )
  for (let round = 0; round < rounds; round++) {
    for (const way of inTurn(ways, round)) {
      const { url, headers, processes } = way
      await settledMemory(processes)
      const before = cpuTime(processes)
      const watched = await watchMemory(processes, () =>
        load.call('transfer', { url, path, headers, direction, bytes }),
      )
      const own = measured.get(way)
      own?.speeds.push(bytes / 1000 / watched.result)
      own?.cpus.push((cpuTime(processes) - before) / 1000 / (bytes / 1e6))
      own?.rises.push(watched.peak - watched.before)
      own?.lateRises.push(watched.peak - watched.earlyPeak)
    }
  }
  const direct = median([...measured.values()][0]?.speeds ?? [])
  return Array.from(measured, ([way, { speeds, cpus, rises, lateRises }]) => ({
    way: way.name,
    direction,
    bytes,
    speed: median(speeds),
    speedRatio: median(speeds) / direct,
    ...(way.processes.length === 0
      ? {}
      : { cpu: median(cpus), rise: Math.max(...rises), lateRise: median(lateRises) }),
  }))
}
