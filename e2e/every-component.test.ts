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

type Use = (page: Page) => Promise<string>

describe('a function with one of every component', () => {
  let [app, gate, browser, signedIn]: [GradioApp, TestGate, Browser, SignedIn] = [] as never

  useSideBySide({ app: 'every' }, async (made) => {
    ;({ app, gate, browser } = made)
    signedIn = await signedInProfile(browser, gate.url, gate.password)
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
    const results = [
      await withPage(browser, undefined, (page) => open(page, app.url, use)),
      await withPage(browser, signedIn, (page) => open(page, gate.url, use)),
    ]
    expect(results[1]).toBe(results[0])
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
