/** Finds the proxies that the benchmark compares with, or installs Debian's: `node scripts/setup-proxies.ts`. */
import { existsSync } from 'node:fs'
import { sayOnStderr, type Say } from './progress.ts'
import { setUpFromDebian, type DebianProgram } from './setup-from-debian.ts'

const setUpProxy = (name: 'nginx' | 'caddy', variable: string, say: Say): Promise<string> => {
  const folders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']
  const wanted: DebianProgram = {
    variable,
    names: [name],
    places: folders.map((folder) => `${folder}/${name}`),
    // Where services are managed, Debian's package would start a public web server at once: that is a person's choice.
    packages: existsSync('/run/systemd/system') ? [] : [name],
    missing: `${name} was not found; the benchmark compares with it.`,
    remedy: `Install it (Debian: apt-get install ${name}), or name its program in ${variable}.`,
  }
  return setUpFromDebian(wanted, say)
}

export const setUpNginx = (say: Say = sayOnStderr): Promise<string> =>
  setUpProxy('nginx', 'SEKISHO_NGINX', say)
export const setUpCaddy = (say: Say = sayOnStderr): Promise<string> =>
  setUpProxy('caddy', 'SEKISHO_CADDY', say)

if (import.meta.main) {
  process.stdout.write(`${await setUpNginx()}\n${await setUpCaddy()}\n`)
}
