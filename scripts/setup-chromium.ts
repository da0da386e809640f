/** Finds a Chromium for the browser tests, or installs Debian's: `node scripts/setup-chromium.ts`. */
import { sayOnStderr, type Say } from './progress.ts'
import { setUpFromDebian } from './setup-from-debian.ts'

const chromium = {
  variable: 'SEKISHO_CHROMIUM',
  names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  places: [
    '/usr/lib/chromium/chromium',
    '/snap/bin/chromium',
    '/opt/google/chrome/chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  // The Japanese login page is looked at in screenshots: without a font it is boxes.
  packages: ['chromium', 'fonts-noto-cjk'],
  missing: 'No Chromium was found for the browser tests.',
  remedy:
    'Install Chromium or Chrome (Debian: apt-get install chromium), or name its program in SEKISHO_CHROMIUM.',
}

export function setUpChromium(say: Say = sayOnStderr): Promise<string> {
  return setUpFromDebian(chromium, say)
}

if (import.meta.main) {
  process.stdout.write(`${await setUpChromium()}\n`)
}
