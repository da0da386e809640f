/** What the policies of pages forbade them (CSP 3 section 5): nothing may be, of what an app and its components do by themselves. */
import type { BrowserContext } from 'playwright-core'

const sign = 'securitypolicyviolation:'

/** Of every page and frame that the profile opens from now on. Answers what was forbidden since it was asked last. */
export async function watchViolations(profile: BrowserContext): Promise<() => Promise<readonly string[]>> {
  const told: string[] = []
  // By the console, so that it outlives the page that it was forbidden.
  profile.on('console', (message) => {
    if (message.text().startsWith(sign)) told.push(message.text().slice(sign.length))
  })
  await profile.addInitScript((prefix) => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      console.error(`${prefix}${effectiveDirective} ${blockedURI}`)
    })
  }, sign)
  return async () => {
    // What a page said before it answers has arrived.
    for (const page of profile.pages()) await page.evaluate(() => document.readyState)
    return told.splice(0)
  }
}
