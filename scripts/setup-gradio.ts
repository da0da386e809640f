/** Makes the private Python environment with Gradio: `node scripts/setup-gradio.ts [demo|rig]`. */
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { canInstallPackages, installPackages } from './apt-get.ts'
import { findPython, type Python } from './find-python.ts'
import { sayOnStderr, withProgress, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, keyOf, makeOnce } from './setup-cache.ts'
import { SetupProblem } from './setup-problem.ts'

export interface GradioEnvironment {
  /** The interpreter, and the variables it needs beside those of the process. */
  readonly python: string
  readonly env: Readonly<Record<string, string>>
}

const root = path.resolve(import.meta.dirname, '..')
const constraints = path.join(root, 'demo', 'constraints.txt')
const requirements = {
  demo: path.join(root, 'demo', 'requirements.txt'),
  rig: path.join(root, 'test', 'rig', 'requirements.txt'),
} as const

/** `rig` has what the test apps need beyond the demo: MCP and OAuth. */
export async function setUpGradio(
  set: keyof typeof requirements = 'rig',
  say: Say = sayOnStderr,
): Promise<GradioEnvironment> {
  const python = await findPython()
  const wanted = ['-r', requirements[set], '-c', constraints]
  const key = keyOf(
    await readFile(constraints, 'utf8'),
    await readFile(requirements[set], 'utf8'),
    python.version,
    python.platform,
  )
  const dir = path.join(cacheDir(), `gradio-${set}-${key}`)
  await makeOnce(dir, say, (temporary) => fill(temporary, python, wanted, say))
  return environmentAt(dir, python)
}

/** Another Gradio than that of the tests: `test/versions/gradio-<version>.txt` names every package of it. */
export async function setUpGradioVersion(
  version: string,
  say: Say = sayOnStderr,
): Promise<GradioEnvironment> {
  const python = await findPython()
  const file = path.join(root, 'test', 'versions', `gradio-${version}.txt`)
  const key = keyOf(await readFile(file, 'utf8'), python.version, python.platform)
  const dir = path.join(cacheDir(), `gradio-${version}-${key}`)
  await makeOnce(dir, say, (temporary) => fill(temporary, python, ['-r', file], say))
  return environmentAt(dir, python)
}

/** The newest Gradio that pip finds, in a directory that the caller removes by `remove`. */
export async function setUpNewestGradio(
  say: Say = sayOnStderr,
): Promise<GradioEnvironment & { readonly remove: () => Promise<void> }> {
  const python = await findPython()
  const dir = path.join(cacheDir(), `gradio-newest-${String(process.pid)}`)
  await rm(dir, { recursive: true, force: true })
  await makeOnce(dir, say, (temporary) => fill(temporary, python, ['--upgrade', 'gradio[mcp,oauth]'], say))
  return { ...environmentAt(dir, python), remove: () => rm(dir, { recursive: true, force: true }) }
}

/** An environment is a venv, or where Python can't make one a plain folder that PYTHONPATH names. */
function environmentAt(dir: string, python: Python): GradioEnvironment {
  const venv = path.join(dir, 'bin', 'python')
  const common = { PYTHONNOUSERSITE: '1', PYTHONUNBUFFERED: '1' }
  return existsSync(path.join(dir, 'pyvenv.cfg'))
    ? { python: venv, env: common }
    : { python: python.command, env: { ...common, PYTHONPATH: dir } }
}

async function fill(dir: string, found: Python, wanted: readonly string[], say: Say): Promise<void> {
  say(`Setting up Gradio for Python ${found.version} in ${path.dirname(dir)} (once; about a minute) …`)
  const python = await withWaysToInstall(found, say)
  if (python.canMakeVenv) {
    await run(python.command, ['-m', 'venv', dir], 'Making a Python environment', say)
    const inside = path.join(dir, 'bin', 'python')
    await run(inside, ['-m', 'pip', 'install', ...pipOptions, ...wanted], 'Installing Gradio', say)
    return
  }
  say('This Python has no venv; installing into a plain folder instead.')
  await run(
    python.command,
    ['-m', 'pip', 'install', '--target', dir, ...pipOptions, ...wanted],
    'Installing Gradio',
    say,
  )
}

const pipOptions = [
  '--no-input',
  '--disable-pip-version-check',
  '--progress-bar',
  'off',
  '--no-warn-script-location',
]

async function withWaysToInstall(python: Python, say: Say): Promise<Python> {
  if (python.canMakeVenv || python.hasPip) return python
  if (await canInstallPackages()) {
    await installPackages(['python3-venv'], say)
    const again = await findPython()
    if (again.canMakeVenv || again.hasPip) return again
  }
  throw new SetupProblem(
    `${python.command} (${python.version}) has neither venv nor pip.`,
    'Install one of them (Debian, Ubuntu: apt-get install python3-venv), or name another Python in SEKISHO_PYTHON.',
  )
}

async function run(command: string, args: readonly string[], what: string, say: Say): Promise<void> {
  const done = await withProgress(say, what, runCommand(command, args, { env: withoutForeignPython() }))
  if (done.code === 0) return
  throw new SetupProblem(
    `${what} failed:\n${lastLines(done.stdout + done.stderr)}\n`,
    'Check that pip can reach its package index from this machine, then try again.',
  )
}

/** Somebody's active environment must not leak into ours. */
function withoutForeignPython(): NodeJS.ProcessEnv {
  const { PYTHONPATH: _path, PYTHONHOME: _home, VIRTUAL_ENV: _venv, ...rest } = process.env
  return rest
}

if (import.meta.main) {
  const made = await setUpGradio(process.argv[2] === 'rig' ? 'rig' : 'demo')
  process.stdout.write(`${made.python}\n`)
}
