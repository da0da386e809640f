/** One of every component as an input: what the functions get is the same directly and through the gate. */
import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { GradioApp } from '../test/rig/test-app.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage, type SignedIn } from './browser.ts'
import { useSideBySide } from './side-by-side.ts'
import { chooseFiles, fillIn, untilEveryIsThere } from './scenarios/every.ts'
import { press, untilValue } from './scenarios/scenario.ts'
import { signedInProfile } from './sign-in.ts'
import { watchViolations } from './watch-violations.ts'

type Use = (page: Page) => Promise<string>

describe('a function with one of every component', () => {
  let [app, gate, browser, signedIn]: [GradioApp, TestGate, Browser, SignedIn] = [] as never
  let violated: () => Promise<readonly string[]>

  useSideBySide({ app: 'every' }, async (made) => {
    ;({ app, gate, browser } = made)
    signedIn = await signedInProfile(browser, gate.url, gate.password)
    violated = await watchViolations(signedIn)
  })

  const filled: Use = async (page) => {
    await chooseFiles(page, app.temporary)
    await fillIn(page)
    return resultOf(page, 'queued')
  }

  it.each<[string, Use]>([
    ['that nobody touched, queued', (page) => resultOf(page, 'queued')],
    ['that nobody touched, not queued', (page) => resultOf(page, 'direct')],
    ['with files, texts and choices', filled],
    ['with a handler in the browser', (page) => resultOf(page, 'scripted')],
  ])('%s, gets the same', async (_, use) => {
    const direct = await withPage(browser, undefined, (page) => open(page, app.url, use))
    await withPage(browser, signedIn, async (page) => {
      expect(await open(page, gate.url, use)).toBe(direct)
      expect(await violated()).toEqual([])
    })
  })

  it('could not keep to itself what its page was forbidden', async () => {
    await withPage(browser, signedIn, async (page) => {
      await page.goto(gate.url)
      await page.evaluate(async () => {
        const told = new Promise((done) => document.addEventListener('securitypolicyviolation', done))
        // Before Gradio's own: the first one counts.
        document.head.prepend(
          Object.assign(document.createElement('base'), { href: 'https://base.invalid/' }),
        )
        await told
      })
      expect(await violated()).toEqual([expect.stringMatching(/^base-uri https:\/\/base\.invalid/)])
    })
  })
})

async function open(page: Page, url: string, use: Use): Promise<string> {
  await page.goto(url)
  await untilEveryIsThere(page)
  return use(page)
}

async function resultOf(page: Page, button: string): Promise<string> {
  await press(page, button)
  return untilValue(page, 'result', /./)
}
