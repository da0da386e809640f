/** The account page where the login has a host of its own: people choose another password there, and the app has none of it. */
import type { Page } from 'playwright-core'
import { describe, it } from 'vitest'
import { defaults } from '../src/config/defaults.ts'
import { leastStretching, paths } from '../src/contract/contract.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import { withPage } from './browser.ts'
import { openKitchen } from './scenarios/scenario.ts'
import { typePassword, untilFormIsOpen } from './sign-in.ts'
import { appName, loginName, useLoginHost, type LoginHost } from './use-login-host.ts'

const day = 86_400_000
const first = 'purple heron, five lamps'
const next = 'slow kettle under nine bridges'

describe('the account page at a login host', () => {
  let { gate, browser, demo, login, isAt, isInApp }: LoginHost<GateHere> = {} as never
  useLoginHost(
    (upstream, { files }) => {
      const config = {
        ...{ tls: files, hosts: [appName, loginName], authHost: loginName },
        passwords: { ...defaults.passwords, maxAgeMs: 30 * day },
      }
      return startGateHere({ upstream, config, clock: 'goes' })
    },
    (made) => ({ gate, browser, demo, login, isAt, isInApp } = made),
  )

  let users = 0
  /** Somebody new, for a second try too. */
  async function add(stem: string): Promise<string> {
    const name = `${stem}${String(++users)}`
    await gate.users.setPassword(await gate.users.add(name), first, leastStretching)
    return name
  }

  async function signInThere(page: Page, password: string, name: string): Promise<void> {
    await page.waitForURL(isAt(paths.login))
    await typePassword(page, password, name)
  }

  async function chooseAnother(page: Page): Promise<void> {
    await page.waitForURL(isAt(paths.account))
    await untilFormIsOpen(page)
    await page.locator('#current-password').fill(first)
    await page.locator('#new-password').fill(next)
    await page.locator('#new-password-again').fill(next)
    await page.locator('#submit').click()
    await page.getByText('Your password is changed').waitFor()
  }

  it('is reached from the bar, changes the password, and ends what was open in the app', async () => {
    const bob = await add('bob')
    await withPage(browser, undefined, async (page) => {
      await page.goto(demo)
      await signInThere(page, first, bob)
      await page.waitForURL(isInApp)
      await openKitchen(page, demo)
      const open = await page.context().newPage()
      await openKitchen(open, demo)

      await page.bringToFront()
      await page.getByRole('button', { name: 'Session and sign-out' }).click()
      await page.getByRole('link', { name: 'Your account' }).click()
      await signInThere(page, first, bob)
      await chooseAnother(page)

      await open.bringToFront()
      await open.getByText('You have been signed out').waitFor()

      await page.bringToFront()
      await page.locator('#to-app').click()
      await signInThere(page, next, bob)
      await page.waitForURL(isInApp)
      await openKitchen(page, demo)
      await page.getByRole('button', { name: 'Session and sign-out' }).click()
      await page.getByText(`Signed in as ${bob}`).waitFor()
    })
  })

  it('is where somebody whose password is too old ends up, and gets from there to the app', async () => {
    const carol = await add('carol')
    gate.clock.advance(31 * day)
    await withPage(browser, undefined, async (page) => {
      await page.goto(demo)
      await signInThere(page, first, carol)
      await page.waitForURL((at) => isAt(paths.login)(at) && !at.searchParams.has('for'))
      await signInThere(page, first, carol)
      await page.getByText('Your password is older than this site allows.').waitFor()
      await chooseAnother(page)
      await page.locator('#to-app').click()
      await signInThere(page, next, carol)
      await page.waitForURL(isInApp)
      await openKitchen(page, demo)
    })
  })

  it('signs out of the account page alone, and leads back to the app', async () => {
    const dave = await add('dave')
    await withPage(browser, undefined, async (page) => {
      await page.goto(demo)
      await signInThere(page, first, dave)
      await page.waitForURL(isInApp)
      await page.goto(`${demo}${paths.account}?lang=ja`)
      await signInThere(page, first, dave)
      await page.waitForURL(isAt(paths.account))
      await page.locator('#sign-out').click()
      await page.waitForURL(isInApp)
      await page.goto(`${login}${paths.account}`)
      await page.waitForURL(isAt(paths.login))
    })
  })
})
