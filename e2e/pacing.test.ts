/** Guessing is slowed down, and the page says for how long. */
import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage } from './browser.ts'
import { useSideBySide } from './side-by-side.ts'
import { signIn, typePassword } from './sign-in.ts'

describe('pacing', () => {
  let [gate, browser]: [TestGate, Browser] = [] as never

  useSideBySide(
    { app: 'kitchen', gate: { config: 'pace: { address: "3, then 1 per 30s" }' } },
    (made) => ({ gate, browser } = made),
  )

  it('a guesser waits as the page says, and the right password then works', async () => {
    // A browser that signed in before has a budget of its own: strangers can't use it up.
    await withPage(browser, undefined, async (known) => {
      await signIn(known, gate.url, gate.password)
      await withPage(browser, undefined, async (page) => {
        await page.goto(gate.url)
        const guess = async () => {
          const answered = page.waitForResponse((response) => response.url().endsWith(paths.loginStart))
          await typePassword(page, 'not the password at all')
          return answered
        }
        let [answer, wrong] = [await guess(), 0]
        // Where this takes long, one of them is earned back.
        for (; answer.status() === 200 && wrong < 10; answer = await guess()) {
          await page.getByText('Sign-in did not work').waitFor()
          wrong++
        }
        expect(wrong).toBeGreaterThanOrEqual(2)
        expect(answer.status()).toBe(429)
        expect(Number(answer.headers()['retry-after'])).toBeGreaterThan(0)
        await page.getByText(/Too many attempts. You can try again in \d+ s/).waitFor()
        await page.getByRole('button', { name: /^Wait \d+ s$/ }).waitFor()

        await known.context().clearCookies({ name: /^__Host-sekisho-(?!known)/ })
        await signIn(known, gate.url, gate.password)

        await page.getByText('You can try again now.').waitFor({ timeout: 60_000 })
        await typePassword(page, gate.password)
        await page.waitForURL(`${gate.url}/`)
      })
    })
  })
})
