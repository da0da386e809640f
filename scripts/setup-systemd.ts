/** Finds systemd-analyze for the tests of the service unit, or installs Debian's systemd: `node scripts/setup-systemd.ts`. */
import { sayOnStderr, type Say } from './progress.ts'
import { setUpFromDebian } from './setup-from-debian.ts'

const analyze = {
  variable: 'SEKISHO_SYSTEMD_ANALYZE',
  names: ['systemd-analyze'],
  places: ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'],
  packages: ['systemd'],
  missing: 'No systemd-analyze was found; the tests of the service unit ask it.',
  remedy:
    'Install systemd (Debian: apt-get install systemd), or name the program in SEKISHO_SYSTEMD_ANALYZE.',
}

export function setUpSystemdAnalyze(say: Say = sayOnStderr): Promise<string> {
  return setUpFromDebian(analyze, say)
}

if (import.meta.main) {
  process.stdout.write(`${await setUpSystemdAnalyze()}\n`)
}
