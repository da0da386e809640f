/** Pages that sign and have nothing under way: an hour of sleep, a restart of the gate, clocks that are wrong. */
import type { Browser, Page, Request } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { againParameter, paths } from '../src/contract/contract.ts'
import type { GateHere } from '../test/rig/gate-here.ts'
import type { RecordingRelay } from '../test/rig/recording-relay.ts'
import { withPage, type SignedIn } from './browser.ts'
import { fieldOf, press, untilValue } from './scenarios/scenario.ts'
import { signIn, typePassword } from './sign-in.ts'
import { useRelayedPages } from './use-relayed-pages.ts'
import { countLoads, instancesOf, signedOf, statusesOf, watchCalls } from './watch-calls.ts'

const hour = 3_600_000
const day = 24 * hour

/** How far the clocks of a page are ahead: the one that people set, and the steady one of `performance.now`. */
interface Ahead {
  readonly wall: number
  readonly steady: number
}

declare global {
  interface Window {
    ahead: Ahead
  }
}

/** Before anything of the page runs. */
function makeMovable(ahead: Ahead): void {
  window.ahead = ahead
  const [wall, steady] = [Date.now.bind(Date), performance.now.bind(performance)]
  Date.now = () => wall() + window.ahead.wall
  performance.now = () => steady() + window.ahead.steady
}

describe('a page that signs and has nothing under way', () => {
  let [gate, relay, browser, signedIn]: [GateHere, RecordingRelay, Browser, SignedIn] = [] as never
  useRelayedPages({ app: 'careless' }, (made) => ({ gate, relay, browser, signedIn } = made))

  /** Answers how what the page signed was answered from the happening on. */
  const goesOn = (happen: (page: Page) => Promise<void> | void) =>
    withPage(browser, signedIn, async (page) => {
      await page.addInitScript(makeMovable, { wall: 0, steady: 0 })
      await page.goto(`${relay.url}/`)
      await predict(page, 'before')
      await fieldOf(page, 'text').fill('typed')
      const [calls, loads] = [watchCalls(page, '/'), countLoads(page)]
      await happen(page)
      await press(page, 'predict-go')
      await untilValue(page, 'out', /^depyt$/)
      expect(statusesOf(calls, '/queue/join').at(-1)).toBe(200)
      expect([...instancesOf(signedOf(calls))]).toHaveLength(1)
      expect(loads()).toBe(0)
      expect(await page.getByText('Please sign in again').count()).toBe(0)
      return statusesOf(signedOf(calls))
    })

  async function sleep(page: Page, ahead: Ahead): Promise<void> {
    relay.cut()
    gate.clock.advance(hour)
    await page.evaluate((moved) => void (window.ahead = moved), ahead)
  }

  // Chromium on Linux leaves a sleep out of `performance.now`; on other systems it counts.
  it.each([
    { steady: hour, which: 'both its clocks count' },
    { steady: 0, which: 'its steady clock leaves out' },
  ])(
    'goes on with what was typed after an hour of sleep that $which, and signs anew by itself',
    async ({ steady }) => {
      const statuses = await goesOn((page) => sleep(page, { wall: hour, steady }))
      expect(statuses).not.toContain(401)
    },
  )

  it.each<[string, (page: Page) => Promise<void>]>([
    ['an hour of which its clocks tell nothing', (page) => sleep(page, { wall: 0, steady: 0 })],
    ['an hour in which its clock was put back', (page) => sleep(page, { wall: -day, steady: 0 })],
    ['the gate was restarted', () => gate.restart()],
  ])('goes on with what was typed after %s, as soon as it was refused', async (_, happen) => {
    // For its old epoch; repeated with the new one that came with the refusal.
    expect(await goesOn(happen)).toContain(401)
  })

  it.each([
    { wall: day, which: 'ahead' },
    { wall: -day, which: 'behind' },
  ])('signs in and works where the clock is a day $which, and is refused nothing', async ({ wall }) => {
    await withPage(browser, undefined, async (page) => {
      await page.addInitScript(makeMovable, { wall, steady: 0 })
      await signIn(page, relay.url, gate.password)
      const calls = watchCalls(page, '/')
      for (const text of ['one', 'another']) await predict(page, text)
      expect(await page.evaluate(() => Date.now())).toSatisfy(
        (now: number) => Math.abs(now - Date.now()) > hour,
      )
      expect(signedOf(calls).length).toBeGreaterThan(1)
      expect(statusesOf(signedOf(calls)).filter((status) => status >= 300)).toEqual([])
    })
  })

  it('keeps the key of a sign-in whose clock was put back since all the others', async () => {
    await withPage(browser, undefined, async (page) => {
      await page.addInitScript(makeMovable, { wall: 0, steady: 0 })
      await signIn(page, relay.url, gate.password)
      await page.evaluate(plantKeys)
      await page.addInitScript(makeMovable, { wall: -day, steady: 0 })
      await page.goto(`${relay.url}${paths.login}?${againParameter}=1`)
      await typePassword(page, gate.password)
      await page.waitForURL(`${relay.url}/`)
      await predict(page, 'with the new one')
    })
  })
})

/** As many as a browser keeps, of now. */
function plantKeys(): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('sekisho', 1)
    opening.onerror = reject
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('keys', 'readwrite')
      for (let n = 0; n < 8; n++)
        transaction.objectStore('keys').put({ keyid: `other-${String(n)}`, at: Date.now() })
      transaction.oncomplete = () => resolve(opening.result.close())
    }
  })
}

/** Until the call's stream is over as well. */
async function predict(page: Page, text: string): Promise<void> {
  await page.locator('#predict-go').waitFor()
  await fieldOf(page, 'text').fill(text)
  const isStream = (request: Request) => request.url().includes('/queue/data')
  // Gradio's page gives it up itself when it has the result.
  const over = Promise.race([
    page.waitForEvent('requestfinished', isStream),
    page.waitForEvent('requestfailed', isStream),
  ])
  await press(page, 'predict-go')
  await over
  const reversed = [...text].reverse().join('')
  expect(await untilValue(page, 'out', new RegExp(`^${reversed}$`))).toBe(reversed)
}
