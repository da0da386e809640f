/** Finds a Firefox for the browser tests, or installs Debian's: `node scripts/setup-firefox.ts`. */
import { canInstallPackages, installPackages } from './apt-get.ts'
import { findProgram } from './find-program.ts'
import { sayOnStderr, type Say } from './progress.ts'
import { SetupProblem } from './setup-problem.ts'

const names = ['firefox-esr', 'firefox']
const places = [
  '/usr/lib/firefox-esr/firefox-esr',
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
]
// Firefox plays film through the system's decoders; the Japanese login page is looked at in screenshots.
const packages = ['firefox-esr', 'libavcodec-extra', 'fonts-noto-cjk']

export async function setUpFirefox(say: Say = sayOnStderr): Promise<string> {
  const own = process.env['SEKISHO_FIREFOX']
  if (own !== undefined && own !== '') return own
  const found = await findProgram(names, places)
  if (found !== undefined) return found
  if (await canInstallPackages()) {
    await installPackages(packages, say)
    const installed = await findProgram(names, places)
    if (installed !== undefined) return installed
  }
  throw new SetupProblem(
    'No Firefox was found for the browser tests.',
    'Install Firefox (Debian: apt-get install firefox-esr), or name its program in SEKISHO_FIREFOX.',
  )
}

if (import.meta.main) {
  process.stdout.write(`${await setUpFirefox()}\n`)
}
