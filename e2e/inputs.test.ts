/** Inputs as Gradio's own page sends them, and what it shows when one is refused. */
import type { Browser, Page } from 'playwright-core'
import { Pool } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AppModel } from '../src/app/model.ts'
import { readModel } from '../src/app/read-model.ts'
import { makeInputs } from '../src/inputs/inputs.ts'
import { makeSentValues } from '../src/inputs/sent-values.ts'
import { isJsonObject, type Json } from '../src/kit/json.ts'
import { parseStrictText, requestLimits } from '../src/kit/strict-json.ts'
import { renderRefusal } from '../src/receive/reply.ts'
import { refuse } from '../src/refusals.ts'
import type { Received } from '../src/request.ts'
import { bodiesSentTo, startRecordingRelay, type RecordingRelay } from '../test/rig/recording-relay.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { openBrowser, withPage } from './browser.ts'
import { chooseFiles, fillIn, untilEveryIsThere } from './scenarios/every.ts'

/** As much of a request as the form of a refusal looks at. */
const received = { method: 'POST', path: '/gradio_api/queue/join', headers: {} } as unknown as Received

const calls = /\/gradio_api\/(?:queue\/join|run\/[^/]+)(?:\?|$)/

let app: GradioApp
let relay: RecordingRelay
let browser: Browser
let model: AppModel
beforeAll(async () => {
  ;[app, browser] = await Promise.all([startTestApp('every'), openBrowser()])
  relay = await startRecordingRelay(app.port)
  const client = new Pool(app.url)
  model = (await readModel({ client, patience: 30_000 }, '')).model
  await client.close()
})
afterAll(async () => {
  await browser.close()
  await relay.close()
  await app.stop()
})

async function openApp(page: Page): Promise<void> {
  await page.goto(relay.url)
  await untilEveryIsThere(page)
}

/** What the page sends when a button is pressed. */
async function callOf(page: Page, button: string): Promise<Json> {
  relay.clear()
  const answered = page.waitForResponse(calls)
  await page.locator(button).click()
  const { pathname } = new URL((await answered).url())
  return parseStrictText(bodiesSentTo(pathname, relay.sent())[0] ?? '', requestLimits)
}

function judge(body: Json): unknown {
  const endpoint = isJsonObject(body) ? model.endpoints.get(Number(body['fn_index'])) : undefined
  const data = isJsonObject(body) ? body['data'] : undefined
  if (endpoint === undefined || !Array.isArray(data)) throw new TypeError('no call')
  const inputs = makeInputs({ rules: [], model: () => model, sent: makeSentValues() })
  return inputs.judge({ endpoint, data: data as readonly Json[] }, undefined)
}

describe('what the page sends', () => {
  test('of components that nobody touched is taken, queued or not', () =>
    withPage(browser, undefined, async (page) => {
      await openApp(page)
      for (const button of ['#queued', '#direct']) {
        const body = await callOf(page, button)
        expect([button, judge(body)]).toEqual([button, undefined])
      }
    }))

  test('of a handler in the browser is taken, though nobody can type it', () =>
    withPage(browser, undefined, async (page) => {
      await openApp(page)
      const body = await callOf(page, '#scripted')
      expect(body).toMatchObject({ data: [7] })
      expect(judge(body)).toBeUndefined()
    }))

  test('with files, texts and choices is taken', () =>
    withPage(browser, undefined, async (page) => {
      await openApp(page)
      await chooseFiles(page, app.temporary)
      await fillIn(page)
      const body = await callOf(page, '#queued')
      expect(judge(body)).toBeUndefined()
      const text = JSON.stringify(body)
      for (const sent of ['"12345678"', '["red"]', '40', '2.5', 'a.png', 'b.txt'])
        expect(text).toContain(sent)
    }))
})

describe('what the page shows of a refusal', () => {
  const says = 'This input is not allowed. (number)'
  const refusal = { ...refuse('input-invalid'), input: 'number', inputAt: 3 }

  test.each(['#queued', '#direct'])('stands beside the input: %s', (button) =>
    withPage(browser, undefined, async (page) => {
      const { body, status } = renderRefusal(received, refusal, () => new Uint8Array())
      await page.route(calls, (route) =>
        route.fulfill({
          status,
          contentType: 'application/json',
          body: body.kind === 'bytes' ? Buffer.from(body.bytes) : '',
        }),
      )
      await openApp(page)
      await page.locator(button).click()
      await page.locator('#number-in').getByText(says).waitFor()
      expect(await page.locator('#text-in').getByText(says).count()).toBe(0)
    }),
  )
})
