/** A microphone and a camera that stream, directly and through the gate. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { browserName, openBrowser, withPage } from './browser.ts'
import { untilValue } from './scenarios/scenario.ts'
import { signIn } from './sign-in.ts'

describe('what is said and shown while the page is open', () => {
  let [app, gate, browser]: [GradioApp, TestGate, Browser] = [] as never

  beforeAll(async () => {
    app = await startTestApp('listening')
    gate = await startTestGate({ upstream: app.url })
    browser = await openBrowser({ devices: 'made up' })
  })

  afterAll(async () => {
    await browser?.close()
    await gate?.stop()
    await app?.stop()
  })

  const kinds: readonly (readonly [what: string, use: (page: Page) => Promise<string>])[] = [
    // Firefox runs no AudioContext on a machine without a sound card, and Gradio's recorder needs one (Gradio 6.31).
    ...(browserName === 'chromium' ? [['a sound', hear] as const] : []),
    ['a picture', look],
  ]

  it.each(kinds)('%s arrives piece by piece', async (_, use) => {
    const direct = await withPage(browser, undefined, async (page) => {
      await page.goto(app.url)
      return use(page)
    })
    const gated = await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      return use(page)
    })
    expect(gated).toBe(direct)
  })
})

async function hear(page: Page): Promise<string> {
  await page.locator('#microphone').getByRole('button', { name: 'Record' }).click()
  return (await untilValue(page, 'heard', /^heard [3-9]/)).replace(/\d+/, 'many')
}

async function look(page: Page): Promise<string> {
  const camera = page.locator('#camera')
  await camera.getByText('Click to Access Webcam').click()
  await camera.getByRole('button', { name: 'capture photo' }).click()
  return (await untilValue(page, 'seen', /^saw [3-9]/)).replace(/\d+/, 'many')
}
