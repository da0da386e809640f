/** What visitors write is shown as HTML: what acts in it acts on the bare app, and not behind a gate that cleans. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leastStretching } from '../src/contract/contract.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import { readConfigText } from '../test/rig/read-config-text.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { openBrowser, withPage, type SignedIn } from './browser.ts'
import { signedInProfile } from './sign-in.ts'

let browser: Browser
let app: GradioApp
let gate: GateHere
let signedIn: SignedIn
beforeAll(async () => {
  browser = await openBrowser()
  app = await startTestApp('boards')
  gate = await startGateHere({
    upstream: app.url,
    config: readConfigText('answers: { html: sanitize }'),
    stretching: leastStretching,
    clock: 'goes',
  })
  signedIn = await signedInProfile(browser, gate.url, gate.password)
})
afterAll(async () => {
  await browser?.close()
  await gate?.stop()
  await app?.stop()
})

const caught = '7357'
const entry = `<h2>Hello</h2><img src="x" onerror="document.title = '${caught}'">`

interface Showing {
  readonly what: string
  readonly button?: string
  /** Where it is shown. */
  readonly place: string
  readonly text?: string
  /** What is seen there once all of it has arrived. */
  readonly seen?: string
}

const showings: readonly Showing[] = [
  { what: 'an HTML component', button: '#post', place: '#board h2' },
  { what: 'one that is streamed', button: '#stream', place: '#streamed h2' },
  { what: 'one that is updated', button: '#update', place: '#updated h2' },
  { what: 'one that is rendered', place: '#drawn h2' },
  { what: 'Markdown whose cleaning the app switched off', button: '#take', place: '#note h2' },
  { what: 'a cell of a table', button: '#fill', place: '#cells h2:visible' },
  { what: 'a message of a chat', button: '#say', place: '#talk .bot h2' },
  {
    what: 'a template that runs its values',
    button: '#write',
    place: '#letters p',
    // Handlebars lets neither quotes nor an equals sign through.
    text: `costs \${Object.assign(document, {title: ${caught}}).title}`,
    seen: 'costs ',
  },
  {
    what: 'a template that puts its values into a tag',
    button: '#frame',
    place: '#framed p',
    text: `" onmouseenter="document.title = '${caught}'`,
    seen: 'framed',
  },
]

/** Writes it, and waits until all of it is there. */
async function show(
  page: Page,
  url: string,
  { button, place, text = entry, seen = 'Hello' }: Showing,
): Promise<void> {
  await page.goto(url)
  const box = page.locator('#text textarea')
  await box.fill(text)
  const asked = page.waitForResponse((response) => response.url().includes('/gradio_api/queue/join'))
  await (button === undefined ? box.press('Enter') : page.locator(button).click())
  await asked
  const shown = page.locator(place).first()
  await shown.filter({ hasText: seen }).waitFor()
  // From before it is asked until all of it is there; not every place tells that by its text.
  await page.locator(':is(.generating, .wrap.full.translucent):visible').first().waitFor({ state: 'hidden' })
  await shown.hover({ force: true })
}

describe('what acts in HTML that somebody wrote', () => {
  it.each(showings)('runs on the bare app: $what', async (showing) => {
    await withPage(browser, undefined, async (page) => {
      await show(page, app.url, showing)
      await expect.poll(() => page.title()).toBe(caught)
    })
  })

  it.each(showings)('does not run behind the gate, and the rest is shown: $what', async (showing) => {
    await withPage(browser, signedIn, async (page) => {
      const troubles: string[] = []
      page.on('pageerror', (error) => troubles.push(error.message))
      await show(page, gate.url, showing)
      // The page's own idle moment: whatever loads or waits in it has had its turn.
      await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)))
      expect(await page.title()).not.toBe(caught)
      expect(await page.locator('[onerror]').count()).toBe(0)
      expect(troubles).toEqual([])
    })
  })
})
