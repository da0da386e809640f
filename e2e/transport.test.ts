/** The same sign-in over HTTPS, and over plain HTTP under a public name where the operator accepted that. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate } from '../test/rig/certificate.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate } from '../test/rig/test-gate.ts'
import { closeProfile, openBrowser, openProfile } from './browser.ts'
import { signIn, untilFormIsOpen } from './sign-in.ts'

describe('signing in', () => {
  let [app, browser]: [GradioApp, Browser] = [] as never

  beforeAll(async () => {
    app = await startTestApp('demo')
    browser = await openBrowser({ hosts: ['gate.test'] })
  })

  afterAll(async () => {
    await browser?.close()
    await app?.stop()
  })

  it.each([
    { over: 'https', secure: true, prefix: '__Host-sekisho-' },
    { over: 'http', secure: false, prefix: 'sekisho-' },
  ])('works over $over under a name, with cookies that fit', async ({ over, secure, prefix }) => {
    const certificate = await makeCertificate('gate.test')
    const args = secure ? certificate.args : ['--insecure-http']
    const gate = await startTestGate({ upstream: app.url, args: [...args, '--host', 'gate.test'] })
    const context = await openProfile(browser, { ignoreHTTPSErrors: true })
    try {
      const page = await context.newPage()
      await page.goto(`${over}://gate.test:${gate.port}/`)
      await untilFormIsOpen(page)
      expect(await page.getByText('This connection has no HTTPS').isVisible()).toBe(!secure)
      await signIn(page, `${over}://gate.test:${gate.port}/`, gate.password)
      // Without HTTPS the browser has no cryptography of its own, and signs by a script's.
      const [proof = ''] = await page
        .locator('head script')
        .evaluateAll((all) => all.map((one) => one.getAttribute('src')))
      expect(proof).toMatch(secure ? /\/proof-[0-9a-f]+\.js$/ : /\/proof-plain-/)
      await page.getByLabel('Content 1').fill('関所')
      await page.getByRole('button', { name: 'Submit' }).click()
      await page.getByText('関所').last().waitFor()
      const cookies = (await context.cookies()).filter((cookie) => cookie.name.includes('sekisho'))
      expect(cookies.length).toBe(2)
      for (const cookie of cookies) {
        expect(cookie.name.startsWith(prefix)).toBe(true)
        expect(cookie).toMatchObject({ secure, httpOnly: true, sameSite: 'Lax', path: '/' })
      }
      await page.locator('sekisho-bar').getByRole('button').first().click()
      const leave = page.locator('sekisho-bar').getByRole('button', { name: 'Sign out', exact: true })
      await leave.waitFor()
      expect(await page.getByText('No HTTPS:').isVisible()).toBe(!secure)
      await leave.click()
      await page.waitForURL('**/.sekisho/login')
    } finally {
      await closeProfile(context)
      await gate.stop()
      await certificate.remove()
    }
  })
})
