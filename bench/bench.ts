/**
 * `npm run bench`: direct, gate, nginx and Caddy in one interleaved run. Prints the result, writes it as JSON to
 * bench/results and into docs/bench.md. Options: see `usage`.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { writeResult } from '../scripts/result-page.ts'
import { lastLines, runCommand } from '../scripts/run-command.ts'
import { SetupProblem } from '../scripts/setup-problem.ts'
import { startTestApp } from '../test/rig/test-app.ts'
import { runAsCommand } from './as-command.ts'
import { startHelper } from './helper.ts'
import type { LoadCalls } from './load/client.ts'
import { describeMachine, type Machine } from './machine.ts'
import { measureCalls } from './measure/gradio-calls.ts'
import { measureStreams } from './measure/idle-streams.ts'
import { measureSmall } from './measure/small-requests.ts'
import { measureTransfers } from './measure/transfers.ts'
import { machineLoad } from './process-cost.ts'
import { writeReport, type Results } from './report.ts'
import { settings, type Settings } from './settings.ts'
import type { SmallAppCalls } from './small-app.ts'
import { findWhereTimeGoes } from './where-time-goes.ts'
import { withWays } from './ways.ts'

const parts = ['small', 'calls', 'transfers', 'streams', 'time'] as const
type Part = (typeof parts)[number]

const usage = `npm run bench -- [--quick] [--only ${parts.join(',')}]

  --quick  a tenth of everything, to see that it runs: printed, not written
  --only   these parts, printed, not written
`

const root = path.resolve(import.meta.dirname, '..')

async function run(only: ReadonlySet<Part>, scale: Settings): Promise<Results> {
  const load: Record<string, number> = {}
  const part = async <T>(name: Part, measure: () => Promise<T>): Promise<Partial<Record<Part, T>>> => {
    if (!only.has(name)) return {}
    load[name] = machineLoad()
    process.stderr.write(`${name} … (load ${String(load[name])})\n`)
    return { [name]: await measure() }
  }
  const machine = await describeMachine()
  const { small } = await part('small', () => runSmall(scale))
  const { calls } = await part('calls', () => runCalls(scale))
  const { transfers } = await part('transfers', () => runTransfers(scale))
  const { streams } = await part('streams', () => runStreams(scale))
  const { time } = await part('time', async () => [
    await findWhereTimeGoes('asset', scale.profiled.small),
    await findWhereTimeGoes('config', scale.profiled.small),
    await findWhereTimeGoes('call', scale.profiled.calls),
  ])
  const measured = { small, calls, transfers, streams, time }
  const present = Object.entries(measured).filter(([, result]) => result !== undefined)
  return { machine, load, ...Object.fromEntries(present) }
}

async function runSmall({ small }: Settings) {
  return withSmallApp(({ url, load }) =>
    withWays(url, load, async (ways) => ({
      asset: await measureSmall('asset', ways, load, small),
      config: await measureSmall('config', ways, load, small),
    })),
  )
}

async function runCalls({ calls }: Settings) {
  const app = await startTestApp('kitchen')
  const load = startHelper<LoadCalls>('load/client.ts')
  try {
    return await withWays(app.url, load, async (ways) => ({
      echo: await measureCalls('echo', ways, load, calls.echo),
      count: await measureCalls('count', ways, load, calls.count),
    }))
  } finally {
    await load.stop()
    await app.stop()
  }
}

async function runTransfers({ transfers }: Settings) {
  return withSmallApp(({ url, load }) =>
    withWays(url, load, async (ways) => [
      ...(await measureTransfers('down', ways, load, transfers)),
      ...(await measureTransfers('up', ways, load, transfers)),
    ]),
  )
}

async function runStreams({ streams }: Settings) {
  return withSmallApp(({ url, load, app }) =>
    withWays(url, load, (ways) => measureStreams(ways, load, app, streams)),
  )
}

interface SmallApp {
  readonly url: string
  readonly app: ReturnType<typeof startHelper<SmallAppCalls>>
  readonly load: ReturnType<typeof startHelper<LoadCalls>>
}

async function withSmallApp<T>(use: (parts: SmallApp) => Promise<T>): Promise<T> {
  const app = startHelper<SmallAppCalls>('small-app.ts')
  const load = startHelper<LoadCalls>('load/client.ts')
  try {
    const port = await app.call('listen', undefined)
    return await use({ url: `http://127.0.0.1:${String(port)}`, app, load })
  } finally {
    await Promise.all([app.stop(), load.stop()])
  }
}

async function keep(results: Results, report: string): Promise<void> {
  const folder = path.join(root, 'bench', 'results')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, nameOf(results.machine)), `${JSON.stringify(results, undefined, 2)}\n`)
  await writeResult('docs/bench.md', 'npm run bench', report)
}

function nameOf({ date, commit }: Machine): string {
  return `${date}-${commit.replace('+', '-changed')}.json`
}

function isPart(name: string): name is Part {
  return (parts as readonly string[]).includes(name)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
  })
  const named = values.only?.split(',') ?? parts
  if (values.help === true || !named.every(isPart)) {
    process.stdout.write(usage)
    process.exitCode = values.help === true ? 0 : 2
    return
  }
  const whole = values.quick !== true && values.only === undefined
  await build()
  const results = await run(
    new Set(named.filter(isPart)),
    values.quick === true ? settings.quick : settings.whole,
  )
  const report = writeReport(results)
  process.stdout.write(`${report}\n`)
  if (whole) await keep(results, report)
}

/** Measured is what is published, so it is made anew. */
async function build(): Promise<void> {
  const done = await runCommand(process.execPath, [path.join(root, 'scripts', 'build.ts')])
  if (done.code !== 0) throw new SetupProblem('The build failed.', lastLines(done.stdout + done.stderr))
}

await runAsCommand(main)
