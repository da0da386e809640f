/** Format, lint, types, imports, supply chain: everything that reads without running. Exit code 1 when one fails. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { auditDependencies, places } from './audit-dependencies.ts'
import { findForbiddenImports } from './check-imports.ts'
import { checkSupply, readSupply } from './check-supply.ts'

const root = join(import.meta.dirname, '..')

interface Check {
  readonly name: string
  readonly run: () => boolean
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
  const run = () => {
    const done = spawnSync(join(root, 'node_modules/.bin', name), args, { cwd: root, encoding: 'utf8' })
    if (done.status !== 0) console.error(done.stdout + done.stderr)
    return done.status === 0
  }
  return { name: [name, ...args].join(' '), run }
}

const checks: readonly Check[] = [
  command('prettier', '--check', '--log-level', 'warn', '.'),
  command('tsc', '--build'),
  command('eslint', '--max-warnings', '0', '.'),
  lines('import directions', findForbiddenImports),
  lines('supply chain', () => checkSupply(readSupply(root))),
  lines('known vulnerabilities', knownVulnerabilities),
]

/** Runs all of them, says each result, and answers how many passed and failed. */
export function runChecks(): { passed: number; failed: number } {
  let failed = 0
  for (const check of checks) {
    const started = performance.now()
    const good = check.run()
    if (!good) failed++
    console.log(`${good ? '✓' : '✗'} ${check.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  }
  return { passed: checks.length - failed, failed }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  process.exitCode = runChecks().failed === 0 ? 0 : 1
