/**
 * Where the gate's time goes: `node bench/where-time-goes.ts [asset|config|call]`. It runs under V8's
 * sampling profiler, which costs time itself, so the sum is above what the benchmark measures; the shares count.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startTestApp } from '../test/rig/test-app.ts'
import { readProfile, selfTimes } from './cpu-profile.ts'
import { startHelper, type Helper } from './helper.ts'
import type { LoadCalls } from './load/client.ts'
import { findEndpoint, gradioFunctions } from './measure/gradio-calls.ts'
import { leastBytes, smallPaths, type SmallKind } from './measure/small-requests.ts'
import { cpuByThread } from './process-cost.ts'
import type { SmallAppCalls } from './small-app.ts'
import { startSignedIn, type Way } from './ways.ts'

/** A small request of either kind, or a whole call of a Gradio function. */
export type Profiled = SmallKind | 'call'

/** Microseconds per request, or per call. */
export interface WhereTimeGoes {
  readonly what: Profiled
  readonly requests: number
  /** The main thread, by part of the program. */
  readonly parts: Readonly<Record<string, number>>
  /** The functions that cost most themselves. */
  readonly functions: Readonly<Record<string, number>>
  /** CPU time by name of thread: all of the above (MainThread), compiler and collector (V8Worker), writing and syncing of files (libuv-worker). */
  readonly threads: Readonly<Record<string, number>>
}

export async function findWhereTimeGoes(what: Profiled, requests: number): Promise<WhereTimeGoes> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-profile-'))
  const app = await startApp(what)
  const load = startHelper<LoadCalls>('load/client.ts')
  try {
    const options = ['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${folder}`]
    const gate = await startSignedIn(app.url, load, options)
    const sent = await sendAll(what, requests, gate.way, load).finally(gate.stop)
    const { parts, functions } = selfTimes(readProfile(folder), sent.from, sent.to)
    return {
      what,
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

async function startApp(what: Profiled): Promise<{ readonly url: string; stop(): Promise<void> }> {
  if (what === 'call') return startTestApp('kitchen')
  const app = startHelper<SmallAppCalls>('small-app.ts')
  return { url: `http://127.0.0.1:${String(await app.call('listen', undefined))}`, stop: app.stop }
}

async function sendAll(what: Profiled, requests: number, way: Way, load: Helper<LoadCalls>) {
  const send = what === 'call' ? await callSender(way, load) : smallSender(what, way, load)
  await send(Math.ceil(requests / 10))
  const before = cpuByThread(way.processes)
  const from = monotonic()
  await send(requests)
  const to = monotonic()
  const threads = [...cpuByThread(way.processes)].map(
    ([name, time]) => [name, time - (before.get(name) ?? 0)] as const,
  )
  return { from, to, threads: new Map(threads) }
}

function smallSender(kind: SmallKind, { url, headers }: Way, load: Helper<LoadCalls>) {
  return async (count: number) => {
    const job = { url, headers, path: smallPaths[kind], connections: 16, expected: leastBytes(kind), count }
    const { wrong } = await load.call('sendSmall', job)
    if (wrong > 0) throw new Error(`${String(wrong)} requests were not answered rightly.`)
  }
}

async function callSender({ url, headers }: Way, load: Helper<LoadCalls>) {
  const endpoint = await findEndpoint(url, headers, 'echo')
  return async (count: number) => {
    for (let at = 0; at < count; at++)
      await load.call('callFunction', { url, headers, endpoint, ...gradioFunctions.echo(at) })
  }
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
  const given = process.argv[2]
  const what = given === 'asset' || given === 'call' ? given : 'config'
  const { parts, functions, threads } = await findWhereTimeGoes(what, what === 'call' ? 500 : 40_000)
  for (const [title, times] of Object.entries({ parts, functions, threads })) {
    process.stdout.write(`\n${title}, µs per request\n`)
    for (const [name, time] of Object.entries(times))
      process.stdout.write(`${time.toFixed(2).padStart(8)}  ${name}\n`)
  }
}
