/** An app that we did not write, unmodified: the dashboard that ships inside Gradio. */
import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { GradioApp } from '../test/rig/test-app.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage } from './browser.ts'
import { useSideBySide } from './side-by-side.ts'
import { signedInProfile } from './sign-in.ts'

/** How many requests the dashboard counts, once it is another number than before. */
async function nextCount(page: Page, before?: string): Promise<string> {
  const found = await page.waitForFunction((old) => {
    const texts = [...document.querySelectorAll<HTMLElement>('.block')].map((block) => block.innerText)
    const count = texts
      .map((text) => /^\s*Total Requests\s+(\d+)\s*$/.exec(text)?.[1])
      .find((one) => one !== undefined)
    return count === undefined || count === old ? null : count
  }, before)
  return String(await found.jsonValue())
}

/** Of all functions, then of one. */
async function readDashboard(page: Page, baseUrl: string): Promise<readonly string[]> {
  await page.goto(baseUrl)
  const all = await nextCount(page)
  await page.getByLabel('Endpoint').click()
  await page.getByRole('option', { name: 'chat' }).click()
  return [all, await nextCount(page, all)]
}

describe('a foreign app behind the gate', () => {
  let [app, gate, browser]: [GradioApp, TestGate, Browser] = [] as never

  useSideBySide({ app: 'foreign' }, (made) => ({ app, gate, browser } = made))

  it('shows and filters the same numbers as without it', async () => {
    const direct = await withPage(browser, undefined, (page) => readDashboard(page, app.url))
    expect(direct).toEqual(['94', '64'])
    const signedIn = await signedInProfile(browser, gate.url, gate.password)
    const gated = await withPage(browser, signedIn, (page) => readDashboard(page, gate.url))
    expect(gated).toEqual(direct)
  })
})
