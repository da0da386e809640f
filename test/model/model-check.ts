/**
 * `npm run model`: random conversations with the real login and the real proof, many more than `npm test` runs. Prints
 * the shortest one that breaks a rule, if there is one, and what happened; a run of full size goes into docs/model-check.md.
 */
import { cpus, release, type } from 'node:os'
import { parseArgs } from 'node:util'
import { sayOnStderr } from '../../scripts/progress.ts'
import { readCommit } from '../../scripts/read-commit.ts'
import { writeResult } from '../../scripts/result-page.ts'
import { LoginRig } from '../rig/login-rig.ts'
import { addTally, emptyTally, refusalsOf, runModel, type Tally } from './run-model.ts'

/** Smaller ones are for whoever looks for something, and nothing to publish. */
const fullSize = { runs: 10_000, steps: 100 }

const usage = `npm run model -- [--runs N] [--steps N] [--seed N]

  --runs    conversations; 10000 by default
  --steps   of the longest conversation; 100 by default
  --seed    another one gives other conversations; 1 by default

Writes docs/model-check.md, unless there were fewer conversations or shorter ones than by default.
`

/** Between two lines of progress. */
const perRound = 250

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: String(fullSize.runs) },
    steps: { type: 'string', default: String(fullSize.steps) },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const [runs, steps, seed] = [Number(values.runs), Number(values.steps), Number(values.seed)]
if (values.help || [runs, steps, seed].some((one) => !Number.isSafeInteger(one) || one < 1)) {
  process.stdout.write(usage)
  process.exitCode = values.help ? 0 : 2
} else await check()

async function check(): Promise<void> {
  const rigs = await LoginRig.open()
  const tally = emptyTally()
  const begun = process.cpuUsage()
  try {
    for (let done = 0; done < runs; done += perRound) {
      const size = { runs: Math.min(perRound, runs - done), steps, seed: seed * 1_000_000 + done }
      const result = await runModel(size, () => rigs.make())
      addTally(tally, result.tally)
      if (result.broken !== undefined) {
        process.stdout.write(`${JSON.stringify(result.broken.steps, null, 1)}\n${result.broken.rule}\n`)
        process.exitCode = 1
        return
      }
      sayOnStderr(`${String(done + size.runs)} of ${String(runs)} conversations, no rule broken`)
    }
  } finally {
    await rigs.close()
  }
  const { user, system } = process.cpuUsage(begun)
  const result = await report(tally, (user + system) / 1e6)
  process.stdout.write(`${result}\n`)
  if (runs >= fullSize.runs && steps >= fullSize.steps)
    await writeResult('docs/model-check.md', 'npm run model', result)
}

async function report(tally: Tally, seconds: number): Promise<string> {
  const date = new Date().toISOString().slice(0, 10)
  const number = (count: number) => count.toLocaleString('en')
  const [cpu] = cpus()
  const where = `${cpu?.model ?? 'unknown'}, ${type()} ${release()}, Node ${process.version}`
  return [
    `Measured on ${date} at commit ${await readCommit()}: ${where}; ${number(Math.round(seconds))} s of processor time.`,
    '',
    `**${number(runs)} conversations of up to ${number(steps)} steps (seed ${String(seed)}): no rule was broken.**`,
    '',
    '| what happened | times |',
    '|---|---|',
    `| steps | ${number(tally.steps)} |`,
    `| sessions issued | ${number(tally.sessions)} |`,
    `| calls of honest browsers, as they were sent | ${number(tally.honest)} |`,
    `| hostile messages: changed, repeated, mixed, made up | ${number(tally.hostile)} |`,
    `| calls that were done | ${number(tally.done)} |`,
    ...refusalsOf(tally).map(([code, times]) => `| refused: \`${code}\` | ${number(times)} |`),
  ].join('\n')
}
