/** Finds a Firefox for the browser tests, or installs Debian's: `node scripts/setup-firefox.ts`. */
import { sayOnStderr, type Say } from './progress.ts'
import { setUpFromDebian } from './setup-from-debian.ts'

const firefox = {
  variable: 'SEKISHO_FIREFOX',
  names: ['firefox-esr', 'firefox'],
  places: [
    '/usr/lib/firefox-esr/firefox-esr',
    '/snap/bin/firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ],
  // Firefox plays film through the system's decoders; the Japanese login page is looked at in screenshots.
  packages: ['firefox-esr', 'libavcodec-extra', 'fonts-noto-cjk'],
  missing: 'No Firefox was found for the browser tests.',
  remedy: 'Install Firefox (Debian: apt-get install firefox-esr), or name its program in SEKISHO_FIREFOX.',
}

export function setUpFirefox(say: Say = sayOnStderr): Promise<string> {
  return setUpFromDebian(firefox, say)
}

if (import.meta.main) {
  process.stdout.write(`${await setUpFirefox()}\n`)
}
