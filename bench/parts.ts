/**
 * `npm run bench:parts`: what the parts cost that judge a call and look at its answer, each by itself. Prints the result and
 * writes it into docs/bench-parts.md; with names, only those parts are measured, and only printed.
 */
import { cpus, release, type } from 'node:os'
import { parseArgs } from 'node:util'
import { writeResult } from '../scripts/result-page.ts'
import { SetupProblem } from '../scripts/setup-problem.ts'
import { Costs } from './costs.ts'
import { readCommit } from '../scripts/read-commit.ts'
import { measureAnswers } from './parts/answers.ts'
import { measureDecisions } from './parts/decisions.ts'
import { measureInputs } from './parts/inputs.ts'
import { measureOwnership } from './parts/ownership.ts'
import { machineLoad } from './process-cost.ts'

const parts = {
  answers: measureAnswers,
  decisions: measureDecisions,
  inputs: measureInputs,
  ownership: measureOwnership,
} as const satisfies Record<string, (costs: Costs) => Promise<void>>

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true })
  const unknown = positionals.find((name) => !(name in parts))
  if (unknown !== undefined)
    throw new SetupProblem(`There is no part ${unknown}.`, `There are: ${Object.keys(parts).join(', ')}.`)
  const load = machineLoad()
  const tables: string[] = []
  for (const [name, measure] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const costs = new Costs()
    await measure(costs)
    tables.push([`### ${name}`, '', '| what | cost |', '|---|---:|', ...costs.rows.map(row)].join('\n'))
  }
  const where =
    `Measured on ${new Date().toISOString().slice(0, 10)} at commit ${await readCommit()}: ${cpus()[0]?.model.trim() ?? 'unknown'}, ` +
    `${String(cpus().length)} cores, ${type()} ${release()}, Node ${process.version}. Load average before: ${load.toFixed(1)}.`
  if (positionals.length === 0)
    await writeResult('docs/bench-parts.md', 'npm run bench:parts', [where, ...tables].join('\n\n'))
}

function row({ what, value }: Costs['rows'][number]): string {
  return `| ${what} | ${value} |`
}

await main().catch((thrown: unknown) => {
  if (!(thrown instanceof SetupProblem)) throw thrown
  process.stderr.write(`${thrown.message}\n`)
  process.exitCode = 1
})
