/**
 * Where the gate's time goes on small requests: `node bench/where-time-goes.ts [asset|config]`. It runs under V8's
 * sampling profiler, which costs time itself, so the sum is above what the benchmark measures; the shares count.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { readProfile, selfTimes } from './cpu-profile.ts'
import { startHelper } from './helper.ts'
import type { LoadCalls } from './load/client.ts'
import { smallPaths, type SmallKind } from './measure/small-requests.ts'
import { cpuByThread } from './process-cost.ts'
import { smallBytes, type SmallAppCalls } from './small-app.ts'
import { startSignedIn, type Way } from './ways.ts'

/** Microseconds per request. */
export interface WhereTimeGoes {
  readonly kind: SmallKind
  readonly requests: number
  /** The main thread, by part of the program. */
  readonly parts: Readonly<Record<string, number>>
  /** The functions that cost most themselves. */
  readonly functions: Readonly<Record<string, number>>
  /** CPU time by name of thread: all of the above (MainThread), compiler and collector (V8Worker), writing and syncing of files (libuv-worker). */
  readonly threads: Readonly<Record<string, number>>
}

export async function findWhereTimeGoes(kind: SmallKind, requests: number): Promise<WhereTimeGoes> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-profile-'))
  const app = startHelper<SmallAppCalls>('small-app.ts')
  const load = startHelper<LoadCalls>('load/client.ts')
  try {
    const port = await app.call('listen', undefined)
    const options = `--cpu-prof --cpu-prof-interval=250 --cpu-prof-dir=${folder}`
    const gate = await startSignedIn(`http://127.0.0.1:${String(port)}`, { NODE_OPTIONS: options })
    const sent = await sendAll(gate.way, load, kind, requests).finally(gate.stop)
    const { parts, functions } = selfTimes(readProfile(folder), sent.from, sent.to)
    return {
      kind,
      requests,
      parts: perRequest(parts, requests, 50),
      functions: perRequest(functions, requests, 25),
      threads: perRequest(sent.threads, requests, 10),
    }
  } finally {
    await Promise.all([app.stop(), load.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

async function sendAll(
  way: Way,
  load: ReturnType<typeof startHelper<LoadCalls>>,
  kind: SmallKind,
  requests: number,
) {
  const job = {
    url: way.url,
    path: smallPaths[kind],
    headers: way.headers,
    connections: 16,
    expected: smallBytes,
  }
  await load.call('sendSmall', { ...job, count: 3000 })
  const before = cpuByThread(way.processes)
  const from = monotonic()
  const { wrong } = await load.call('sendSmall', { ...job, count: requests })
  const to = monotonic()
  if (wrong > 0) throw new Error(`${String(wrong)} requests were not answered rightly.`)
  const threads = [...cpuByThread(way.processes)].map(
    ([name, time]) => [name, time - (before.get(name) ?? 0)] as const,
  )
  return { from, to, threads: new Map(threads) }
}

function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

function perRequest(
  times: ReadonlyMap<string, number>,
  requests: number,
  most: number,
): Record<string, number> {
  const sorted = [...times].toSorted((a, b) => b[1] - a[1]).slice(0, most)
  return Object.fromEntries(sorted.map(([name, time]) => [name, Math.round((time / requests) * 100) / 100]))
}

if (import.meta.main) {
  const kind = process.argv[2] === 'asset' ? 'asset' : 'config'
  const { parts, functions, threads } = await findWhereTimeGoes(kind, 40_000)
  for (const [title, times] of Object.entries({ parts, functions, threads })) {
    process.stdout.write(`\n${title}, µs per request\n`)
    for (const [name, time] of Object.entries(times))
      process.stdout.write(`${time.toFixed(2).padStart(8)}  ${name}\n`)
  }
}
