/** Chromium, driven over its own protocol. */
import { createHash, X509Certificate } from 'node:crypto'
import { chromium } from 'playwright-core'
import { setUpChromium } from '../scripts/setup-chromium.ts'
import type { BrowserWishes, Launched } from './browser.ts'

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=DialMediaRouteProvider',
]

export async function launchChromium(wishes: BrowserWishes): Promise<Launched> {
  const browser = await chromium.launch({
    executablePath: await setUpChromium(),
    headless: true,
    ...(wishes.keepsPages && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
    // Chromium's sandbox needs a user that is not root.
    args: [...quiet, ...switches(wishes), ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
  return { browser, contextOptions: {} }
}

function switches({ hosts = [], devices, trusted }: BrowserWishes): readonly string[] {
  const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`)
  return [
    ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(',')}`] : []),
    ...(devices === undefined
      ? []
      : ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']),
    ...(trusted === undefined ? [] : [`--ignore-certificate-errors-spki-list=${keyHash(trusted)}`]),
  ]
}

function keyHash(pem: string): string {
  const { publicKey } = new X509Certificate(pem)
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
}
