/** Finds the proxies that the benchmark compares with, or installs Debian's: `node scripts/setup-proxies.ts`. */
import { existsSync } from 'node:fs'
import { canInstallPackages, installPackages } from './apt-get.ts'
import { findProgram } from './find-program.ts'
import { sayOnStderr, type Say } from './progress.ts'
import { SetupProblem } from './setup-problem.ts'

const setUpProxy = async (name: 'nginx' | 'caddy', variable: string, say: Say): Promise<string> => {
  const own = process.env[variable]
  if (own !== undefined && own !== '') return own
  const places = [
    `/usr/sbin/${name}`,
    `/usr/local/sbin/${name}`,
    `/usr/local/bin/${name}`,
    `/opt/homebrew/bin/${name}`,
  ]
  const found = await findProgram([name], places)
  if (found !== undefined) return found
  // Where services are managed, Debian's package would start a public web server at once: that is a person's choice.
  if (!existsSync('/run/systemd/system') && (await canInstallPackages())) {
    await installPackages([name], say)
    const installed = await findProgram([name], places)
    if (installed !== undefined) return installed
  }
  throw new SetupProblem(
    `${name} was not found; the benchmark compares with it.`,
    `Install it (Debian: apt-get install ${name}), or name its program in ${variable}.`,
  )
}

export const setUpNginx = (say: Say = sayOnStderr): Promise<string> =>
  setUpProxy('nginx', 'SEKISHO_NGINX', say)
export const setUpCaddy = (say: Say = sayOnStderr): Promise<string> =>
  setUpProxy('caddy', 'SEKISHO_CADDY', say)

if (import.meta.main) {
  process.stdout.write(`${await setUpNginx()}\n${await setUpCaddy()}\n`)
}
