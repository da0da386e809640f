/** Format, lint, types, imports, supply chain: everything that reads without running. Exit code 1 when one fails. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { auditDependencies, places } from './audit-dependencies.ts'
import { findForbiddenImports } from './check-imports.ts'
import { checkSupply, readSupply } from './check-supply.ts'
import { runCommand } from './run-command.ts'

const root = join(import.meta.dirname, '..')

interface Check {
  readonly name: string
  readonly run: () => boolean | Promise<boolean>
}

function lines(name: string, find: () => readonly string[]): Check {
  const run = () => {
    const found = find()
    for (const line of found) console.error(line)
    return found.length === 0
  }
  return { name, run }
}

function knownVulnerabilities(): readonly string[] {
  const { failures, warnings } = auditDependencies(places, new Date())
  for (const line of warnings) console.warn(`warning: ${line}`)
  return failures
}

function command(name: string, ...args: string[]): Check {
  const run = async () => {
    const done = await runCommand(join(root, 'node_modules/.bin', name), args, { cwd: root })
    if (done.code !== 0) console.error(done.stdout + done.stderr)
    return done.code === 0
  }
  return { name: [name, ...args].join(' '), run }
}

/** The first takes as long as all the others. */
const rows: readonly (readonly Check[])[] = [
  [command('eslint', '--max-warnings', '0', '.')],
  [
    command('prettier', '--check', '--log-level', 'warn', '.'),
    command('tsc', '--build'),
    lines('import directions', findForbiddenImports),
    lines('supply chain', () => checkSupply(readSupply(root))),
    lines('known vulnerabilities', knownVulnerabilities),
  ],
]

async function passes({ name, run }: Check): Promise<boolean> {
  const started = performance.now()
  const good = await run()
  console.log(`${good ? '✓' : '✗'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  return good
}

/** Runs all of them, one row beside the other, says each result, and answers how many passed and failed. */
export async function runChecks(): Promise<{ passed: number; failed: number }> {
  const results = await Promise.all(
    rows.map(async (row) => {
      const done: boolean[] = []
      for (const check of row) done.push(await passes(check))
      return done
    }),
  )
  const passed = results.flat().filter((good) => good).length
  return { passed, failed: results.flat().length - passed }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = (await runChecks()).failed === 0 ? 0 : 1
