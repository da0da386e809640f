/** The page of the Gradio under test, in Chromium, as somebody with few rights uses it; run by `npm run test:versions`. */
import type { Browser, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { versionUnderTest } from '../scripts/gradio-versions.ts'
import { knowsValidators } from '../src/app/knows-validators.ts'
import { useStage } from '../test/versions/stage.ts'
import { openBrowser, openPage } from './browser.ts'
import { signIn } from './sign-in.ts'

const stage = useStage()
let browser: Browser
let page: Page
const troubles: string[] = []

beforeAll(async () => {
  browser = await openBrowser()
  page = await openPage(browser)
  const { gate, password } = stage()
  page.on('pageerror', ({ message }) => troubles.push(message))
  await signIn(page, `${gate.url}/`, password, 'bob')
})
afterAll(() => browser?.close())

const field = (label: string) => page.getByLabel(label, { exact: true }).first()
const press = (name: string) => page.getByRole('button', { name, exact: true }).click()

/** Presses, and waits until the stream of the call is over: a page that is still busy is another test's affair. */
async function call(name: string): Promise<void> {
  const isStream = (request: Request) => request.url().includes('/queue/data')
  const over = Promise.race([
    page.waitForEvent('requestfinished', isStream),
    page.waitForEvent('requestfailed', isStream),
  ])
  await press(name)
  await over
}

const until = (label: string, wanted: RegExp) =>
  expect.poll(() => field(label).inputValue(), { timeout: 30_000 }).toMatch(wanted)

describe('the page in a browser', () => {
  it('shows what may be called, and nothing else', async () => {
    // Filled when the page has loaded, and its buttons have their handlers.
    await until('Alive', /^alive$/)
    expect(await page.getByText('Month of the administrators').count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Report', exact: true }).count()).toBe(0)
  })

  it('calls a function and shows its result', async () => {
    await field('Text').fill('abc')
    await call('Predict')
    await until('Out', /^cba$/)
  })

  it('shows a streamed result', async () => {
    await field('Number').fill('3')
    await call('Count')
    await until('Out', /^counted 3$/)
  })

  it('tells of an input that is refused', async () => {
    await field('Limited').fill('11')
    await press('Limit')
    const words = knowsValidators(versionUnderTest()) ? 'This input is not allowed' : /Error|errored/
    await page.getByText(words).first().waitFor()
    expect(await field('Out').inputValue()).toBe('counted 3')
    await field('Limited').fill('7')
    await call('Limit')
    await until('Out', /^within 7$/)
  })

  it('works without a fault of its own', () => {
    expect(troubles).toEqual([])
  })
})
