/** Builds the Compose Specification's own reader, which needs no daemon, into the cache: `node scripts/setup-compose-go.ts`. */
import path from 'node:path'
import { findProgram } from './find-program.ts'
import { sayOnStderr, withProgress, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, keyOf, makeOnce } from './setup-cache.ts'
import { SetupProblem } from './setup-problem.ts'

const module = 'github.com/compose-spec/compose-go/v2/cmd@v2.16.2'
const places = ['/usr/local/go/bin/go', '/usr/lib/go/bin/go', '/opt/homebrew/bin/go']

/** `cmd --format json FILE` prints what Docker Compose would make of a file, or says what is wrong with it. */
export async function setUpComposeGo(say: Say = sayOnStderr): Promise<string> {
  const dir = path.join(cacheDir(), `compose-go-${keyOf(module)}`)
  await makeOnce(dir, say, (temporary) => build(temporary, say))
  return path.join(dir, 'cmd')
}

async function build(folder: string, say: Say): Promise<void> {
  const go = await findProgram(['go'], places)
  if (go === undefined) {
    throw new SetupProblem(
      'No Go was found to build the reader of Compose files with.',
      'Install Go 1.24 or newer (Debian: apt-get install golang), or see https://go.dev/dl/.',
    )
  }
  const env = { ...process.env, GOBIN: folder }
  const work = runCommand(go, ['install', module], { env, limit: 600_000 })
  const built = await withProgress(say, 'Building compose-go', work)
  if (built.code !== 0) {
    throw new SetupProblem(
      `compose-go could not be built:\n${lastLines(built.stderr)}\n`,
      'It is fetched through the Go module proxy; see GOPROXY.',
    )
  }
}

if (import.meta.main) {
  process.stdout.write(`${await setUpComposeGo()}\n`)
}
