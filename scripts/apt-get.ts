/** Debian packages, installed where we may: as root on a system that has apt-get. */
import { runCommand, lastLines } from './run-command.ts'
import { withProgress, type Say } from './progress.ts'
import { SetupProblem } from './setup-problem.ts'

export async function canInstallPackages(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false
  return (await runCommand('apt-get', ['--version'])).code === 0
}

export async function installPackages(packages: readonly string[], say: Say): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const names = packages.join(' ')
  const steps = [
    { what: 'Reading the package lists', args: ['update'] },
    { what: `Installing ${names}`, args: ['install', '-y', '--no-install-recommends', ...packages] },
  ]
  for (const { what, args } of steps) {
    say(`${what} …`)
    const done = await withProgress(say, what, runCommand('apt-get', args, { env }))
    if (done.code !== 0) {
      throw new SetupProblem(
        `apt-get ${args[0] ?? ''} failed:\n${lastLines(done.stderr)}\n`,
        `Install it by hand: apt-get install ${names}`,
      )
    }
  }
}
