/**
 * `npm run mutation`: breaks what decides in every small way that Stryker knows, and counts what the unit tests notice.
 * Prints what they don't, and writes the score of each whole area into docs/mutation.md.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, matchesGlob, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { areas, isArea, readRow, scoreOf, writeTable, type AreaName, type Score } from './mutation-score.ts'
import { readCommit } from './read-commit.ts'
import { writeResult } from './result-page.ts'

const names = Object.keys(areas).filter(isArea)

const usage = `npm run mutation -- [--concurrency N] [--anew] [${names.join(' | ')}] [FILE …]

  without an area  all of them
  FILE             source files of that area: their survivors are printed, the score is not written
  --anew           forget what is known of code and tests that did not change
  --concurrency    test runners at once; by default as many as there are cores
`

const root = join(import.meta.dirname, '..')
const page = 'docs/mutation.md'
/** Outside the tree, where nothing that looks at the tree finds a broken copy of it. */
const scratch = join(tmpdir(), 'sekisho-mutation')

const vitestConfig = 'vitest.mutation.config.ts'

interface Judging {
  /** Of an area, whose tests are used. */
  readonly area: AreaName
  /** Patterns of what is broken. */
  readonly mutate: readonly string[]
  readonly concurrency: number
  readonly anew: boolean
}

async function judge({ area, mutate, concurrency, anew }: Judging): Promise<Score> {
  const keep = (path: string) => `!/${path}`
  const stryker = new Stryker({
    mutate: [...mutate, '!src/**/*.test.ts', '!src/**/*.contract.ts'],
    // What is copied. The unit tests of the area alone: suites that start gates and apps would take days.
    ignorePatterns: [
      '**',
      ...['src/**', 'test/rig/*.ts', 'tsconfig.base.json', 'package.json', vitestConfig].map(keep),
      ...['docs/reference/proof-vectors.json', 'scripts/proof-vector*.ts'].map(keep),
      '/src/**/*.test.ts',
      ...areas[area].tests.map(keep),
    ],
    plugins: ['@stryker-mutator/vitest-runner'],
    testRunner: 'vitest',
    vitest: { related: false, configFile: vitestConfig },
    coverageAnalysis: 'perTest',
    // What runs once when a file is loaded (tables, patterns) would need all tests in a new process, for each mutant.
    ignoreStatic: true,
    concurrency,
    timeoutMS: 60_000,
    tempDirName: scratch,
    // What is known of code and tests that did not change is kept; `--anew` forgets it.
    incremental: true,
    incrementalFile: join(scratch, `${area}-known.json`),
    force: anew,
    reporters: ['clear-text', 'progress-append-only', 'json'],
    jsonReporter: { fileName: join(scratch, `${area}.json`) },
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: false },
    allowConsoleColors: false,
  })
  const mutants = await stryker.runMutationTest()
  // What was known of other files comes along.
  const isMeant = (file: string) => mutate.some((glob) => matchesGlob(relative(root, file), glob))
  return scoreOf(mutants.filter(({ fileName }) => isMeant(fileName)))
}

async function judgeWhole(area: AreaName, how: Pick<Judging, 'concurrency' | 'anew'>): Promise<void> {
  const score = await judge({ area, mutate: areas[area].sources, ...how })
  const stamp = { date: new Date().toISOString().slice(0, 10), commit: await readCommit() }
  const table = writeTable(readFileSync(join(root, page), 'utf8'), area, score, stamp)
  await writeResult(page, 'npm run mutation', table)
  process.stdout.write(`${readRow(area, score, stamp)}\n`)
}

const { values, positionals } = parseArgs({
  options: {
    concurrency: { type: 'string' },
    anew: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
  allowPositionals: true,
})
const how = { concurrency: Number(values.concurrency ?? availableParallelism()), anew: values.anew }
const chosen = positionals.filter(isArea)
const files = positionals.filter((name) => !isArea(name))
const [area] = chosen
const isWrong =
  !(how.concurrency >= 1) ||
  files.some((name) => !name.endsWith('.ts')) ||
  (files.length > 0 && chosen.length !== 1)

if (isWrong || values.help === true) {
  process.stderr.write(usage)
  process.exitCode = isWrong ? 2 : 0
} else {
  mkdirSync(scratch, { recursive: true })
  process.chdir(root)
  if (area !== undefined && files.length > 0)
    process.stdout.write(`${readRow(area, await judge({ area, mutate: files, ...how }))}\n`)
  else for (const one of chosen.length === 0 ? names : chosen) await judgeWhole(one, how)
}
