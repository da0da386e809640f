/** An app that we did not write, unmodified: the dashboard that ships inside Gradio. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { openBrowser, withPage } from './browser.ts'
import { signedInState } from './sign-in.ts'

/** What the dashboard says of all functions, then of one. */
async function readDashboard(page: Page, baseUrl: string): Promise<readonly string[]> {
  const requests = page.locator('.block', { hasText: 'Total Requests' }).last()
  const shown = async () => (await requests.innerText()).replaceAll(/\s+/g, ' ').trim()
  await page.goto(baseUrl)
  await requests.getByText(/\d/).first().waitFor()
  const all = await shown()
  await page.getByLabel('Endpoint').click()
  await page.getByRole('option', { name: 'chat' }).click()
  await page.waitForFunction(
    (before) =>
      [...document.querySelectorAll<HTMLElement>('.block')].some((block) => {
        const text = block.innerText.replaceAll(/\s+/g, ' ').trim()
        return /^Total Requests \d+$/.test(text) && text !== before
      }),
    all,
  )
  return [all, await shown()]
}

describe('a foreign app behind the gate', () => {
  let [app, gate, browser]: [GradioApp, TestGate, Browser] = [] as never

  beforeAll(async () => {
    app = await startTestApp('foreign')
    gate = await startTestGate({ upstream: app.url })
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await gate?.stop()
    await app?.stop()
  })

  it('shows and filters the same numbers as without it', async () => {
    const direct = await withPage(browser, undefined, (page) => readDashboard(page, app.url))
    expect(direct).toEqual([
      expect.stringMatching(/^Total Requests \d+$/),
      expect.stringMatching(/^Total Requests \d+$/),
    ])
    const signedIn = await signedInState(browser, gate.url, gate.password)
    const gated = await withPage(browser, signedIn, (page) => readDashboard(page, gate.url))
    expect(gated).toEqual(direct)
  })
})
