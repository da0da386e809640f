/** Builds Pebble, Let's Encrypt's ACME server for tests, into the cache: `node scripts/setup-pebble.ts`. */
import path from 'node:path'
import { findProgram } from './find-program.ts'
import { sayOnStderr, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, keyOf, makeOnce } from './setup-cache.ts'
import { SetupProblem } from './setup-problem.ts'

export interface Pebble {
  /** The CA. */
  readonly pebble: string
  /** The DNS server that it asks. */
  readonly challtestsrv: string
}

const release = 'v2.10.1'
const packages = ['pebble', 'pebble-challtestsrv'].map(
  (name) => `github.com/letsencrypt/pebble/v2/cmd/${name}@${release}`,
)
const places = ['/usr/local/go/bin/go', '/usr/lib/go/bin/go', '/opt/homebrew/bin/go']

export async function setUpPebble(say: Say = sayOnStderr): Promise<Pebble> {
  const dir = path.join(cacheDir(), `pebble-${keyOf(...packages)}`)
  await makeOnce(dir, say, async (temporary) => build(temporary, say))
  return { pebble: path.join(dir, 'pebble'), challtestsrv: path.join(dir, 'pebble-challtestsrv') }
}

async function build(folder: string, say: Say): Promise<void> {
  const go = await findProgram(['go'], places)
  if (go === undefined) {
    throw new SetupProblem(
      'No Go was found to build Pebble with, the test CA.',
      'Install Go 1.24 or newer (Debian: apt-get install golang), or see https://go.dev/dl/.',
    )
  }
  say(`Building Pebble ${release} …`)
  const env = { ...process.env, GOBIN: folder }
  const built = await runCommand(go, ['install', ...packages], { env, limit: 600_000 })
  if (built.code !== 0) {
    throw new SetupProblem(
      `Pebble ${release} could not be built:\n${lastLines(built.stderr)}\n`,
      'It is fetched through the Go module proxy; see GOPROXY.',
    )
  }
}

if (import.meta.main) {
  const { pebble, challtestsrv } = await setUpPebble()
  process.stdout.write(`${pebble}\n${challtestsrv}\n`)
}
