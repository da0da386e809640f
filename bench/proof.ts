/**
 * `npm run bench:proof`: what signed requests cost, the gate and the browser. Prints the result and writes it into
 * docs/bench-proof.md; with names, only those parts are measured, and only printed.
 */
import { cpus, release, type } from 'node:os'
import { parseArgs } from 'node:util'
import { readCommit } from '../scripts/read-commit.ts'
import { writeResult } from '../scripts/result-page.ts'
import { SetupProblem } from '../scripts/setup-problem.ts'
import { Costs } from './costs.ts'
import { machineLoad } from './process-cost.ts'
import { measurePageCalls } from './proof/page-calls.ts'
import { measureVerification } from './proof/verification.ts'
import { measureWholeRequests } from './proof/whole-requests.ts'
import { measureWindowMemory } from './proof/window-memory.ts'

const parts = {
  verification: measureVerification,
  'whole requests': (costs: Costs) => measureWholeRequests(costs, { rounds: 30, requests: 400 }),
  'calls of a page': (costs: Costs) => measurePageCalls(costs, 400),
  memory: measureWindowMemory,
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
    const rows = costs.rows.map(({ what, value }) => `| ${what} | ${value} |`)
    tables.push([`### ${name}`, '', '| what | cost |', '|---|---:|', ...rows].join('\n'))
  }
  const where =
    `Measured on ${new Date().toISOString().slice(0, 10)} at commit ${await readCommit()}: ${cpus()[0]?.model.trim() ?? 'unknown'}, ` +
    `${String(cpus().length)} cores, ${type()} ${release()}, Node ${process.version}. ` +
    `Load average before: ${load.toFixed(1)}, at the end: ${machineLoad().toFixed(1)}.`
  process.stdout.write(`${where}\n`)
  if (positionals.length === 0)
    await writeResult('docs/bench-proof.md', 'npm run bench:proof', [where, ...tables].join('\n\n'))
}

// The processes that we started end with ours only on an ordinary exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
await main().catch((thrown: unknown) => {
  if (!(thrown instanceof SetupProblem)) throw thrown
  process.stderr.write(`${thrown.message}\n`)
  process.exitCode = 1
})
