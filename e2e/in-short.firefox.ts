/** What people do most, in Firefox, in a minute; the whole suite runs in it by `npm run e2e:firefox`. */
import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage, type SignedIn } from './browser.ts'
import { useJournal } from './journal.ts'
import { scenarios } from './scenarios/index.ts'
import { openKitchen } from './scenarios/scenario.ts'
import { useSideBySide } from './side-by-side.ts'
import { signedInProfile, typePassword } from './sign-in.ts'

const chosen: readonly string[] = [
  'a text box answers outside the queue',
  'a generator shows every step as it happens',
  'a running generator is stopped on the server',
  'progress is shown while a function works',
  'an image goes up and its mirror comes back',
  'a file goes up and another comes down',
  'sound plays and can be sought',
  'film plays and can be sought',
  'gr.Error is shown with its text',
]

describe('in Firefox', () => {
  let [gate, browser, signedIn]: [TestGate, Browser, SignedIn] = [] as never
  const { journal, appOptions } = useJournal()
  useSideBySide({ app: 'kitchen', appOptions }, async (made) => {
    ;({ gate, browser } = made)
    signedIn = await signedInProfile(browser, gate.url, gate.password)
  })

  const inShort = scenarios.filter(({ name }) => chosen.includes(name))
  it.each(inShort)('$name', async ({ run, expected }) => {
    expect(await withPage(browser, signedIn, (page) => run(page, gate.url, journal))).toEqual(expected)
  })

  it('all that was chosen is there', () => {
    expect(inShort.map(({ name }) => name).sort()).toEqual([...chosen].sort())
  })

  it('a wrong password is told in words, the right one leads in, and the bar leads out again', async () => {
    await withPage(browser, undefined, async (page) => {
      expect(await page.evaluate(() => navigator.userAgent)).toContain('Firefox/')
      await page.goto(gate.url)
      await typePassword(page, 'not the password at all')
      await page.getByText('Sign-in did not work').waitFor()
      await typePassword(page, gate.password)
      await page.waitForURL(`${gate.url}/`)
      await openKitchen(page, gate.url)
      await page.getByRole('button', { name: 'Session and sign-out' }).click()
      await page.getByText('Signed in as guest').waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(`${gate.url}${paths.login}`)
      await page.goto(gate.url)
      expect(new URL(page.url()).pathname).toBe(paths.login)
    })
  })
})
