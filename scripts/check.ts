/** Format, lint, types, imports: everything that reads the code without running it. Exit code 1 when one fails. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findForbiddenImports } from './check-imports.ts'

const root = join(import.meta.dirname, '..')

interface Check {
  readonly name: string
  readonly run: () => boolean
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
  {
    name: 'import directions',
    run: () => {
      const forbidden = findForbiddenImports()
      for (const line of forbidden) console.error(line)
      return forbidden.length === 0
    },
  },
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
