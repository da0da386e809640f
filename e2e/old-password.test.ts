/** Where passwords grow old: the person at the browser is led to a new one, and from there to the app. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaults } from '../src/config/defaults.ts'
import { paths } from '../src/contract/contract.ts'
import type { UserRow } from '../src/store/rows.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import { startSmallGradio, type SmallGradio } from '../test/upstreams/small-gradio.ts'
import { openBrowser, withPage } from './browser.ts'
import { typePassword, untilFormIsOpen } from './sign-in.ts'

const day = 86_400_000
const password = 'purple heron, five lamps'
const next = 'slow kettle under nine bridges'

describe('a password past its age', () => {
  let [app, gate, browser]: [SmallGradio, GateHere, Browser] = [] as never

  beforeAll(async () => {
    app = await startSmallGradio()
    const passwords = { ...defaults.passwords, maxAgeMs: 30 * day }
    gate = await startGateHere({ upstream: app.url.href, config: { passwords } })
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await gate?.stop()
    await app?.close()
  })

  it('leads to the account page after sign-in, and a new one from there to the app', async () => {
    const { url } = gate
    await joinThenWait('bob')
    await withPage(browser, undefined, async (page) => {
      await page.goto(url)
      await typePassword(page, password, 'bob')
      await page.waitForURL(`${url}${paths.account}?reason=expired`)
      await untilFormIsOpen(page)
      await page.getByText('Your password is older than this site allows.').waitFor()
      expect(await page.locator('#to-app').isVisible()).toBe(false)
      await page.locator('#current-password').fill(password)
      await choose(page, next)
      await page.getByText('Your password is changed').waitFor()
      await page.reload()
      await untilFormIsOpen(page)
      expect(await page.getByText('older than this site allows').isVisible()).toBe(false)
      await page.locator('#to-app').click()
      await page.getByText('hello').waitFor()
    })
  })

  it('keeps nobody who has forgotten it from a link for a new one', async () => {
    const { url } = gate
    const carol = await joinThenWait('carol')
    await withPage(browser, undefined, async (page) => {
      await page.goto(url)
      await typePassword(page, password, 'carol')
      await page.waitForURL(`${url}${paths.account}?reason=expired`)
      await page.goto(`${url}${paths.join}#${await gate.users.invite(carol)}`)
      await untilFormIsOpen(page)
      expect(await page.getByLabel('Your user name').inputValue()).toBe('carol')
      await choose(page, next)
      await page.getByText('hello').waitFor()
    })
  })

  /** A user whose password was set a month ago. */
  async function joinThenWait(name: string): Promise<UserRow> {
    const user = await gate.users.add(name)
    const link = `${gate.url}${paths.join}#${await gate.users.invite(user)}`
    await withPage(browser, undefined, async (page) => {
      await page.goto(link)
      await untilFormIsOpen(page)
      await choose(page, password)
      await page.getByText('hello').waitFor()
    })
    gate.clock.advance(30 * day)
    return user
  }
})

async function choose(page: Page, typed: string): Promise<void> {
  await page.locator('#new-password').fill(typed)
  await page.locator('#new-password-again').fill(typed)
  await page.locator('#submit').click()
}
