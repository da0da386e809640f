/** Chromium, driven over its own protocol. */
import { createHash, X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { setUpChromium } from '../scripts/setup-chromium.ts'
import type { BrowserWishes, Launched, Profile, ThirdPartyCookies } from './browser.ts'

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function launchChromium(wishes: BrowserWishes): Promise<Launched> {
  const browser = await chromium.launch({
    ...(await chromiumOptions(wishes)),
    ...(wishes.keepsPages && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
  })
  return { browser, contextOptions: {} }
}

export async function openChromiumProfile(
  thirdPartyCookies: ThirdPartyCookies,
  wishes: BrowserWishes,
): Promise<Profile> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sekisho-profile-'))
  const blocked = thirdPartyCookies !== 'allowed'
  // chrome/common/pref_names.h: 0 allows them, 1 blocks them; the other is the older form of the same.
  const profile = { cookie_controls_mode: blocked ? 1 : 0, block_third_party_cookies: blocked }
  await mkdir(path.join(folder, 'Default'))
  await writeFile(path.join(folder, 'Default', 'Preferences'), JSON.stringify({ profile }))
  const without = thirdPartyCookies === 'blocked, and storage too' ? ['ThirdPartyStoragePartitioning'] : []
  const context = await chromium.launchPersistentContext(folder, {
    ...(await chromiumOptions(wishes, without)),
    ignoreHTTPSErrors: true,
    locale: 'en-GB',
  })
  return {
    context,
    close: async () => {
      await context.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function chromiumOptions(wishes: BrowserWishes, withoutFeatures: readonly string[] = []) {
  // In the place of Playwright's own list, which switches more off: partitioned storage, for example (playwright-core 1.65).
  const features = `--disable-features=${['DialMediaRouteProvider', ...withoutFeatures].join(',')}`
  return {
    executablePath: await setUpChromium(),
    headless: true,
    // Chromium's sandbox needs a user that is not root.
    args: [...quiet, features, ...switches(wishes), ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  }
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
