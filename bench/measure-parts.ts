/** A command that measures several parts, each by itself: prints every cost, and writes all of them into a page of docs/. */
import { parseArgs } from 'node:util'
import { writeResult } from '../scripts/result-page.ts'
import { SetupProblem } from '../scripts/setup-problem.ts'
import { runAsCommand } from './as-command.ts'
import { Costs } from './costs.ts'
import { measuredOn } from './machine.ts'
import { machineLoad } from './process-cost.ts'

export interface PartsBench {
  /** As it is started: `npm run bench:…`. */
  readonly command: string
  readonly page: string
  readonly parts: Readonly<Record<string, (costs: Costs) => Promise<void>>>
}

/** With names on the command line only those parts are measured, and nothing is written. */
export function runPartsBench(bench: PartsBench): Promise<void> {
  return runAsCommand(() => measureParts(bench))
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
  const where = `${await measuredOn()}. Load average before: ${load.toFixed(1)}, at the end: ${machineLoad().toFixed(1)}.`
  process.stdout.write(`${where}\n`)
  if (positionals.length === 0) await writeResult(page, command, [where, ...tables].join('\n\n'))
}
