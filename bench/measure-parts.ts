/** A command that measures several parts, each by itself: prints every cost, and writes all of them into a page of docs/. */
import { cpus, release, type } from 'node:os'
import { parseArgs } from 'node:util'
import { readCommit } from '../scripts/read-commit.ts'
import { writeResult } from '../scripts/result-page.ts'
import { SetupProblem } from '../scripts/setup-problem.ts'
import { Costs } from './costs.ts'
import { machineLoad } from './process-cost.ts'

export interface PartsBench {
  /** As it is started: `npm run bench:…`. */
  readonly command: string
  readonly page: string
  readonly parts: Readonly<Record<string, (costs: Costs) => Promise<void>>>
}

/** With names on the command line only those parts are measured, and nothing is written. */
export async function runPartsBench(bench: PartsBench): Promise<void> {
  await measureParts(bench).catch((thrown: unknown) => {
    if (!(thrown instanceof SetupProblem)) throw thrown
    process.stderr.write(`${thrown.message}\n`)
    process.exitCode = 1
  })
}

async function measureParts({ command, page, parts }: PartsBench): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true })
  const unknown = positionals.find((name) => !Object.hasOwn(parts, name))
  if (unknown !== undefined)
    throw new SetupProblem(`There is no part ${unknown}.`, `There are: ${Object.keys(parts).join(', ')}.`)
  const load = machineLoad()
  const tables: string[] = []
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const costs = new Costs()
    await measure(costs)
    const rows = costs.rows.map(({ what, value }) => `| ${what} | ${value} |`)
    tables.push([`### ${name}`, '', '| what | cost |', '|---|---:|', ...rows].join('\n'))
  }
  const where =
    `Measured on ${new Date().toISOString().slice(0, 10)} at commit ${await readCommit()}: ${cpus()[0]?.model.trim() ?? 'unknown'}, ` +
    `${String(cpus().length)} cores, ${type()} ${release()}, Node ${process.version}. ` +
    `Load average before: ${load.toFixed(1)}, at the end: ${machineLoad().toFixed(1)}.`
  process.stdout.write(`${where}\n`)
  if (positionals.length === 0) await writeResult(page, command, [where, ...tables].join('\n\n'))
}
