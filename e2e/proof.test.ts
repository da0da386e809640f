/** Pages that sign what they ask for, through what happens to pages: tabs, copies, reloads, going back, long streams, restarts. */
import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { leastStretching, paths } from '../src/contract/contract.ts'
import { renewMs } from '../src/sessions/lifetime.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import { startMeddlingProxy, type MeddlingProxy } from '../test/rig/meddling-proxy.ts'
import type { RecordingRelay } from '../test/rig/recording-relay.ts'
import { startSmallGradio, type SmallGradio } from '../test/upstreams/small-gradio.ts'
import { browserName, openBrowser, withPage, type SignedIn } from './browser.ts'
import { fieldOf, openKitchen, press, typeNumber, untilValue, useEcho } from './scenarios/scenario.ts'
import { signIn } from './sign-in.ts'
import { useRelayedPages } from './use-relayed-pages.ts'
import { countLoads, instancesOf, proofOf, refusedOf, watchCalls, type Signed } from './watch-calls.ts'

const minute = 60_000
const unproven = 'Please sign in again'

describe('a page that signs', () => {
  let [gate, relay, browser, signedIn]: [GateHere, RecordingRelay, Browser, SignedIn] = [] as never
  useRelayedPages(
    { app: 'kitchen', browser: { keepsPages: true } },
    (made) => ({ gate, relay, browser, signedIn } = made),
  )

  it('works in two tabs at once, each for itself, and its cookie alone is worth nothing', async () => {
    await withPage(browser, signedIn, async (one) => {
      const other = await one.context().newPage()
      const calls = [watchCalls(one), watchCalls(other)] as const
      await openKitchen(one, relay.url)
      await openKitchen(other, relay.url)
      for (const text of ['first', 'second']) {
        await useEcho(one, `${text} of one`)
        await useEcho(other, `${text} of another`)
      }
      expect(refusedOf([...calls[0], ...calls[1]])).toEqual([])
      expect([instancesOf(calls[0]), instancesOf(calls[1])].map(({ size }) => size)).toEqual([1, 1])
      expect(instancesOf([...calls[0], ...calls[1]]).size).toBe(2)

      const data = { data: ['x'], fn_index: 0, session_hash: 'abc' }
      const unsigned = await one.context().request.post(`${relay.url}/gradio_api/queue/join`, { data })
      expect(unsigned.status()).toBe(401)
    })
  })

  it('goes on beside a copy of its tab', async () => {
    await withPage(browser, signedIn, async (page) => {
      await openKitchen(page, relay.url)
      await page.evaluate(() => sessionStorage.setItem('copied', 'yes'))
      const opened = page.context().waitForEvent('page')
      await page.evaluate(() => void window.open(location.href))
      const copy = await opened
      const calls = [watchCalls(page), watchCalls(copy)] as const
      // A tab behind another one is not drawn, and Playwright looks when it is.
      await copy.bringToFront()
      await untilValue(copy, 'timer-out', /^ticked/)
      expect(await copy.evaluate(() => sessionStorage.getItem('copied'))).toBe('yes')
      await useEcho(copy, 'there')
      await page.bringToFront()
      await useEcho(page, 'here')
      await copy.bringToFront()
      await useEcho(copy, 'there again')
      expect(refusedOf([...calls[0], ...calls[1]])).toEqual([])
      expect(instancesOf([...calls[0], ...calls[1]]).size).toBe(2)
    })
  })

  it('is another one when somebody comes back to it, since no browser may keep it', async () => {
    await withPage(browser, signedIn, async (page) => {
      const calls = watchCalls(page)
      await openKitchen(page, relay.url)
      await useEcho(page, 'before')
      await page.goto(`${relay.url}${paths.account}`)
      await page.goBack()
      await untilValue(page, 'timer-out', /^ticked/)
      await useEcho(page, 'after')
      expect(refusedOf(calls)).toEqual([])
      expect(instancesOf(calls).size).toBe(2)
    })
  })

  it('works after everything was loaded again', async () => {
    await withPage(browser, signedIn, async (page) => {
      const calls = watchCalls(page)
      await openKitchen(page, relay.url)
      await useEcho(page, 'before')
      relay.clear()
      await reloadAll(page)
      await untilValue(page, 'timer-out', /^ticked/)
      // Otherwise it comes out of the browser's cache.
      expect(relay.sent().some((bytes) => bytes.includes('GET /.sekisho/assets/proof'))).toBe(true)
      await useEcho(page, 'after')
      expect(refusedOf(calls)).toEqual([])
      expect(instancesOf(calls).size).toBe(2)
    })
  })

  it(
    'shows a stream to its end over ten minutes of the gate’s clock, new epochs and a new token',
    { timeout: 900_000 },
    async () => {
      // By every clock: `ten-minutes.ts`.
      const [steps, seconds] = [10, 1.5]
      // The token is replaced five minutes later.
      gate.clock.advance(renewMs - 5 * minute)
      await withPage(browser, signedIn, async (page) => {
        await openKitchen(page, relay.url)
        const [calls, loads, token] = [watchCalls(page), countLoads(page), await tokenIn(page)]
        await useEcho(page, 'before')
        await typeNumber(fieldOf(page, 'count-last'), String(steps))
        await typeNumber(fieldOf(page, 'count-pause'), String(seconds))
        await press(page, 'count-go')
        await untilValue(page, 'count-out', /^counted /)
        const before = calls.length
        // Told by the page: after the end, a pause later, each tick of its timer opens a stream, and this process may look late.
        const ended = page.waitForFunction(
          (last) =>
            document.querySelector<HTMLInputElement>('#count-out :is(textarea, input)')?.value === last,
          `counted ${String(steps)}`,
          { timeout: 900_000 },
        )
        const during = ended.then(() =>
          calls.slice(before).filter(({ path }) => path.endsWith('/queue/data')),
        )
        for (let step = 1; step <= steps; step++) {
          const later = Array.from({ length: steps - step + 1 }, (_, n) => step + n).join('|')
          await untilValue(page, 'count-out', new RegExp(`^counted (${later})$`))
          gate.clock.advance(minute)
        }
        expect(await during).toEqual([])
        await useEcho(page, 'and then')
        expect(await tokenIn(page)).not.toBe(token)
        const [first, last] = [calls.find(({ epoch }) => epoch), calls.findLast(({ epoch }) => epoch)]
        expect(last?.epoch).not.toBe(first?.epoch)
        expect(last?.instance).toBe(first?.instance)
        expect(loads()).toBe(0)
      })
    },
  )

  it('loads itself again where the gate was restarted in the middle of a stream, and works', async () => {
    await withPage(browser, signedIn, async (page) => {
      await openKitchen(page, relay.url)
      await typeNumber(fieldOf(page, 'count-last'), '500')
      await press(page, 'count-go')
      await untilValue(page, 'count-out', /^counted [2-9]/)
      // Gradio's own page does so as soon as the server answers again (Blocks.svelte, Gradio 6.31).
      const loaded = page.waitForEvent('load')
      await gate.restart()
      await loaded
      await untilValue(page, 'timer-out', /^ticked/)
      await useEcho(page, 'after')
      expect(await page.getByText(unproven).count()).toBe(0)
    })
  })

  it.each<[string, (route: Route) => Promise<void>]>([
    ['is blocked by the browser', (route) => route.abort('blockedbyclient')],
    ['is not there', (route) => route.fulfill({ status: 404, body: '' })],
  ])('says so calmly, and loses nothing, where its script %s', async (_, stop) => {
    await withPage(browser, signedIn, async (page) => {
      const script = /\/\.sekisho\/assets\/proof/
      await page.route(script, stop)
      await page.goto(`${relay.url}/`)
      const loads = countLoads(page)
      await page.getByRole('heading', { name: 'A part of this page is missing' }).waitFor()
      await page.getByRole('button', { name: 'Close' }).click()
      await fieldOf(page, 'echo-in').fill('not yet sent')
      const refused = page.waitForResponse((response) => response.url().includes('/queue/join'))
      await press(page, 'echo-go')
      expect((await refused).status()).toBe(401)
      expect(await fieldOf(page, 'echo-in').inputValue()).toBe('not yet sent')
      expect(loads()).toBe(0)

      await page.unroute(script)
      await page.reload()
      await untilValue(page, 'timer-out', /^ticked/)
      await useEcho(page, 'now it goes')
    })
  })
})

describe('a page that the browser keeps', () => {
  let [app, gate, proxy, browser]: [SmallGradio, GateHere, MeddlingProxy, Browser] = [] as never

  beforeAll(async () => {
    app = await startSmallGradio()
    gate = await startGateHere({ upstream: app.url.href, stretching: leastStretching, clock: 'goes' })
    proxy = await startMeddlingProxy(gate.url)
    browser = await openBrowser({ keepsPages: true })
  })

  afterAll(async () => {
    await browser?.close()
    await proxy?.stop()
    await gate?.stop()
    await app?.close()
  })

  it('goes on signing where it stopped when somebody comes back', async () => {
    // The gate forbids it to be kept; what stands in between may think otherwise.
    proxy.meddleAnswers((header) => header.map((text) => text.replace('no-store', 'no-cache')))
    await withPage(browser, undefined, async (page) => {
      await signIn(page, proxy.url, gate.password)
      await page.evaluate(async () => {
        const ask = async (when: string) => {
          const { status } = await fetch(`/config?${when}`)
          await fetch(`/gradio_api/info?${when}=${String(status)}`)
        }
        addEventListener('pageshow', ({ persisted }) => void ask(persisted ? 'kept' : 'new'))
        await ask('first')
      })
      await page.goto(`${proxy.url}${paths.account}`)
      await page.evaluate(() => history.back())
      await vi.waitUntil(() => proxy.heard('/gradio_api/info?kept=200').length > 0, { timeout: 30_000 })
      const proofs = ['first', 'kept'].map((when) => proxy.heard(`/config?${when}`).map(proofOf))
      const [[before], [after, repeated]] = proofs as [Signed[], Signed[]]
      expect(repeated).toBeUndefined()
      expect(after?.instance).toBe(before?.instance)
      expect(after?.counter).toBeGreaterThan(before?.counter ?? NaN)
    })
  })
})

/** The session's. */
async function tokenIn(page: Page): Promise<string | undefined> {
  const cookies = await page.context().cookies()
  return cookies.find(({ name }) => /sekisho-[a-z0-9]{8}$/.test(name))?.value
}

/** Past every cache, as with the Shift key held. */
async function reloadAll(page: Page): Promise<void> {
  const loaded = page.waitForEvent('load')
  if (browserName === 'chromium') {
    const session = await page.context().newCDPSession(page)
    await session.send('Page.reload', { ignoreCache: true })
  } else {
    // Firefox alone has this parameter.
    await page.evaluate(() => void (location as unknown as { reload(force: boolean): void }).reload(true))
  }
  await loaded
}
