/** The gate or the app goes away while somebody uses it, and comes back. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { openBrowser, withPage } from './browser.ts'
import { fieldOf, openKitchen, press, typeNumber, untilValue, useEcho } from './scenarios/scenario.ts'
import { signIn } from './sign-in.ts'

describe('in mid-use', () => {
  let [app, gate, browser]: [GradioApp, TestGate, Browser] = [] as never

  beforeAll(async () => {
    app = await startTestApp('kitchen')
    gate = await startTestGate({ upstream: app.url })
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await gate?.stop()
    await app?.stop()
  })

  it.each(['stop', 'kill'] as const)(
    'a gate that is restarted (%s) still knows who is signed in',
    async (how) => {
      await withPage(browser, undefined, async (page) => {
        await signIn(page, gate.url, gate.password)
        await openKitchen(page, gate.url)
        await useEcho(page, 'before')
        await typeNumber(fieldOf(page, 'count-last'), '500')
        await press(page, 'count-go')
        await untilValue(page, 'count-out', /counted [2-9]/)
        await gate.restart(how)
        // Gradio's page loads itself anew as soon as the gate is back, which would break off a navigation there.
        const next = await page.context().newPage()
        await openKitchen(next, gate.url)
        await useEcho(next, 'after')
      })
    },
  )

  it('an app that is restarted is met by a calm page that recovers by itself', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      await openKitchen(page, gate.url)
      const { port } = app
      await app.stop()

      const away = await page.goto(`${gate.url}/`)
      expect(away?.status()).toBe(502)
      await page.getByText('The app is not answering').waitFor()
      const api = await page.request.get(`${gate.url}/config`)
      expect(api.status()).toBe(502)
      expect(api.headers()['content-type']).toContain('application/json')

      app = await startTestApp('kitchen', { port })
      // Nobody touches the page from here on.
      await untilValue(page, 'timer-out', /^ticked/)
      await useEcho(page, 'back')
    })
  })
})
