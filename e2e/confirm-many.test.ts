/** Many calls that need the password at once, of an app that calls by itself, and of pages in its frames. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leastStretching } from '../src/contract/contract.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import { readConfigText } from '../test/rig/read-config-text.ts'
import { startSmallGradio, type SmallGradio } from '../test/upstreams/small-gradio.ts'
import { openBrowser, withPage } from './browser.ts'
import { addFrameOfApp } from './frame-of-app.ts'
import { signIn, typePassword } from './sign-in.ts'

const config = `
roles:
  everybody: { given_to: [guests], call: [show] }
  each: { given_to: [guests], call: [predict], when: { fresh: call } }
  recent: { given_to: [guests], call: [report], when: { auth_age: 5m } }
`

/** As docs/operate/confirm.md says. */
const mostWaiting = 32

declare global {
  interface Window {
    /** Tells at the console how it was answered. */
    call(name: string, text: string): void
  }
}

function prepare(): void {
  addEventListener('load', () => document.documentElement.toggleAttribute('data-ready', true))
  window.call = (name, text) => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ data: [text] })
    void fetch(`/gradio_api/run/${name}`, { method: 'POST', headers, body }).then(({ status }) =>
      console.log(`${text}: ${status}`),
    )
  }
}

/** What the page tells, now and later. Whoever asks a page in Chromium counts as somebody who touched it. */
function listenTo(page: Page): { readonly told: readonly string[]; until(count: number): Promise<void> } {
  const told: string[] = []
  // The browser says of each refusal that it failed.
  page.on('console', (message) => void (message.type() === 'log' && told.push(message.text())))
  const until = async (count: number) => {
    while (told.length < count) await page.waitForEvent('console')
  }
  return { told, until }
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Please confirm that it is you' })
const cancel = (page: Page) => dialog(page).getByRole('button', { name: 'Cancel the call' }).click()

describe('an app that makes many calls that need the password', () => {
  let [app, gate, browser]: [SmallGradio, GateHere, Browser] = [] as never

  beforeAll(async () => {
    app = await startSmallGradio()
    const own = { config: readConfigText(config), stretching: leastStretching, clock: 'goes' } as const
    gate = await startGateHere({ ...own, upstream: app.url.href })
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await gate?.stop()
    await app?.close()
  })

  const inside = (use: (page: Page) => Promise<void>) =>
    withPage(browser, undefined, async (page) => {
      await page.addInitScript(prepare)
      await signIn(page, gate.url, gate.password)
      await page.locator('sekisho-bar').waitFor({ state: 'attached' })
      app.reached.length = 0
      await use(page)
    })

  it('has one refused by each Escape, and is asked about the next, also on a page that nobody touched', async () => {
    await inside(async (page) => {
      const untouched = await page.context().newPage()
      const { told, until } = listenTo(untouched)
      await untouched.addInitScript(prepare)
      await untouched.addInitScript(() => {
        let asked = 0
        addEventListener('sekisho-step-up', () => void (++asked === 4 && console.log('asked')))
        addEventListener('load', () => {
          for (const text of ['a', 'b', 'c', 'd']) window.call('predict', text)
        })
      })
      await untouched.goto(gate.url)
      await until(1)
      for (const count of [2, 3, 4]) {
        await untouched.keyboard.press('Escape')
        await until(count)
      }
      await cancel(untouched)
      await until(5)
      expect(told.toSorted()).toEqual(['a: 403', 'asked', 'b: 403', 'c: 403', 'd: 403'])
    })
  })

  const call = (view: Pick<Page, 'evaluate'>, name: string, text: string) =>
    view.evaluate(([of, by]) => window.call(of, by), [name, text] as const)

  it('has all wait for one password that it makes at once, and what it goes on to make refused', async () => {
    await inside(async (page) => {
      gate.clock.advance(600_000)
      const { told, until } = listenTo(page)
      const all = Array.from({ length: mostWaiting + 1 }, (_, n) => String(n))
      const begun = await page.evaluate((texts) => {
        for (const text of texts) window.call('report', text)
        return performance.now()
      }, all)
      await dialog(page).waitFor()
      await page.waitForFunction((since) => performance.now() - since > 15_000, begun)
      await Promise.all(['a', 'b'].map((text) => call(page, 'report', text)))
      await until(2)
      expect([...told].sort()).toEqual(['a: 403', 'b: 403'])
      const opening = page.context().waitForEvent('page')
      await dialog(page).getByRole('button', { name: 'Enter the password' }).click()
      await typePassword(await opening, gate.password)
      await until(2 + all.length)
      expect(told.filter((line) => line.endsWith('403'))).toHaveLength(2)
      const reached = app.reached.filter(({ target }) => target === '/gradio_api/run/report')
      expect(reached).toHaveLength(all.length)
    })
  })

  it('asks where the bar was put back after it was taken out, too', async () => {
    await inside(async (page) => {
      const { until } = listenTo(page)
      await page.evaluate(() => {
        // As in a page that nobody looks at, the next frame is long in coming.
        window.requestAnimationFrame = (show) => {
          addEventListener('sekisho-step-up', () => setTimeout(show))
          return 0
        }
        document.querySelector('sekisho-bar')?.remove()
      })
      await call(page, 'predict', 'meanwhile')
      await cancel(page)
      await until(1)
    })
  })

  it.each(['taken away', 'led elsewhere'])(
    'asks nothing more of a page in a frame that is %s',
    async (how) => {
      await inside(async (page) => {
        const frame = await addFrameOfApp(page)
        await frame.locator('html[data-ready]').waitFor({ state: 'attached' })
        await call(frame, 'predict', 'of the frame')
        await dialog(page).waitFor()
        await page.evaluate((gone) => {
          const [frame] = document.getElementsByTagName('iframe')
          if (gone) frame?.remove()
          else if (frame !== undefined) frame.src = '/second'
        }, how === 'taken away')
        await dialog(page).waitFor({ state: 'hidden' })
      })
    },
  )

  it('asks no more once one was cancelled, whatever a script makes up, until a file is chosen', async () => {
    await inside(async (page) => {
      const { told, until } = listenTo(page)
      await page.evaluate(() => {
        for (const type of ['checkbox', 'file'])
          document.body.append(Object.assign(document.createElement('input'), { type }))
      })
      await call(page, 'predict', 'first')
      await cancel(page)
      await until(1)
      await page.evaluate(() => document.querySelector<HTMLInputElement>('[type=checkbox]')?.click())
      await call(page, 'predict', 'second')
      await until(2)
      await page.locator('[type=file]').setInputFiles(import.meta.filename)
      await call(page, 'predict', 'third')
      await cancel(page)
      await until(3)
      expect(told).toEqual(['first: 403', 'second: 403', 'third: 403'])
    })
  })
})
