/** Finds systemd-analyze for the tests of the service unit, or installs Debian's systemd: `node scripts/setup-systemd.ts`. */
import { canInstallPackages, installPackages } from './apt-get.ts'
import { findProgram } from './find-program.ts'
import { sayOnStderr, type Say } from './progress.ts'
import { SetupProblem } from './setup-problem.ts'

const places = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze']

export async function setUpSystemdAnalyze(say: Say = sayOnStderr): Promise<string> {
  const own = process.env['SEKISHO_SYSTEMD_ANALYZE']
  if (own !== undefined && own !== '') return own
  const found = await findProgram(['systemd-analyze'], places)
  if (found !== undefined) return found
  if (await canInstallPackages()) {
    await installPackages(['systemd'], say)
    const installed = await findProgram(['systemd-analyze'], places)
    if (installed !== undefined) return installed
  }
  throw new SetupProblem(
    'No systemd-analyze was found; the tests of the service unit ask it.',
    'Install systemd (Debian: apt-get install systemd), or name the program in SEKISHO_SYSTEMD_ANALYZE.',
  )
}

if (import.meta.main) {
  process.stdout.write(`${await setUpSystemdAnalyze()}\n`)
}
