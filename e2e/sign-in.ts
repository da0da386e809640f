/** Signs in as a person does: opens a page, meets the login page, types, and comes back. */
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { paths } from '../src/contract/contract.ts'
import { closePage, openPage, type SignedIn } from './browser.ts'

/** Waits until a form of the gate's own pages takes what is typed. */
export async function untilFormIsOpen(page: Page | FrameLocator): Promise<void> {
  await page.locator('#submit:not([disabled]):not([aria-disabled="true"])').waitFor()
}

/** With a name where the page asks for one. */
export async function typePassword(
  page: Page | FrameLocator,
  password: string,
  username?: string,
): Promise<void> {
  await untilFormIsOpen(page)
  if (username !== undefined) await page.locator('#username').fill(username)
  await page.locator('#password').fill(password)
  await page.locator('#submit').click()
}

/** Ends where the browser wanted to go. */
export async function signIn(page: Page, url: string, password: string, username?: string): Promise<void> {
  await page.goto(url)
  await typePassword(page, password, username)
  await page.waitForURL((at) => !at.pathname.startsWith(paths.base))
}

/** For pages that start signed in. */
export async function signedInProfile(
  browser: Browser,
  url: string,
  password: string,
  username?: string,
): Promise<SignedIn> {
  const page = await openPage(browser)
  await signIn(page, url, password, username)
  await closePage(page)
  return page.context()
}
