/** Firefox as it is shipped, driven over WebDriver BiDi (W3C). */
import { firefox, type Browser } from 'playwright-core'
import { setUpFirefox } from '../scripts/setup-firefox.ts'
import type { BrowserWishes, Launched, Profile, ThirdPartyCookies } from './browser.ts'

export async function launchFirefox(wishes: BrowserWishes): Promise<Launched> {
  // Firefox has no switch for one key: pages are told to take any certificate.
  return {
    browser: await launch(preferences(wishes)),
    contextOptions: { ignoreHTTPSErrors: wishes.trusted !== undefined },
  }
}

export async function openFirefoxProfile(
  thirdPartyCookies: ThirdPartyCookies,
  wishes: BrowserWishes,
): Promise<Profile> {
  const browser = await launch({
    ...preferences(wishes),
    'network.cookie.cookieBehavior': cookieBehaviors[thirdPartyCookies],
    // Clicks and keys that playwright-core 1.65 sends over BiDi arrive in frames of other sites only where those share a process.
    'fission.webContentIsolationStrategy': 0,
  })
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
  return { context, close: () => browser.close() }
}

/** netwerk/cookie/nsICookieService.idl: all are taken; each site's are kept apart for each site around it, the default; none are taken. */
const cookieBehaviors: Readonly<Record<ThirdPartyCookies, number>> = {
  allowed: 0,
  blocked: 5,
  'blocked, and storage too': 1,
}

type Preferences = Readonly<Record<string, string | number | boolean>>

async function launch(firefoxUserPrefs: Preferences): Promise<Browser> {
  const browser = await firefox.launch({
    // Playwright's name for a Firefox that it didn't build itself.
    channel: 'moz-firefox',
    executablePath: await setUpFirefox(),
    headless: true,
    firefoxUserPrefs,
  })
  letUnknownEmulationPass(browser)
  return browser
}

function preferences({ hosts = [], devices }: BrowserWishes): Preferences {
  return {
    ...(hosts.length > 0 ? { 'network.dns.localDomains': hosts.join(',') } : {}),
    ...(devices === undefined
      ? {}
      : { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true }),
  }
}

interface BidiSession {
  send(method: string, params: unknown): Promise<unknown>
}

interface Inside {
  readonly _connection: { toImpl(browser: Browser): { readonly _browserSession: BidiSession } }
}

const session = (browser: Browser) =>
  (browser as unknown as Inside)._connection.toImpl(browser)._browserSession

/**
 * playwright-core 1.65 sends `emulation.setMediaFeaturesOverride` for each context and page, whatever their options; Firefox ESR
 * 153 doesn't know that command, and the context would fail for it. Nothing here emulates a colour scheme.
 */
function letUnknownEmulationPass(browser: Browser): void {
  const shared = Object.getPrototypeOf(session(browser)) as BidiSession
  const { send } = shared
  shared.send = function (method, params) {
    if (method === 'emulation.setMediaFeaturesOverride') return Promise.resolve({})
    return send.call(this, method, params)
  }
}
