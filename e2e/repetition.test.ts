/**
 * A page hears that a call was refused, and repeats it: where it was done after all, since somebody on the way swallowed the answer, it
 * is not done again, and nobody is asked to sign in. And what somebody on the way changes, or sends once more, is not done at all.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { leastStretching, paths } from '../src/contract/contract.ts'
import { countRecords } from '../test/attacks/audit-records.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import {
  resend,
  startMeddlingProxy,
  withBody,
  type MeddlingProxy,
  type OverheardRequest,
} from '../test/rig/meddling-proxy.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate } from '../test/rig/test-gate.ts'
import { startSmallGradio, type SmallGradio } from '../test/upstreams/small-gradio.ts'
import { openBrowser, withPage, type SignedIn } from './browser.ts'
import { setUpPythonClient } from './clients/python-client.ts'
import { useJournal } from './journal.ts'
import { fieldOf, openKitchen, press, typeNumber, untilValue } from './scenarios/scenario.ts'
import { signedInProfile } from './sign-in.ts'

declare global {
  interface Window {
    /** How often the page was told that requests are refused. */
    lost: number
  }
}

const joinPath = '/gradio_api/queue/join'
const body = '{"data":["x"],"fn_index":0,"session_hash":"abc"}'

/** The first request of this kind from now on. */
function first(is: (request: OverheardRequest) => boolean): (request: OverheardRequest) => boolean {
  let seen = false
  return (request) => {
    if (seen || !is(request)) return false
    seen = true
    return true
  }
}

function countLosses(): void {
  const root = document.documentElement
  const mark = 'data-sekisho-unproven'
  window.lost = 0
  new MutationObserver(() => {
    if (root.hasAttribute(mark)) window.lost += 1
  }).observe(root, { attributeFilter: [mark] })
}

/** The question that follows a second refusal. */
const untilAsked = (page: Page) =>
  page.waitForResponse(
    (answer) => answer.url().endsWith(paths.session) && answer.request().method() === 'POST',
  )

describe('a call of a page', () => {
  let [app, gate, proxy, browser, signedIn]: [SmallGradio, GateHere, MeddlingProxy, Browser, SignedIn] =
    [] as never

  beforeAll(async () => {
    app = await startSmallGradio()
    gate = await startGateHere({ upstream: app.url.href, stretching: leastStretching, clock: 'goes' })
    proxy = await startMeddlingProxy(gate.url)
    browser = await openBrowser()
    signedIn = await signedInProfile(browser, proxy.url, gate.password)
  })

  afterAll(async () => {
    await browser?.close()
    await proxy?.stop()
    await gate?.stop()
    await app?.close()
  })

  beforeEach(() => proxy.swallowAnswers(() => false))

  /** Its first signature was told: the page is ready. */
  async function withOpenPage(use: (page: Page) => Promise<void>): Promise<void> {
    await withPage(browser, signedIn, async (page) => {
      const ready = untilAsked(page)
      await page.goto(proxy.url)
      await ready
      await page.evaluate(countLosses)
      await use(page)
    })
  }

  const calls: Record<string, (page: Page) => Promise<number>> = {
    fetch: (page) =>
      page.evaluate(
        async ([to, sent]) => {
          const headers = { 'content-type': 'application/json' }
          return (await fetch(to, { method: 'POST', body: sent, headers })).status
        },
        [joinPath, body] as const,
      ),
    XMLHttpRequest: (page) =>
      page.evaluate(
        ([to, sent]) =>
          new Promise<number>((resolve) => {
            const request = new XMLHttpRequest()
            request.onload = () => resolve(request.status)
            request.open('POST', to)
            request.setRequestHeader('content-type', 'application/json')
            request.send(sent)
          }),
        [joinPath, body] as const,
      ),
  }
  const reached = () => app.reached.filter(({ target }) => target.startsWith(joinPath)).length
  const sent = () => proxy.heard(joinPath).length

  it.each(Object.entries(calls))('that was done is not done again by %s', async (_, call) => {
    await withOpenPage(async (page) => {
      const before = { reached: reached(), sent: sent() }
      proxy.swallowAnswers(first(({ path: at }) => at === joinPath))
      const asked = untilAsked(page)
      expect(await call(page)).toBe(401)
      expect({ reached: reached(), sent: sent() }).toEqual({
        reached: before.reached + 1,
        sent: before.sent + 2,
      })
      expect((await asked).status()).toBeLessThan(300)
      // What is asked for next is done.
      expect(await call(page)).not.toBe(401)
      expect({ reached: reached(), sent: sent() }).toEqual({
        reached: before.reached + 2,
        sent: before.sent + 3,
      })
      expect(await page.evaluate(() => window.lost)).toBe(0)
    })
  })

  it('that does nothing comes back', async () => {
    await withOpenPage(async (page) => {
      const before = proxy.heard('/gradio_api/info').length
      proxy.swallowAnswers(first(({ path: at }) => at === '/gradio_api/info'))
      expect(await page.evaluate(async () => (await fetch('/gradio_api/info')).status)).toBe(200)
      expect(proxy.heard('/gradio_api/info').length - before).toBe(2)
    })
  })

  it.each(Object.entries(calls))(
    'by %s leads to the sign-in where nothing is taken any more, and not once it is',
    async (_, call) => {
      await withOpenPage(async (page) => {
        const before = proxy.heard(paths.session).length
        proxy.swallowAnswers(({ method }) => method === 'POST')
        const dialog = page.getByRole('dialog', { name: 'Please sign in again' })
        expect(await Promise.all([call(page), call(page), call(page)])).toEqual([401, 401, 401])
        await dialog.waitFor()
        // The question is refused, too, and isn't asked for that.
        const questions = proxy.heard(paths.session).slice(before)
        expect(questions.filter(({ method }) => method === 'POST').length).toBeLessThanOrEqual(3)
        proxy.swallowAnswers(() => false)
        expect(await call(page)).not.toBe(401)
        await dialog.waitFor({ state: 'hidden' })
      })
    },
  )
})

describe('a function of an app', () => {
  let [app, gate, proxy, browser, signedIn]: [GradioApp, GateHere, MeddlingProxy, Browser, SignedIn] =
    [] as never
  const { journal, appOptions } = useJournal()

  beforeAll(async () => {
    app = await startTestApp('kitchen', appOptions())
    gate = await startGateHere({ upstream: app.url, stretching: leastStretching, clock: 'goes' })
    proxy = await startMeddlingProxy(gate.url)
    browser = await openBrowser()
    signedIn = await signedInProfile(browser, proxy.url, gate.password)
  })

  afterAll(async () => {
    await browser?.close()
    await proxy?.stop()
    await gate?.stop()
    await app?.stop()
  })

  const isCount = ({ path: at, body: text }: OverheardRequest) =>
    at.startsWith(joinPath) && (JSON.parse(text) as { data: unknown[] }).data[0] === 3
  const done = () => journal.count('count finished')

  async function openCounting(page: Page): Promise<void> {
    await openKitchen(page, proxy.url)
    await page.evaluate(countLosses)
    await typeNumber(fieldOf(page, 'count-last'), '3')
  }

  /** One more press runs the function once, and the page is as before. */
  async function expectOneMore(page: Page): Promise<void> {
    const before = await done()
    await press(page, 'count-go')
    await journal.until('count finished', before + 1)
    // The page hears of the end later than the journal, and until then takes no other press.
    await page.locator('#count-out [data-testid="status-tracker"].hide').waitFor({ state: 'attached' })
    await untilValue(page, 'count-out', /^counted 3$/)
    expect(await done()).toBe(before + 1)
    expect(await page.evaluate(() => window.lost)).toBe(0)
    expect(await page.getByRole('dialog').count()).toBe(0)
  }

  it('runs once for one press, whatever the page hears of it, and once more for the next', async () => {
    await withPage(browser, signedIn, async (page) => {
      await openCounting(page)
      const before = await done()
      proxy.swallowAnswers(first(isCount))
      const isRefused = page.waitForResponse((answer) => answer.status() === 401)
      const asked = untilAsked(page)
      await press(page, 'count-go')
      await isRefused
      await asked
      await journal.until('count finished', before + 1)
      await expectOneMore(page)
      expect(await done()).toBe(before + 2)
    })
  })

  it('does not run where somebody on the way changes what it is called with, and the next call does', async () => {
    await withPage(browser, signedIn, async (page) => {
      await openCounting(page)
      const before = { done: await done(), started: await journal.count('count left') }
      const refused = await countRecords(gate.auditDir, 'proof-body')
      const asked = untilAsked(page)
      proxy.meddle((request) =>
        isCount(request) ? withBody(request, request.body.replace('"data":[3', '"data":[4')) : request,
      )
      const isRefused = page.waitForResponse((answer) => answer.status() === 401)
      await press(page, 'count-go')
      await isRefused
      expect((await asked).status()).toBeLessThan(300)
      proxy.meddle((request) => request)
      await expect.poll(() => countRecords(gate.auditDir, 'proof-body')).toBe(refused + 1)
      expect({ done: await done(), started: await journal.count('count left') }).toEqual(before)
      await expectOneMore(page)
    })
  })

  it('runs once for one press whose bytes somebody on the way sends again', async () => {
    await withPage(browser, signedIn, async (page) => {
      await openCounting(page)
      await expectOneMore(page)
      const [before, refused] = [await done(), await countRecords(gate.auditDir, 'proof-replayed')]
      const call = proxy.heard('').findLast(isCount)
      if (call === undefined) return expect.fail('no call went past')
      const again = await Promise.all([resend(gate.url, call), resend(gate.url, call)])
      expect(again.map(({ status }) => status)).toEqual([401, 401])
      await expect.poll(() => countRecords(gate.auditDir, 'proof-replayed')).toBe(refused + 2)
      expect(await done()).toBe(before)
      await expectOneMore(page)
    })
  })
})

describe('a program with the recipe for Python', () => {
  it.each([
    [0, 0, 'sends it again', 3],
    // The machine slept, or its clock was put back.
    [0, 240, 'does not', 2],
    [240, -3600, 'does not', 2],
  ])(
    'has a call done once that it hears was refused: %d and %d seconds later by its two clocks it %s',
    async (steady, wall, _, times) => {
      const app = await startSmallGradio()
      const gate = await startTestGate({ upstream: app.url.href })
      const proxy = await startMeddlingProxy(gate.url)
      try {
        const { stdout } = await gate.cli('token', 'create', '--json', '--name', 'python', '--bound')
        const { token, keyFile } = JSON.parse(stdout) as { token: string; keyFile: string }
        const { python, env } = await setUpPythonClient()
        const script = [
          'import sys, time, httpx',
          'from sekisho_proof import SekishoAuth',
          'url, token, key, body, steady, wall = sys.argv[1:]',
          'now = [time.monotonic(), time.time()]',
          'time.monotonic, time.time = lambda: now[0], lambda: now[1]',
          'class Slow(httpx.HTTPTransport):',
          '    def handle_request(self, request):',
          '        answer = super().handle_request(request)',
          '        if request.method == "POST":',
          '            now[0] += int(steady)',
          '            now[1] += int(wall)',
          '        return answer',
          'with httpx.Client(base_url=url, auth=SekishoAuth(url, token, key), transport=Slow()) as client:',
          '    print(client.get("/config").status_code)',
          '    for _ in range(2):',
          `        print(client.post("${joinPath}", content=body, headers={"content-type": "application/json"}).status_code)`,
        ].join('\n')
        proxy.swallowAnswers(first(({ path: at }) => at === joinPath))
        const args = ['-c', script, proxy.url, token, keyFile, body, String(steady), String(wall)]
        const said = (await promisify(execFile)(python, args, { env })).stdout.trim().split(/\s+/)
        expect(said.slice(0, 2)).toEqual(['200', '401'])
        expect(said[2]).not.toBe('401')
        expect(proxy.heard(joinPath)).toHaveLength(times)
        expect(app.reached.filter(({ target }) => target.startsWith(joinPath))).toHaveLength(2)
      } finally {
        await proxy.stop()
        await gate.stop()
        await app.close()
      }
    },
  )
})
