/** Finds a Python that can run Gradio 6, and what it can do to make an environment. */
import { runCommand } from './run-command.ts'
import { SetupProblem } from './setup-problem.ts'

export interface Python {
  readonly command: string
  /** `3.11.7`, and the machine it was built for. */
  readonly version: string
  readonly platform: string
  /** `venv` without `ensurepip` is what Debian leaves without its package python3-venv. */
  readonly canMakeVenv: boolean
  readonly hasPip: boolean
}

// Gradio 6.31 asks for Python 3.10; the constraint file was made for 3.10 to 3.13.
const candidates = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.14', 'python']

const probe = `
import importlib.util, json, platform, sys, sysconfig
has = lambda name: importlib.util.find_spec(name) is not None
print(json.dumps({
    "minor": sys.version_info[1] if sys.version_info[0] == 3 else 0,
    "version": platform.python_version(),
    "platform": sysconfig.get_platform(),
    "canMakeVenv": has("venv") and has("ensurepip"),
    "hasPip": has("pip"),
}))
`

interface Probed extends Omit<Python, 'command'> {
  readonly minor: number
}

/** `$SEKISHO_PYTHON`, or the first of the usual names that runs and is new enough. */
export async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<Python> {
  const own = env['SEKISHO_PYTHON']
  const commands = own === undefined || own === '' ? candidates : [own]
  const newer: Python[] = []
  for (const command of commands) {
    const found = await probePython(command)
    if (found === undefined || found.minor < 10) continue
    const { minor, ...facts } = found
    if (minor <= 13) return { command, ...facts }
    newer.push({ command, ...facts })
  }
  const [untried] = newer
  if (untried !== undefined) return untried
  throw new SetupProblem(
    `No Python 3.10 or newer was found (looked for: ${commands.join(', ')}).`,
    'Install Python 3.10 or newer, or name one in SEKISHO_PYTHON.',
  )
}

async function probePython(command: string): Promise<Probed | undefined> {
  // Version managers put stubs in PATH that only print which versions exist: what counts is that it runs.
  const ran = await runCommand(command, ['-c', probe], { limit: 20_000 })
  if (ran.code !== 0) return undefined
  try {
    return JSON.parse(ran.stdout) as Probed
  } catch {
    return undefined
  }
}
