/**
 * The story: a portal on another site shows the app in a frame. Whoever works there signs in inside the frame, in a browser that
 * blocks third-party cookies too; every other site gets nothing to show. A browser that blocks them gives a frame no place for a key
 * either (measured with Chromium 156), so there the gate must do without: `proof: { calls: optional }`.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FrameLocator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import { openSqliteStore } from '../src/store/engines/sqlite/open.ts'
import { startTestApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { signIn } from './sign-in.ts'
import { names, openChromium, startSites, type Profile, type Sites, type ThirdPartyCookies } from './sites.ts'

const roles = `
roles:
  everybody: { given_to: [guests], call: ["*", "!tell", "!fail"], upload: true, components: "*" }
  each: { given_to: [guests], call: [tell], when: { fresh: call } }
  recent: { given_to: [guests], call: [fail], when: { auth_age: 15m } }
`

let sites: Sites
/** As it is by itself, and one that does without a key. */
let gates: Readonly<Record<'strict' | 'keyless', TestGate>>
let browsers: Readonly<Record<ThirdPartyCookies, Profile>>
const ends: (() => Promise<void>)[] = []
const at = ({ port }: TestGate, path: string) => `https://${names.app}:${String(port)}${path}`

async function keep<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting
  ends.unshift(() => started.stop())
  return started
}

async function keepProfile(cookies: ThirdPartyCookies): Promise<Profile> {
  const profile = await openChromium(cookies)
  ends.unshift(() => profile.close())
  return profile
}

beforeAll(async () => {
  sites = await keep(startSites())
  const { url: upstream } = await keep(startTestApp('demo'))
  const embed = `${roles}\nembed: [${new URL(sites.pageOf('foreign')).origin}]`
  const args = [...sites.certificate.args, '--host', names.app]
  gates = {
    strict: await keep(startTestGate({ upstream, args, config: embed })),
    keyless: await keep(startTestGate({ upstream, args, config: `${embed}\nproof: { calls: optional }` })),
  }
  browsers = { allowed: await keepProfile('allowed'), blocked: await keepProfile('blocked') }
})

afterAll(async () => {
  for (const end of ends) await end()
})

/** A page of that site, with this address in a frame of it. */
async function frameOn({ context }: Profile, site: 'sibling' | 'foreign', address: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(sites.pageOf(site))
  await page.evaluate((src) => {
    const frame = document.createElement('iframe')
    frame.style.cssText = 'width: 1000px; height: 700px'
    frame.src = src
    document.body.append(frame)
  }, address)
  return page
}

async function typePasswordIn(frame: FrameLocator, { password }: TestGate): Promise<void> {
  await frame.locator('#submit:not([disabled]):not([aria-disabled="true"])').waitFor()
  await frame.locator('#password').fill(password)
  await frame.locator('#submit').click()
}

async function repeat(frame: FrameLocator, text: string): Promise<void> {
  await frame.getByLabel('Content 1').fill(text)
  await frame.getByRole('button', { name: 'Submit' }).click()
  await frame.getByText(text).last().waitFor()
}

/** As if everybody had signed in an hour ago. */
function letPasswordsAge({ home }: TestGate): void {
  using database = new DatabaseSync(join(home, 'state', 'sekisho.db'))
  database.exec('update sessions set auth_at = auth_at - 3600000')
}

/** The gates' cookies in frames. */
async function cookiesIn({ context }: Profile) {
  const all = await context.cookies()
  return all.filter(({ name }) => name.startsWith('__Host-sekisho-framed-'))
}

const untilRefused = (page: Page) =>
  expect.poll(() => page.frames().map((frame) => frame.url())).toContain('chrome-error://chromewebdata/')

describe.each([
  { cookies: 'allowed', kind: 'strict' },
  { cookies: 'blocked', kind: 'keyless' },
] as const)('a site that is named, third-party cookies $cookies', ({ cookies, kind }) => {
  it('shows the app in a frame, where people sign in, work, and stay signed in', async () => {
    const [gate, browser] = [gates[kind], browsers[cookies]]
    const page = await frameOn(browser, 'foreign', at(gate, '/'))
    await typePasswordIn(page.frameLocator('iframe'), gate)
    await repeat(page.frameLocator('iframe'), '関所')
    await page.close()

    const again = await frameOn(browser, 'foreign', at(gate, '/'))
    await repeat(again.frameLocator('iframe'), '二度目')
    await again.close()
    const kept = await cookiesIn(browser)
    expect(kept.length).toBeGreaterThan(0)
    for (const cookie of kept)
      expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: 'None' })
  })

  it('sees what pages of the app show in frames of their own, and can’t show that itself', async () => {
    const page = await frameOn(browsers[cookies], 'foreign', at(gates[kind], '/'))
    await page.frameLocator('iframe').getByLabel('Content 1').waitFor()
    const addresses = await page.frames()[1]?.evaluate(async () => {
      const form = new FormData()
      form.append('files', new File(['a report'], 'report.txt', { type: 'text/plain' }))
      const answer = await fetch('gradio_api/upload', { method: 'POST', body: form })
      const [file = ''] = (await answer.json()) as string[]
      const made = [`gradio_api/file=${file}`, 'theme.css'].map(
        (src) => Object.assign(new Image(), { src }).src,
      )
      for (const src of made) document.body.append(Object.assign(document.createElement('iframe'), { src }))
      return made
    })
    const [file = '', asset = ''] = addresses ?? []
    const shown = (address: string) =>
      page
        .frames()
        .find((frame) => frame.url() === address)
        ?.evaluate(() => document.body.textContent)
    await expect.poll(() => shown(file)).toBe('a report')
    await expect.poll(() => shown(asset)).toContain('{')
    await page.close()
    for (const address of [file, asset]) {
      const direct = await frameOn(browsers[cookies], 'foreign', address)
      await expect.poll(() => direct.frames()[1]?.evaluate(() => document.title)).toBeTruthy()
      expect(await direct.frames()[1]?.evaluate(() => document.body.textContent)).not.toMatch(/a report|{/)
      await direct.close()
    }
  })

  it('gets no link to what is for a window of its own', async () => {
    const page = await frameOn(browsers[cookies], 'foreign', at(gates[kind], '/'))
    const inside = page.frameLocator('iframe')
    await inside.locator('sekisho-bar .knob').waitFor()
    expect(await inside.locator(`sekisho-bar a[href="${paths.account}"]`).count()).toBe(0)
    await page.close()
  })

  it.each([
    { asks: 'fresh: call', tab: 'Streaming', button: 'Tell', endpoint: 'tell', data: ['a b', 0.1] },
    { asks: 'auth_age', tab: 'Errors', button: 'Raise an error', endpoint: 'fail', data: [] },
  ])(
    'is told in words that $asks needs a window, and the app is refused the call',
    async ({ tab, button, endpoint, data }) => {
      const [gate, { context }] = [gates[kind], browsers[cookies]]
      const page = await frameOn(browsers[cookies], 'foreign', at(gate, '/'))
      const inside = page.frameLocator('iframe')
      await inside.getByRole('tab', { name: tab }).click()
      letPasswordsAge(gate)
      await inside.getByRole('button', { name: button }).click()
      const dialog = inside.getByRole('dialog', { name: 'Please confirm that it is you' })
      await dialog.getByText('Inside a page of another site the password can’t be asked for').waitFor()
      const opening = context.waitForEvent('page')
      await dialog.getByRole('button', { name: 'Open the app in a window' }).click()
      const window = await opening
      // Nobody is signed in there, and nothing that happens in it reaches the frame.
      await window.waitForURL(at(gate, paths.login))
      await window.close()
      await dialog.getByRole('button', { name: 'Close' }).click()
      await dialog.waitFor({ state: 'hidden' })
      await inside.getByText('Please confirm that it is you.').first().waitFor()
      // Nobody is told twice: what comes later is refused at once.
      const later = await page.frames()[1]?.evaluate(
        async ([endpoint, data]) => {
          const headers = { 'content-type': 'application/json' }
          const body = JSON.stringify({ data })
          const answer = await fetch(`gradio_api/run/${endpoint}`, { method: 'POST', headers, body })
          return [answer.status, answer.headers.has('sekisho-step-up')]
        },
        [endpoint, data] as const,
      )
      expect([later, await dialog.isVisible()]).toEqual([[403, true], false])
      await inside.getByRole('tab', { name: 'Text' }).click()
      await repeat(inside, `after ${button}`)
      await page.close()
    },
  )

  it('has auth_age counted from the sign-in in the frame, which people repeat there', async () => {
    const [gate, browser] = [gates[kind], browsers[cookies]]
    const page = await frameOn(browser, 'foreign', at(gate, '/'))
    const inside = page.frameLocator('iframe')
    await inside.getByLabel('Content 1').waitFor()
    letPasswordsAge(gate)
    await inside.locator('sekisho-bar .knob').click()
    await inside.getByRole('button', { name: 'Sign out' }).click()
    await typePasswordIn(inside, gate)
    await inside.getByRole('tab', { name: 'Errors' }).click()
    await inside.getByRole('button', { name: 'Raise an error' }).click()
    await inside.getByText('This is what a refused input looks like.').waitFor()
    await page.close()
  })

  it('keeps the session when its token is replaced in the frame', async () => {
    const [gate, browser] = [gates[kind], browsers[cookies]]
    const page = await frameOn(browser, 'foreign', at(gate, '/'))
    const frame = page.frameLocator('iframe')
    await frame.getByLabel('Content 1').waitFor()
    const tokens = async () => (await cookiesIn(browser)).map(({ value }) => value)
    const before = await tokens()
    const store = await openSqliteStore({ file: join(gate.home, 'state', 'sekisho.db') })
    for (const { id } of await store.sessions.listOpen()) await store.sessions.confirm(id, Date.now(), 0)
    await store.close()
    await repeat(frame, '新しい')
    await expect.poll(tokens).not.toEqual(before)
    await repeat(frame, '続き')
    await page.close()
  })

  it('is told to sign in again in the frame itself, and that works', async () => {
    const [gate, browser] = [gates[kind], browsers[cookies]]
    const page = await frameOn(browser, 'foreign', at(gate, '/'))
    const inside = page.frameLocator('iframe')
    await inside.getByLabel('Content 1').waitFor()
    const store = await openSqliteStore({ file: join(gate.home, 'state', 'sekisho.db') })
    for (const { id } of await store.sessions.listOpen()) await store.sessions.end(id, Date.now(), 'operator')
    await store.close()
    const dialog = inside.getByRole('dialog', { name: 'You have been signed out' })
    await dialog.getByText('To copy what you typed, close this message.').waitFor()
    expect(await dialog.getByRole('link').allTextContents()).toEqual(['Sign in again'])
    await dialog.getByRole('link').click()
    await typePasswordIn(inside, gate)
    await repeat(inside, 'once more')
    await page.close()
  })

  it('gets no page of the gate to show but the one to sign in at', async () => {
    const [gate, browser] = [gates[kind], browsers[cookies]]
    for (const path of [paths.account, paths.confirm]) {
      const page = await frameOn(browser, 'foreign', at(gate, path))
      await untilRefused(page)
      await page.close()
    }
  })

  it('is the only one: others get nothing to show', async () => {
    for (const path of ['/', paths.login]) {
      const page = await frameOn(browsers[cookies], 'sibling', at(gates[kind], path))
      await untilRefused(page)
      await page.close()
    }
  })
})

describe('where a browser gives a frame no place for a key, and the gate wants one', () => {
  it('nobody is let in, and the page says why', async () => {
    const page = await frameOn(browsers.blocked, 'foreign', at(gates.strict, '/'))
    const frame = page.frameLocator('iframe')
    await typePasswordIn(frame, gates.strict)
    await frame.getByText('keep a key').waitFor()
    await page.close()
  })
})

describe('a window of its own', () => {
  it('is not signed in by what happened in the frame, and works as ever', async () => {
    const page = await browsers.blocked.context.newPage()
    await page.goto(at(gates.keyless, '/'))
    expect(new URL(page.url()).pathname).toBe(paths.login)
    await signIn(page, at(gates.keyless, '/'), gates.keyless.password)
    await page.getByLabel('Content 1').fill('alone')
    await page.getByRole('button', { name: 'Submit' }).click()
    await page.getByText('alone').last().waitFor()
    await page.close()
  })
})
