/** Finds slowhttptest, which holds connections in four slow ways, or gets Debian's: `node scripts/setup-slowhttptest.ts`. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { sayOnStderr, type Say } from './progress.ts'
import { lastLines, runCommand } from './run-command.ts'
import { cacheDir, makeOnce } from './setup-cache.ts'
import { findOrInstall } from './setup-from-debian.ts'
import { SetupProblem } from './setup-problem.ts'

const name = 'slowhttptest'
const program = {
  variable: 'SEKISHO_SLOWHTTPTEST',
  names: [name],
  places: ['/usr/local/bin/slowhttptest', '/opt/homebrew/bin/slowhttptest'],
  packages: [name],
}
const remedy = `Install it (Debian: apt-get install ${name}; Homebrew: brew install ${name}), or name its program in SEKISHO_SLOWHTTPTEST.`

export async function setUpSlowhttptest(say: Say = sayOnStderr): Promise<string> {
  return (await findOrInstall(program, say)) ?? unpack(say)
}

/** Who isn't root may still download packages, and one program with the system's own libraries runs from anywhere. */
async function unpack(say: Say): Promise<string> {
  const folder = await makeOnce(path.join(cacheDir(), name), say, async (temporary) => {
    await run('apt-get', ['download', name], temporary)
    const [archive] = (await readdir(temporary)).filter((file) => file.endsWith('.deb'))
    if (archive === undefined) throw new SetupProblem(`${name} was not found in Debian's archive.`, remedy)
    await run('dpkg-deb', ['--extract', archive, '.'], temporary)
  })
  return path.join(folder, 'usr', 'bin', name)
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const done = await runCommand(command, args, { cwd })
  if (done.code === 0) return
  throw new SetupProblem(`${name} was not found, and ${command} failed: ${lastLines(done.stderr)}`, remedy)
}

if (import.meta.main) process.stdout.write(`${await setUpSlowhttptest()}\n`)
