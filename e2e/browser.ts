/** A real Chromium, headless, that talks to nobody but the pages it is sent to. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { setUpChromium } from '../scripts/setup-chromium.ts'

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=DialMediaRouteProvider',
]

/** Each start makes a profile of its own and removes it. `more` are further switches of Chromium. */
export async function openBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: await setUpChromium(),
    headless: true,
    // Chromium's sandbox needs a user that is not root.
    args: [...quiet, ...more, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  })
}

export type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>

/** A fresh context with one page; `signedIn` brings the cookies of an earlier sign-in. */
export async function openPage(browser: Browser, signedIn?: SignedIn): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1100, height: 800 },
    locale: 'en-GB',
    ...(signedIn === undefined ? {} : { storageState: signedIn }),
  })
  context.setDefaultTimeout(30_000)
  return context.newPage()
}

/** Runs `use` in a page of its own, and closes it whatever happens. */
export async function withPage<T>(
  browser: Browser,
  signedIn: SignedIn | undefined,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const page = await openPage(browser, signedIn)
  try {
    return await use(page)
  } finally {
    await page.context().close()
  }
}
