/** The way to a login host and back while the gate, or what stands before it, has no time: nothing that was begun is lost. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { withPage } from './browser.ts'
import { typePassword } from './sign-in.ts'
import { useLoginHost, type LoginHost } from './use-login-host.ts'

const config = `
hosts: [demo.test, login.test]
auth_host: login.test
pace: { address: "100, then 1 per 1s" }
`

describe('a login host, while the gate has no time', () => {
  let { gate, browser, demo, isAt, isInApp }: LoginHost<TestGate> = {} as never
  useLoginHost(
    (upstream, { args }) => startTestGate({ upstream, config, args }),
    (made) => ({ gate, browser, demo, isAt, isInApp } = made),
  )

  const wanted = () => `${demo}/second-page?a=1#part`

  async function signInThere(page: Page): Promise<void> {
    await page.waitForURL(isAt(paths.login))
    await typePassword(page, gate.password)
    await page.waitForURL(isInApp)
    expect(page.url()).toBe(wanted())
  }

  it.each([429, 503])('is come back from with one password: %i', async (status) => {
    await withPage(browser, undefined, async (page) => {
      let entering = 0
      await page.route(`${demo}${paths.enterApi}`, (route) =>
        route.request().method() === 'POST' && entering++ === 0
          ? route.fulfill({ status, headers: { 'retry-after': '1' } })
          : route.continue(),
      )
      await page.goto(wanted())
      await signInThere(page)
      expect(entering).toBe(2)
    })
  })

  it('tells a browser that keeps no cookies so, and has it go on where it wanted', async () => {
    await withPage(browser, undefined, async (page) => {
      await page.route(`${demo}${paths.session}`, (route) => route.fulfill({ status: 401 }))
      await page.goto(wanted())
      await page.waitForURL(isAt(paths.login))
      await typePassword(page, gate.password)
      await page.getByText('keeps no cookie').waitFor()
      const again = page.getByRole('link', { name: 'Start again' })
      expect(await again.getAttribute('href')).toBe('/second-page?a=1#part')
    })
  })

  it('is gone to once there is time, by loading the page again, and on to what was wanted', async () => {
    await withPage(browser, undefined, async (page) => {
      const where = `${demo}${paths.enterApi}`
      await page.route(where, (route) => route.fulfill({ status: 503 }))
      await page.goto(wanted())
      await page.getByText('could not be reached').waitFor()
      expect(new URL(page.url()).hash).toBe('#part')
      await page.unroute(where)
      await page.reload()
      await signInThere(page)
    })
  })
})
