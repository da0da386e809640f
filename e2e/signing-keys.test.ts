/** A page that signs, and its key: another one, none, none any more. What was asked waits, for whoever asked it. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { ProvingServer } from '../test/rig/proving-server.ts'
import { answerWhetherSame, forgetKeys, prepare, signIn, useSigningPage } from './signing-page.ts'

const mark = 'data-sekisho-unproven'
describe('a page that signs', () => {
  let [server, page]: [ProvingServer, Page] = [] as never
  useSigningPage((made) => ({ server, page } = made))

  it('signs with the new key after somebody signed in again in another tab, of which it did not hear', async () => {
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await signIn(tab, server, 'silently')
    const answer = await page.evaluate(async () => (await fetch('/echo')).status)
    expect(answer).toBe(200)
    expect(server.judged.map(({ as }) => as)).toEqual(['proof-key', 'held'])
    await tab.close()
  })

  it('says so when the key is gone, keeps what was asked, and goes on when there is one again', async () => {
    await page.evaluate(forgetKeys)
    await page.goto(server.url)
    await page.evaluate(prepare)
    await page.evaluate(answerWhetherSame, true)
    server.forget()
    await page.evaluate(() => {
      const given = new AbortController()
      const post = { method: 'POST', body: 'x' }
      window.waiting = [
        fetch('/echo', post).then(async (answer) => (await answer.json()) as unknown),
        window.record(XMLHttpRequest, (request) => {
          request.open('GET', '/echo')
          request.send()
        }),
        fetch('/given-up', { ...post, signal: given.signal }).catch(String),
      ]
      document.addEventListener('give-up', () => given.abort('no longer'))
    })
    await page.locator(`html[${mark}]`).waitFor({ state: 'attached' })
    await page.evaluate(() => document.dispatchEvent(new Event('give-up')))
    expect(await page.evaluate(() => window.waiting[2])).toBe('no longer')
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await signIn(tab, server)
    await page.locator(`html:not([${mark}])`).waitFor({ state: 'attached' })
    const [seen, events] = await page.evaluate(() => Promise.all(window.waiting))
    expect(seen).toMatchObject({ proof: 'held', body: 'x' })
    expect((events as readonly string[]).map((event) => event.split(' {')[0])).toEqual([
      ...[
        'readystatechange 1',
        'loadstart 1',
        'readystatechange 2',
        'readystatechange 3',
        'readystatechange 4',
      ],
      ...['load 4 200', 'loadend 4'],
    ])
    expect(new Set(server.judged.map(({ as }) => as))).toEqual(new Set(['none', 'held']))
    await tab.close()
  })

  it('keeps what was asked first, however many XMLHttpRequests the app gives up meanwhile', async () => {
    await page.evaluate(forgetKeys)
    await page.goto(server.url)
    await page.evaluate(answerWhetherSame, true)
    await page.evaluate(() => {
      const own = fetch('/echo', { method: 'POST', body: 'x' })
      window.waiting = [own.then(async (answer) => (await answer.json()) as unknown)]
    })
    await page.locator(`html[${mark}]`).waitFor({ state: 'attached' })
    for (let round = 0; round < 4; round++) {
      server.forget()
      const given = await page.evaluateHandle(() =>
        Array.from({ length: 20 }, () => {
          const request = new XMLHttpRequest()
          request.open('GET', '/given-up')
          request.send()
          return request
        }),
      )
      await expect.poll(() => server.judged.length).toBeGreaterThanOrEqual(20)
      // What was answered before this has come.
      await page.evaluate(() => fetch('/open/echo').then((answer) => answer.text()))
      await given.evaluate((requests) => requests.forEach((request) => request.abort()))
    }
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await signIn(tab, server)
    expect(await page.evaluate(() => window.waiting[0])).toMatchObject({ proof: 'held', body: 'x' })
    await tab.close()
  })

  it('goes on in a frame of its own as well, where the page around it knows who came', async () => {
    await page.evaluate(answerWhetherSame, true)
    await page.evaluate(async () => {
      const frame = Object.assign(document.createElement('iframe'), { src: '/' })
      const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
      document.body.append(frame)
      await loaded
    })
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await signIn(tab, server, 'silently')
    await tab.evaluate(forgetKeys)
    const inner = page.frames().find((frame) => frame.parentFrame() !== null && frame.url() === page.url())
    const status = inner?.evaluate(async () => (await fetch('/echo', { method: 'POST', body: 'x' })).status)
    await page.locator(`html[${mark}]`).waitFor({ state: 'attached' })
    await signIn(tab, server)
    expect(await status).toBe(200)
    await tab.close()
  })

  it('refuses to the app what waited for a key, where somebody else has one now or nobody can tell', async () => {
    for (const same of [false, undefined]) {
      await page.evaluate(forgetKeys)
      await page.goto(server.url)
      await page.evaluate(prepare)
      if (same !== undefined) await page.evaluate(answerWhetherSame, same)
      server.forget()
      await page.evaluate(() => {
        const post = { method: 'POST', body: 'x' }
        window.waiting = [
          fetch('/echo', post).then(({ status }) => status),
          new Promise((resolve) => {
            const request = new XMLHttpRequest()
            request.addEventListener('load', () => resolve(request.status))
            request.open('POST', '/echo')
            request.send('x')
          }),
        ]
      })
      await page.locator(`html[${mark}]`).waitFor({ state: 'attached' })
      // This one hears that the key is gone before it is sent.
      await page.evaluate(() => {
        const late = fetch('/echo', { method: 'POST', body: 'late' }).then(({ status }) => status)
        window.waiting = [...window.waiting, late]
      })
      const tab = await page.context().newPage()
      await tab.goto(server.url)
      await signIn(tab, server)
      expect(await page.evaluate(() => Promise.all(window.waiting))).toEqual([401, 401, 401])
      expect(server.judged.filter(({ as }) => as === 'held')).toEqual([])
      await page.locator(`html:not([${mark}])`).waitFor({ state: 'attached' })
      await tab.close()
    }
  })
})
