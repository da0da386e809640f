/** Signs in as a person does: opens a page, meets the login page, types, and comes back. */
import type { Browser, Page } from 'playwright-core'
import { paths } from '../src/contract/contract.ts'
import { withPage, type SignedIn } from './browser.ts'

export async function typePassword(page: Page, password: string): Promise<void> {
  await page.locator('#submit:not([disabled]):not([aria-disabled="true"])').waitFor()
  await page.locator('#password').fill(password)
  await page.locator('#submit').click()
}

/** Ends where the browser wanted to go. */
export async function signIn(page: Page, url: string, password: string): Promise<void> {
  await page.goto(url)
  await typePassword(page, password)
  await page.waitForURL((at) => !at.pathname.startsWith(paths.base))
}

/** The cookies of a sign-in, for pages that start signed in. */
export function signedInState(browser: Browser, url: string, password: string): Promise<SignedIn> {
  return withPage(browser, undefined, async (page) => {
    await signIn(page, url, password)
    return page.context().storageState()
  })
}
