/** A page that signs, in trouble: its key gone while the gate has no time, in a frame that goes away, or while the app waits no longer. */
import type { Frame, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ProvingServer } from '../test/rig/proving-server.ts'
import { answerWhetherSame, forgetKeys, signIn, useSigningPage } from './signing-page.ts'

const challenge = '**/.sekisho/api/challenge'
const mark = 'data-sekisho-unproven'

describe('a page that signs', () => {
  let [server, page]: [ProvingServer, Page] = [] as never
  useSigningPage((made) => ({ server, page } = made))

  beforeEach(() => page.evaluate(answerWhetherSame, true))

  // The next one begins with a key.
  afterEach(async () => {
    await page.unrouteAll()
    await signIn(page, server, 'silently')
  })

  const marked = (where: Page | Frame = page) => where.locator(`html[${mark}]`).waitFor({ state: 'attached' })
  const unmarked = () => page.locator(`html:not([${mark}])`).waitFor({ state: 'attached' })

  /** Opened anew without a key. */
  async function loseKey(): Promise<void> {
    await page.evaluate(forgetKeys)
    await page.goto(server.url)
    await page.evaluate(answerWhetherSame, true)
    server.forget()
  }

  async function inAnotherTab(use: (tab: Page) => Promise<unknown>): Promise<void> {
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await use(tab)
    await tab.close()
  }

  /** A call whose answer `window.waiting` brings. */
  const call = (where: Page | Frame, body: string) =>
    where.evaluate((sent) => {
      const answer = fetch('/echo', { method: 'POST', body: sent }).then(({ status }) => status)
      window.waiting = [...(window.waiting ?? []), answer]
    }, body)

  const answers = (where: Page | Frame) => where.evaluate(() => Promise.all(window.waiting))

  it('goes on when there is a key again, though the gate had no time when it was asked about it', async () => {
    await loseKey()
    await call(page, 'x')
    await marked()
    let asked = 0
    await page.route(challenge, (route) =>
      asked++ === 0 ? route.fulfill({ status: 503 }) : route.continue(),
    )
    await inAnotherTab(async (tab) => {
      await signIn(tab, server)
      await expect.poll(() => asked).toBeGreaterThan(0)
      await call(page, 'later')
      expect(await answers(page)).toEqual([200, 200])
      await unmarked()
    })
  })

  it.each([429, 500, 503])('keeps its challenge where the gate can’t answer now: %i', async (status) => {
    await page.route(challenge, (route) => route.fulfill({ status }))
    const answered = page.waitForResponse(challenge)
    await inAnotherTab((tab) =>
      tab.evaluate(() => {
        const channel = new BroadcastChannel('sekisho-session')
        channel.postMessage('changed')
        channel.close()
      }),
    )
    expect((await answered).status()).toBe(status)
    server.forget()
    await page.evaluate(() => fetch('/echo', { method: 'POST', body: 'x' }))
    expect(server.judged).toEqual([{ path: '/echo', as: 'held' }])
  })

  describe('in a frame', () => {
    async function openFrame(): Promise<Frame> {
      await page.evaluate(async () => {
        const frame = Object.assign(document.createElement('iframe'), { src: '/', id: 'framed' })
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
        document.body.append(frame)
        await loaded
      })
      const frame = await (await page.locator('#framed').elementHandle())?.contentFrame()
      if (!frame) throw new TypeError('There is no frame.')
      return frame
    }

    it.each<[string, () => void]>([
      ['is removed', () => document.querySelector('#framed')?.remove()],
      ['shows another page', () => document.querySelector('#framed')?.setAttribute('src', 'about:blank')],
    ])('leaves nothing of its lost key on the page around it when it %s', async (_, leave) => {
      await loseKey()
      await call(await openFrame(), 'x')
      await marked()
      await page.evaluate(leave)
      await unmarked()
    })

    it('has its key again, and the page around it still says that it waits for its own', async () => {
      await loseKey()
      await call(page, 'around')
      await marked()
      const frame = await openFrame()
      await call(frame, 'inside')
      await marked(frame)
      await inAnotherTab(async (tab) => {
        await signIn(tab, server, 'silently')
        // It asks, is told of the other key, and goes on by itself.
        expect(await frame.evaluate(async () => (await fetch('/echo')).status)).toBe(200)
        expect(await answers(frame)).toEqual([200])
        expect(await page.locator(`html[${mark}]`).count()).toBe(1)
        await signIn(tab, server)
        expect(await answers(page)).toEqual([200])
        await unmarked()
      })
    })
  })

  it('keeps no XMLHttpRequest waiting longer than the app wants it to', async () => {
    await loseKey()
    const ended = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const request = new XMLHttpRequest()
          const events: string[] = []
          for (const kind of ['timeout', 'error', 'abort', 'load', 'loadend'])
            request.addEventListener(kind, () => {
              events.push(`${kind} ${String(request.status)}`)
              if (kind === 'loadend') resolve(events)
            })
          request.open('POST', '/echo')
          // Long enough to be refused first.
          request.timeout = 10_000
          request.send('x')
        }),
    )
    expect(ended).toEqual(['load 401', 'loadend 401'])
    await marked()
    expect(server.judged.filter(({ as }) => as === 'held')).toEqual([])
  })
})
