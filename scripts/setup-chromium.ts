/** Finds a Chromium for the browser tests, or installs Debian's: `node scripts/setup-chromium.ts`. */
import { canInstallPackages, installPackages } from './apt-get.ts'
import { findProgram } from './find-program.ts'
import { sayOnStderr, type Say } from './progress.ts'
import { SetupProblem } from './setup-problem.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const places = [
  '/usr/lib/chromium/chromium',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
// The Japanese login page is looked at in screenshots: without a font it is boxes.
const packages = ['chromium', 'fonts-noto-cjk']

export async function setUpChromium(say: Say = sayOnStderr): Promise<string> {
  const own = process.env['SEKISHO_CHROMIUM']
  if (own !== undefined && own !== '') return own
  const found = await findProgram(names, places)
  if (found !== undefined) return found
  if (await canInstallPackages()) {
    await installPackages(packages, say)
    const installed = await findProgram(names, places)
    if (installed !== undefined) return installed
  }
  throw new SetupProblem(
    'No Chromium was found for the browser tests.',
    'Install Chromium or Chrome (Debian: apt-get install chromium), or name its program in SEKISHO_CHROMIUM.',
  )
}

if (import.meta.main) {
  process.stdout.write(`${await setUpChromium()}\n`)
}
