/** Three people in one browser: each page has what that person may use, works, and keeps a history of its own. */
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { setUpGradio } from '../scripts/setup-gradio.ts'
import { leastStretching } from '../src/contract/contract.ts'
import type { ApiTokenId } from '../src/store/rows.ts'
import { hashApiToken, makeApiToken, parseApiToken } from '../src/tokens/token.ts'
import { startGateHere, type GateHere } from '../test/rig/gate-here.ts'
import { readConfigText } from '../test/rig/read-config-text.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { testPassword } from '../test/rig/test-gate.ts'
import { closePage, closeProfile, openBrowser, openProfile } from './browser.ts'
import { connect, predict } from './clients/client-uses.ts'
import { startClient } from './clients/start-client.ts'
import { fieldOf, press, untilValue } from './scenarios/scenario.ts'
import { signIn } from './sign-in.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

interface Stage {
  readonly app: GradioApp
  readonly gate: GateHere
}

/** Everybody signs in again and again. */
const unhurried = 'pace: { address: "100, then 1 per 1s" }\n'

/** Lines of roles; each has one member, of the same name. */
async function start(
  name: 'careless' | 'kitchen' | 'panels',
  roles: Readonly<Record<string, string>>,
): Promise<Stage> {
  const app = await startTestApp(name)
  const lines = Object.entries(roles).map(([role, grants]) => `  ${role}: ${grants}\n`)
  const gate = await startGateHere({
    upstream: app.url,
    config: readConfigText(`${unhurried}roles:\n${lines.join('')}`),
    clock: 'goes',
  })
  for (const role of Object.keys(roles)) {
    const user = await gate.users.add(role, undefined, { roles: [role], attributes: {} })
    await gate.users.setPassword(user, testPassword, leastStretching)
  }
  return { app, gate }
}

async function stop(stage: Stage | undefined): Promise<void> {
  await stage?.gate.stop()
  await stage?.app.stop()
}

/** One browser profile, as a person after the other sits down at it. */
class Seat {
  readonly troubles: string[] = []
  readonly asked: string[] = []
  readonly #context: BrowserContext
  readonly #url: string

  constructor(context: BrowserContext, { gate }: Stage) {
    this.#context = context
    this.#url = gate.url
  }

  async open(viewer: string, path = '/'): Promise<Page> {
    await this.#context.clearCookies()
    const door = await this.#context.newPage()
    await signIn(door, `${this.#url}${path}`, testPassword, viewer)
    await closePage(door)
    const page = await this.#context.newPage()
    page.on('pageerror', (error) => this.troubles.push(`${viewer}: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(`${viewer}: ${message.text()}`)
    })
    page.on('request', (request) => {
      this.asked.push(`${request.method()} ${request.url()}`)
    })
    await page.goto(`${this.#url}${path}`)
    return page
  }

  close(): Promise<void> {
    return closeProfile(this.#context)
  }
}

async function tokenFor(role: string, { store, clock }: GateHere): Promise<string> {
  const text = makeApiToken().reveal()
  const token = parseApiToken(text)
  if (token === undefined) throw new TypeError('A token of ours can be parsed.')
  const named = { id: text.slice(8, 16) as ApiTokenId, hash: hashApiToken(token), name: role }
  await store.tokens.insert({ ...named, createdAt: clock.now(), roles: [role] })
  return text
}

const buttons = (page: Page) =>
  page
    .locator('.gradio-container main button:visible')
    .allInnerTexts()
    .then((texts) => texts.filter((text) => text !== ''))
const historyKeys = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('gradio:run-history:v2:')))
/** What "Use via API" says, once it says this. */
async function openDescription(page: Page, said: string): Promise<string> {
  await page.getByText('Use via API').click()
  const description = page.locator('.api-docs')
  await description.getByText(said).locator('visible=true').first().waitFor()
  return description.innerText()
}
/** It asks also for MCP, and how often endpoints were called: neither is for these. */
const isOfDescription = (trouble: string) => /status of 40[34]/.test(trouble)
const isEditable = (page: Page, id: string) => fieldOf(page, id).isEditable()

describe('careless, seen by three', () => {
  let [stage, seat] = [] as unknown as [Stage, Seat]

  beforeAll(async () => {
    stage = await start('careless', {
      admin: '{ call: "*", components: "*", mcp: true, upload: true, deep_links: true }',
      analyst: '{ call: [predict, slow, remember] }',
      viewer: '{ call: [predict] }',
      onlooker: '{}',
    })
  })
  afterAll(() => stop(stage))
  beforeEach(async () => {
    seat = new Seat(await openProfile(browser, { viewport: { width: 1100, height: 900 } }), stage)
  })
  afterEach(() => seat.close())

  it.each([
    ['analyst', ['Predict', 'Slow', 'Remember']],
    ['viewer', ['Predict']],
  ])('%s has the buttons that do something, and they do it', async (viewer, expected) => {
    const page = await seat.open(viewer)
    await page.locator('#predict-go').waitFor()
    expect((await buttons(page)).filter((text) => /^[A-Z]\w+$/.test(text))).toEqual(expected)
    expect(await isEditable(page, 'out')).toBe(false)
    expect(await isEditable(page, 'text')).toBe(true)
    await fieldOf(page, 'text').fill('abc')
    await press(page, 'predict-go')
    await untilValue(page, 'out', /^cba$/)
    expect(seat.troubles).toEqual([])
  })

  it('admin has what the app itself shows', async () => {
    const page = await seat.open('admin')
    // Its button comes after those of the functions.
    await page.getByText('Click to Upload').waitFor()
    const shown = await buttons(page)
    await page.goto(stage.app.url)
    await page.getByText('Click to Upload').waitFor()
    expect(shown).toEqual(await buttons(page))
    expect(shown).toEqual(expect.arrayContaining(['Predict', 'Leak', 'Remember']))
    expect(seat.troubles).toEqual([])
  })

  it('somebody who may call nothing gets a page that stands still', async () => {
    const page = await seat.open('onlooker')
    await page.getByText('Upload', { exact: true }).first().waitFor()
    expect((await buttons(page)).filter((text) => /^[A-Z]\w+$/.test(text))).toEqual([])
    expect(await page.getByText('Use via API').count()).toBe(0)
    expect(seat.troubles).toEqual([])
  })

  it('each has a history of one’s own, though the browser is the same', async () => {
    for (const viewer of ['admin', 'analyst', 'viewer']) {
      const page = await seat.open(viewer)
      await page.locator('#predict-go').waitFor()
      await fieldOf(page, 'text').fill(`secret of ${viewer}`)
      await press(page, 'predict-go')
      await untilValue(page, 'out', /terces$/)
      await page.waitForFunction(
        (name) =>
          Object.keys(localStorage).some(
            (key) =>
              key.endsWith(`:user:${name}`) &&
              localStorage.getItem(key)?.includes(`secret of ${name}`) === true,
          ),
        viewer,
      )
      await closePage(page)
    }
    const page = await seat.open('viewer')
    const keys = await historyKeys(page)
    expect(keys.map((key) => key.replace(/^.*:user:/, '')).sort()).toEqual(['admin', 'analyst', 'viewer'])
    expect(seat.troubles).toEqual([])
  })

  it('programs are told of the same', async () => {
    const { python, env } = await setUpGradio('rig')
    const script = path.join(import.meta.dirname, 'clients/view_uses.py')
    const names = ['/predict', '/admin_report']
    const token = await tokenFor('viewer', stage.gate)
    const client = await startClient(python, [script, stage.gate.url, token, ...names], env)
    try {
      await client.succeeded()
      expect(
        client
          .output()
          .split('\n')
          .filter((line) => line.startsWith('["')),
      ).toEqual([
        '["api", ["/predict"]]',
        '["/predict", "cba"]',
        '["/admin_report", "Cannot find a function with `api_name`"]',
      ])
    } finally {
      await client.stop()
    }
    const javascript = await connect(stage.gate.url, token)
    expect(Object.keys((await javascript.view_api()).named_endpoints)).toEqual(['/predict'])
    expect(await predict(javascript, '/predict', ['abc'])).toEqual(['cba'])
    javascript.close()
  })

  it('no page asks for what it does not show', async () => {
    const page = await seat.open('viewer')
    await page.locator('#predict-go').waitFor()
    expect(seat.asked.some((line) => line.includes('/gradio_api/'))).toBe(true)
    expect(seat.asked.filter((line) => /component_server|mcp/.test(line))).toEqual([])
    const text = await openDescription(page, 'api_name="/predict"')
    expect(text).not.toContain('admin_report')
    expect(seat.troubles.filter((trouble) => !isOfDescription(trouble))).toEqual([])
  })
})

describe('panels, of which one is not for everybody', () => {
  let [stage, seat] = [] as unknown as [Stage, Seat]

  beforeAll(async () => {
    stage = await start('panels', { viewer: '{ call: [connect, ask, finish] }' })
  })
  afterAll(() => stop(stage))
  beforeEach(async () => {
    seat = new Seat(await openProfile(browser, { viewport: { width: 1100, height: 900 } }), stage)
  })
  afterEach(() => seat.close())

  it('open on the first of those that are left, where the app’s own choice went', async () => {
    const page = await seat.open('viewer')
    await fieldOf(page, 'ask-in').fill('Is it open')
    await press(page, 'ask-go')
    await untilValue(page, 'ask-out', /^Is it open\? Yes\.$/)
    await fieldOf(page, 'done-in').fill('All done')
    await press(page, 'done-go')
    await untilValue(page, 'done-in', /^All done\? Yes\.$/)
    expect(await page.getByText('Administration').count()).toBe(0)
    expect(await page.getByText('Audit').count()).toBe(0)
    expect(seat.troubles).toEqual([])
  })

  it('say how to call what has a password box, and not what the author put into it', async () => {
    const page = await seat.open('viewer')
    const text = await openDescription(page, 'api_name="/ask"')
    expect(text).not.toContain('/purge')
    expect(await page.content()).not.toContain('s3cret-default')
    expect(seat.troubles.filter((trouble) => !isOfDescription(trouble))).toEqual([])
  })
})

describe('kitchen, seen by three', () => {
  let [stage, seat] = [] as unknown as [Stage, Seat]

  beforeAll(async () => {
    stage = await start('kitchen', {
      admin: '{ call: "*", components: "*" }',
      analyst:
        '{ call: ["group:echo", "group:count", "group:talk", "group:apply", "group:tick", "group:pick"], components: [fileexplorer.ls], pages: ["/"] }',
      reader: '{ call: [query], pages: [second-page] }',
    })
  })
  afterAll(() => stop(stage))
  beforeEach(async () => {
    seat = new Seat(await openProfile(browser, { viewport: { width: 1100, height: 900 } }), stage)
  })
  afterEach(() => seat.close())

  it('what may be used works: streams, stop, chat, rendered functions, files of the server', async () => {
    for (const viewer of ['admin', 'analyst']) {
      const page = await seat.open(viewer)
      await untilValue(page, 'timer-out', /^ticked/)
      await fieldOf(page, 'echo-in').fill('soup')
      await press(page, 'echo-go')
      await untilValue(page, 'echo-out', /^echo: soup$/)
      await press(page, 'count-go')
      await untilValue(page, 'count-out', /^counted 6$/)
      await page.locator('#chat textarea').fill('hello')
      await page.locator('#chat textarea').press('Enter')
      await page.getByText('You said hello').waitFor()
      await press(page, 'fill-0')
      await untilValue(page, 'box-0', /^filled 0$/)
      await page.locator('#explorer').getByText('top.txt').waitFor()
      expect(await isEditable(page, 'count-out')).toBe(false)
      await closePage(page)
    }
    expect(seat.troubles).toEqual([])
  })

  it('what may not is not there', async () => {
    const page = await seat.open('analyst')
    await untilValue(page, 'timer-out', /^ticked/)
    for (const id of ['work-go', 'fast-go', 'image-in', 'file-out', 'crash-go', 'request-out']) {
      expect([id, await page.locator(`#${id}`).count()]).toEqual([id, 0])
    }
    expect(await page.getByText('Second page').count()).toBe(0)
  })

  it('a page on its own works where the main page is hidden', async () => {
    const page = await seat.open('reader', '/second-page?x=7')
    await press(page, 'query-go')
    await untilValue(page, 'query-out', /^x=7$/)
    expect(await page.getByText('Echo').count()).toBe(0)
    expect(seat.troubles).toEqual([])
  })
})
