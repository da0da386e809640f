/** A browser that lost the key of its sign-in: the page says so, keeps what was typed, and goes on after another sign-in. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { againParameter, leastStretching, paths, returnToParameter } from '../src/contract/contract.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startSmallGradio, type SmallGradio } from '../test/upstreams/small-gradio.ts'
import { closePage, openBrowser, withPage } from './browser.ts'
import { fieldOf, untilValue, valueOf } from './scenarios/scenario.ts'
import { useSideBySide } from './side-by-side.ts'
import { signIn, typePassword, untilFormIsOpen } from './sign-in.ts'
import { forgetKeys } from './signing-page.ts'
import { statusesOf, watchCalls } from './watch-calls.ts'

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Please sign in again' })

/** A browser that throws a key away as soon as it got it, as some do when their disk is full. */
function forgetWhatIsPut(): void {
  IDBObjectStore.prototype.put = function () {
    return this.get('') as IDBRequest<IDBValidKey>
  }
}

/** The login page, for whoever is signed in too, from where `to` is gone to. */
const untilLogin = (page: Page, to: string) =>
  page.waitForURL(({ pathname, searchParams }) => {
    const [again, back] = [searchParams.get(againParameter), searchParams.get(returnToParameter)]
    return pathname === paths.login && again === '1' && back === to
  })

describe('a lost key', () => {
  let [app, gate, browser]: [GradioApp, GateHere, Browser] = [] as never
  const password = 'green kettle, nine stairs'

  beforeAll(async () => {
    app = await startTestApp('careless')
    gate = await startGateHere({ upstream: app.url, stretching: leastStretching, clock: 'goes' })
    await gate.users.setPassword(await gate.users.add('bob'), password, leastStretching)
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await gate?.stop()
    await app?.stop()
  })

  const remember = (page: Page) => page.getByRole('button', { name: 'Remember' }).click()

  const passwordOf = (name: string) => (name === '' ? gate.password : password)

  /** Signed in as this name, with something that the app remembers, and a call that waits since the key is gone. */
  async function lose(page: Page, name: string): Promise<void> {
    await signIn(page, gate.url, passwordOf(name), name)
    await fieldOf(page, 'text').fill('before')
    await remember(page)
    await untilValue(page, 'out', /before/)
    await fieldOf(page, 'text').fill('still here')
    const forgetful = await page.context().newPage()
    await forgetful.addInitScript(forgetWhatIsPut)
    await signIn(forgetful, `${gate.url}${paths.login}?${againParameter}=1`, passwordOf(name), name)
    await closePage(forgetful)
    await remember(page)
    await dialog(page).waitFor()
  }

  async function signInAgain(page: Page, name: string): Promise<void> {
    const opened = page.context().waitForEvent('page')
    await page.getByRole('link', { name: 'Use a new tab' }).click()
    const tab = await opened
    await typePassword(tab, passwordOf(name), name)
    await tab.waitForURL((at) => !at.pathname.startsWith(paths.base))
  }

  it('leads to the sign-in in another tab, and what was asked goes on, with all that was typed and remembered', async () => {
    await withPage(browser, undefined, async (page) => {
      await lose(page, 'bob')
      expect(await valueOf(page, 'text')).toBe('still here')
      await dialog(page).getByText('This page stays as it is').waitFor()
      await signInAgain(page, 'bob')
      expect(await untilValue(page, 'out', /still here/)).toContain('before')
      await dialog(page).waitFor({ state: 'hidden' })
      expect(await valueOf(page, 'text')).toBe('still here')
    })
  })

  it('of the shared password ends what was asked, since the app would begin it anew without a word', async () => {
    await withPage(browser, undefined, async (page) => {
      const calls = watchCalls(page)
      await lose(page, '')
      await dialog(page).getByText('Files, and what the app remembered of your work, are gone').waitFor()
      await signInAgain(page, '')
      await dialog(page).waitFor({ state: 'hidden' })
      // Until Gradio's page has heard of it, it takes no other press.
      await page.locator('#out').getByText('Error', { exact: true }).waitFor()
      expect([await valueOf(page, 'text'), await valueOf(page, 'out')]).toEqual(['still here', 'before'])
      await remember(page)
      // The one that waited would have been remembered as well.
      expect(await untilValue(page, 'out', /still here/)).toBe('still here')
      expect(statusesOf(calls, '/join')).toEqual([200, 401, 200])
    })
  })
})

describe('a lost key of one of the gate’s own pages', () => {
  let [gate, browser]: [TestGate, Browser] = [] as never

  useSideBySide({ app: 'boards' }, (made) => ({ gate, browser } = made))

  it('leads from the gate’s window for the password to another sign-in, and on to what it was for', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      await page.evaluate(forgetKeys)
      const query = new URLSearchParams({ [returnToParameter]: '/?a=1' }).toString()
      await page.goto(`${gate.url}${paths.confirm}?${query}#a-ticket`)
      await untilLogin(page, '/?a=1')
      await typePassword(page, gate.password)
      await page.waitForURL(`${gate.url}/?a=1`)
    })
  })

  it('is said on the login page where a browser keeps none', async () => {
    await withPage(browser, undefined, async (page) => {
      await page.addInitScript(() => {
        Object.defineProperty(window, 'indexedDB', { value: undefined })
      })
      await page.goto(gate.url)
      await typePassword(page, gate.password)
      await page.getByText('This browser can’t keep a key for this site').waitFor()
      expect(new URL(page.url()).pathname).toBe(paths.login)
    })
  })
})

describe('a key lost on the account page', () => {
  let [app, gate, browser]: [SmallGradio, GateHere, Browser] = [] as never
  const password = 'purple heron, five lamps'

  beforeAll(async () => {
    app = await startSmallGradio()
    gate = await startGateHere({ upstream: app.url.href, clock: 'goes' })
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await gate?.stop()
    await app?.close()
  })

  it('leads to another sign-in, and back to it', async () => {
    const link = `${gate.url}${paths.join}#${await gate.users.invite(await gate.users.add('bob'))}`
    await withPage(browser, undefined, async (page) => {
      const choose = async (wanted: string) => {
        await untilFormIsOpen(page)
        await page.locator('#new-password').fill(wanted)
        await page.locator('#new-password-again').fill(wanted)
        await page.locator('#submit').click()
      }
      await page.goto(link)
      await choose(password)
      await page.getByText('hello').waitFor()
      await page.goto(gate.url + paths.account)
      await page.evaluate(forgetKeys)
      await page.reload()
      await page.locator('#current-password').fill(password)
      await choose('slow kettle under nine bridges')
      await untilLogin(page, paths.account)
      await typePassword(page, password, 'bob')
      await page.waitForURL(gate.url + paths.account)
      await page.getByText('Signed in as bob').waitFor()
    })
  })
})
