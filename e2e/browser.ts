/** A real browser, headless, that talks to nobody but the pages it is sent to: Chromium, or Firefox where SEKISHO_BROWSER says so. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium, openChromiumProfile } from './chromium.ts'
import { launchFirefox, openFirefoxProfile } from './firefox.ts'

/** What each browser has its own way to be told. */
export interface BrowserWishes {
  /** Names that lead to this machine. */
  readonly hosts?: readonly string[]
  /** A microphone and a camera that are not there, for every page that asks. */
  readonly devices?: 'made up'
  /** Pages that were left are kept for whoever comes back, as browsers do for people. */
  readonly keepsPages?: true
  /** PEM of a certificate: chains that it stands in are trusted. */
  readonly trusted?: string
}

/** What people set in their browser; the last is for those that have no partitioned storage to give a frame in their place. */
export type ThirdPartyCookies = 'allowed' | 'blocked' | 'blocked, and storage too'

export interface Launched {
  readonly browser: Browser
  /** Of every page in it. */
  readonly contextOptions: BrowserContextOptions
}

const launchers = { chromium: launchChromium, firefox: launchFirefox }
const profileOpeners = { chromium: openChromiumProfile, firefox: openFirefoxProfile }

/** The browser that the tests run in. */
export const browserName = process.env['SEKISHO_BROWSER'] === 'firefox' ? 'firefox' : 'chromium'

/** A busy machine is slow, not wrong. */
const patienceMs = 60_000

const optionsOf = new WeakMap<Browser, BrowserContextOptions>()

/** Each start makes a profile of its own and removes it. */
export async function openBrowser(wishes: BrowserWishes = {}): Promise<Browser> {
  const { browser, contextOptions } = await launchers[browserName](wishes)
  optionsOf.set(browser, contextOptions)
  return browser
}

export interface Profile {
  readonly context: BrowserContext
  close(): Promise<void>
}

/** A browser of its own with one profile: the setting is one of the whole profile. Takes any certificate. */
export async function openProfileWith(
  thirdPartyCookies: ThirdPartyCookies,
  wishes: BrowserWishes,
): Promise<Profile> {
  const profile = await profileOpeners[browserName](thirdPartyCookies, wishes)
  profile.context.setDefaultTimeout(patienceMs)
  return profile
}

/** A profile in which somebody signed in: the cookies, and the key that no script can read out. */
export type SignedIn = BrowserContext

/** A fresh profile. */
export async function openProfile(
  browser: Browser,
  more: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    ...optionsOf.get(browser),
    viewport: { width: 1100, height: 800 },
    locale: 'en-GB',
    ...more,
  })
  context.setDefaultTimeout(patienceMs)
  return context
}

/** One page in a fresh profile. */
export async function openPage(browser: Browser): Promise<Page> {
  return (await openProfile(browser)).newPage()
}

/** Runs `use` in a page of its own, in a fresh profile or where somebody signed in, and closes its pages whatever happens. */
export async function withPage<T>(
  browser: Browser,
  signedIn: SignedIn | undefined,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const profile = signedIn ?? (await openProfile(browser))
  try {
    return await use(await profile.newPage())
  } finally {
    await (signedIn === undefined ? closeProfile(profile) : closePages(profile))
  }
}

async function closePages(profile: BrowserContext): Promise<void> {
  for (const page of profile.pages()) await closePage(page)
}

/** With its pages, as `closePage`. */
export async function closeProfile(profile: BrowserContext): Promise<void> {
  await closePages(profile)
  await profile.close()
}

/**
 * Chromium forgets to close a page that is just getting another document, and Playwright waits for ever (1.65). So it gets none
 * first; and what stays open all the same ends with the browser, and takes no test's own words away.
 */
export async function closePage(page: Page): Promise<void> {
  // What is under way breaks off, and the page may complain of that.
  for (const complaint of ['console', 'pageerror']) page.removeAllListeners(complaint)
  for (let tries = 3; tries > 0 && !page.isClosed(); tries--)
    if (await page.goto('about:blank').then(isDone, isNotDone)) break
  await Promise.race([page.close(), delay(30_000, undefined, { ref: false })])
}

const isDone = () => true
const isNotDone = () => false
