/** What a call of the page takes longer because its script signs: the same calls of two pages, one of a session with a key and one without. */
import { startGate } from '../../scripts/gate-process.ts'
import { buildWeb } from '../../scripts/build-web.ts'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, openPage } from '../../e2e/browser.ts'
import { signIn } from '../../e2e/sign-in.ts'
import { logIn } from '../../test/rig/log-in.ts'
import { aimOf, type Costs } from '../costs.ts'
import { estimate, median } from '../statistics.ts'
import { withSmallApp } from './with-small-app.ts'

/** Less than that. */
const aimMs = 3
const password = 'a lighthouse for everybody'

interface Times {
  readonly signed: readonly number[]
  readonly plain: readonly number[]
}

export async function measurePageCalls(costs: Costs, pairs: number): Promise<void> {
  await buildWeb()
  // So that there may be a session without a key; whoever has one still signs.
  await withSmallApp('proof: { calls: optional }\n', async (before) => {
    const gate = await startGate({ ...before, password })
    const browser = await openBrowser()
    try {
      const page = await openPage(browser)
      await signIn(page, gate.url, password)
      tell(costs, await callInTurn(page, await openKeyless(browser, gate.url), pairs))
    } finally {
      await browser.close()
      await gate.stop()
    }
  })
}

/** The same page of a browser that keeps no keys. */
async function openKeyless(browser: Browser, url: string): Promise<Page> {
  const page = await openPage(browser)
  const cookies = (await logIn({ url, password, keyless: true })).split('; ').map((cookie) => {
    const [name = '', value = ''] = cookie.split('=')
    // Chromium takes such a cookie of loopback from the gate itself over plain HTTP, but not from us.
    return { name, value, url: url.replace(/^http:/, 'https:'), secure: true }
  })
  await page.context().addCookies(cookies)
  await page.goto(url)
  return page
}

async function callInTurn(withKey: Page, keyless: Page, pairs: number): Promise<Times> {
  const [signed, plain]: [number[], number[]] = [[], []]
  for (let pair = -20; pair < pairs; pair++) {
    // In turn first and second, since the second of two may find things warm.
    const order = pair % 2 === 0 ? ([withKey, keyless] as const) : ([keyless, withKey] as const)
    for (const page of order) {
      const took = await page.evaluate(call)
      if (pair >= 0) (page === withKey ? signed : plain).push(took)
    }
  }
  return { signed, plain }
}

/** Runs in the page. */
async function call(): Promise<number> {
  const begun = performance.now()
  const answer = await window.fetch(new URL('/gradio_api/run/predict', location.origin).href, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"data":["what a person types into a box"]}',
  })
  await answer.text()
  if (!answer.ok) throw new TypeError(`The gate answered ${String(answer.status)}.`)
  return performance.now() - begun
}

function tell(costs: Costs, { signed, plain }: Times): void {
  const more = estimate(signed.map((ms, at) => ms - (plain[at] ?? Number.NaN)))
  costs.say('a call in Chromium, unsigned, p50', `${median(plain).toFixed(2)} ms`)
  costs.say('a call in Chromium, signed, p50', `${median(signed).toFixed(2)} ms`)
  costs.say(
    '… more, pair by pair, p50',
    `${more.median.toFixed(2)} ms (${more.low.toFixed(2)}–${more.high.toFixed(2)}); ${aimOf(more.median < aimMs)}`,
  )
}
