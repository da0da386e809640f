/** A session's life in the browser: tabs, sign-out by the bar, and its end by time or by the operator. */
import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import { proofFields } from '../src/contract/proof.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage } from './browser.ts'
import { useSideBySide } from './side-by-side.ts'
import { fieldOf, openKitchen, press, untilValue } from './scenarios/scenario.ts'
import { signIn, typePassword, untilFormIsOpen } from './sign-in.ts'

const signedOut = (page: Page) => page.getByText('You have been signed out')

describe('a session', () => {
  let [gate, browser]: [TestGate, Browser] = [] as never

  useSideBySide(
    { app: 'kitchen', gate: { config: 'session: { idle: 1m }' } },
    (made) => ({ gate, browser } = made),
  )

  it('holds in two tabs and after a reload', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      const other = await page.context().newPage()
      for (const tab of [page, other]) {
        await openKitchen(tab, gate.url)
        await tab.reload()
        await fieldOf(tab, 'echo-in').fill('again')
        await press(tab, 'echo-go')
        expect(await untilValue(tab, 'echo-out', /^echo/)).toBe('echo: again')
      }
    })
  })

  it('is told by each page that somebody opened it, signed', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      const told = page.waitForResponse(
        (answer) => answer.url() === `${gate.url}${paths.session}` && answer.request().method() === 'POST',
      )
      await openKitchen(page, gate.url)
      const answer = await told
      expect(answer.status()).toBe(204)
      expect(answer.request().headers()).toHaveProperty(proofFields.signature)
    })
  })

  it('ends by the bar, for every tab, and its cookie is worth nothing afterwards', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      const other = await page.context().newPage()
      await openKitchen(other, gate.url)
      await openKitchen(page, gate.url)
      const cookies = await page.context().cookies()

      await page.getByRole('button', { name: 'Session and sign-out' }).click()
      await page.getByText('Signed in as guest').waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(`${gate.url}${paths.login}`)

      await signedOut(other).waitFor()
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
      expect((await fetch(`${gate.url}/config`, { headers: { cookie } })).status).toBe(401)
    })
  })

  it('that the operator ends is over for the open page, which neither reloads nor loses what was typed', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      await openKitchen(page, gate.url)
      await fieldOf(page, 'echo-in').fill('not yet sent')
      let navigations = 0
      page.on('framenavigated', () => (navigations += 1))
      const polls = countRefused(page, '/gradio_api/')

      expect((await gate.cli('session', 'end', '--all')).code).toBe(0)
      await signedOut(page).waitFor()
      // Gradio polls by itself when its stream is gone: as long as it is refused it must not reload.
      await polls.until(4)
      expect(navigations).toBe(0)
      expect(await fieldOf(page, 'echo-in').inputValue()).toBe('not yet sent')

      await page.getByRole('link', { name: 'Sign in again' }).click()
      await typePassword(page, gate.password)
      await page.waitForURL(`${gate.url}/`)
    })
  })

  it('that is over is looked after while somebody presses on the way to the sign-in, and nothing of that is lost', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      await openKitchen(page, gate.url)
      expect((await gate.cli('session', 'end', '--all')).code).toBe(0)
      await signedOut(page).waitFor()
      const link = page.getByRole('link', { name: 'Use a new tab' })
      await link.hover()
      await page.mouse.down()
      for (const _ of ['once', 'again']) {
        const looked = page.waitForResponse(
          (answer) => answer.url() === `${gate.url}${paths.session}` && answer.request().method() === 'GET',
        )
        await page.evaluate(() => dispatchEvent(new Event('focus')))
        expect((await looked).status()).toBe(401)
      }
      expect(
        await link.evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element),
      ).toBe(true)
      const opening = page.context().waitForEvent('page')
      await page.mouse.up()
      await untilFormIsOpen(await opening)
    })
  })

  it('ends when nobody did anything, although the page keeps its heartbeat', async () => {
    await withPage(browser, undefined, async (page) => {
      await Promise.all([
        // For as long as the whole way there may take.
        page.waitForRequest((request) => request.url().includes('/gradio_api/heartbeat/'), {
          timeout: 120_000,
        }),
        // This page has no timer: nothing but the heartbeat goes on.
        signIn(page, `${gate.url}/second-page`, gate.password),
      ])
      await signedOut(page).waitFor({ timeout: 120_000 })
      const cookies = await page.context().cookies()
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
      expect((await fetch(`${gate.url}/gradio_api/app_id`, { headers: { cookie } })).status).toBe(401)
      await page.goto(`${gate.url}/second-page`)
      expect(new URL(page.url()).pathname).toBe(paths.login)
    })
  })
})

/** Counts refused requests below a path. */
function countRefused(page: Page, below: string) {
  let count = 0
  page.on('response', (response) => {
    if (response.status() === 401 && new URL(response.url()).pathname.startsWith(below)) count += 1
  })
  const until = async (least: number) => {
    while (count < least) await page.waitForResponse((response) => response.status() === 401)
  }
  return { until }
}
