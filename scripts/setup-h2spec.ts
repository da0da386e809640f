/** Builds h2spec, which tests conformance to HTTP/2: `node scripts/setup-h2spec.ts`. */
import path from 'node:path'
import { findProgram } from './find-program.ts'
import { sayOnStderr, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, keyOf, makeOnce } from './setup-cache.ts'
import { SetupProblem } from './setup-problem.ts'

/** The newest that Go installs: later tags lack the path that Go's modules want. */
const source = 'github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible'

/** Answers the program's path. */
export async function setUpH2spec(say: Say = sayOnStderr): Promise<string> {
  const own = process.env['SEKISHO_H2SPEC']
  if (own !== undefined && own !== '') return own
  const dir = await makeOnce(path.join(cacheDir(), `h2spec-${keyOf(source)}`), say, async (temporary) => {
    const go = await findProgram(
      ['go'],
      ['/usr/local/go/bin/go', '/usr/lib/go/bin/go', '/opt/homebrew/bin/go'],
    )
    if (go === undefined) {
      throw new SetupProblem(
        'Go was not found; the HTTP/2 conformance test, h2spec, is built with it.',
        'Install it (Debian: apt-get install golang-go), or name an h2spec program in SEKISHO_H2SPEC.',
      )
    }
    say('Building h2spec …')
    const env = { ...process.env, GOBIN: temporary }
    const built = await runCommand(go, ['install', source], { env, limit: 600_000 })
    if (built.code !== 0) {
      throw new SetupProblem(
        `h2spec could not be built:\n${lastLines(built.stderr)}\n`,
        'Look at the network, or name an h2spec program in SEKISHO_H2SPEC.',
      )
    }
  })
  return path.join(dir, 'h2spec')
}

if (import.meta.main) process.stdout.write(`${await setUpH2spec()}\n`)
