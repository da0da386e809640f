/**
 * The story: a portal on another site shows the app in a frame. Whoever works there signs in inside the frame, in a browser that
 * blocks third-party cookies too; every other site gets nothing to show. It keeps the key in storage that is kept apart for each site
 * around the frame. Where a browser gives a frame no storage at all, the gate must do without: `proof: { calls: optional }`.
 */
import type { FrameLocator, Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import { startTestApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { browserName, closePage, type Profile, type ThirdPartyCookies } from './browser.ts'
import { endSessions, letPasswordsAge, makeTokensDue } from './change-sessions.ts'
import { signIn, typePassword } from './sign-in.ts'
import { names, openVisitor, startSites, type Sites } from './sites.ts'
import { useEnds } from './use-ends.ts'

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
const keep = useEnds()
const at = ({ port }: TestGate, path: string) => `https://${names.app}:${String(port)}${path}`

beforeAll(async () => {
  sites = await keep(startSites())
  const { url: upstream } = await keep(startTestApp('demo'))
  const embed = `${roles}\nembed: [${new URL(sites.pageOf('foreign')).origin}]`
  const args = [...sites.certificate.args, '--host', names.app]
  gates = {
    strict: await keep(startTestGate({ upstream, args, config: embed })),
    keyless: await keep(startTestGate({ upstream, args, config: `${embed}\nproof: { calls: optional }` })),
  }
  browsers = {
    allowed: await keep(openVisitor('allowed')),
    blocked: await keep(openVisitor('blocked')),
    'blocked, and storage too': await keep(openVisitor('blocked, and storage too')),
  }
})

async function pageOn({ context }: Profile, site: 'sibling' | 'foreign'): Promise<Page> {
  const page = await context.newPage()
  await page.goto(sites.pageOf(site))
  return page
}

function putFrameIn(page: Page, address: string): Promise<void> {
  return page.evaluate((src) => {
    const frame = document.createElement('iframe')
    frame.style.cssText = 'width: 1000px; height: 700px'
    frame.src = src
    document.body.append(frame)
  }, address)
}

/** A page of that site, with this address in a frame of it. */
async function frameOn(profile: Profile, site: 'sibling' | 'foreign', address: string): Promise<Page> {
  const page = await pageOn(profile, site)
  await putFrameIn(page, address)
  return page
}

async function repeat(frame: FrameLocator, text: string): Promise<void> {
  await frame.getByLabel('Content 1').fill(text)
  await frame.getByRole('button', { name: 'Submit' }).click()
  await frame.getByText(text).last().waitFor()
}

/** The gates' cookies in frames. */
async function cookiesIn({ context }: Profile) {
  const all = await context.cookies()
  return all.filter(({ name }) => name.startsWith('__Host-sekisho-framed-'))
}

/** What Chromium and Firefox show in a frame in the place of a page that forbids it. */
const refusals = /^(chrome-error:\/\/chromewebdata\/|about:neterror\?e=(csp|xfo)Blocked)/

const untilRefused = (page: Page) => expect.poll(() => page.frames()[1]?.url()).toMatch(refusals)

const whereItWorks = [
  { cookies: 'allowed', kind: 'strict' },
  { cookies: 'blocked', kind: 'strict' },
  { cookies: 'blocked, and storage too', kind: 'keyless' },
] as const

// Firefox, set to the last, keeps no cookies either.
describe.each(browserName === 'firefox' ? whereItWorks.slice(0, 2) : whereItWorks)(
  'a site that is named, third-party cookies $cookies',
  ({ cookies, kind }) => {
    it('shows the app in a frame, where people sign in, work, and stay signed in', async () => {
      const [gate, browser] = [gates[kind], browsers[cookies]]
      // A first try may have got in.
      await browser.context.clearCookies()
      const page = await frameOn(browser, 'foreign', at(gate, '/'))
      await typePassword(page.frameLocator('iframe'), gate.password)
      await repeat(page.frameLocator('iframe'), '関所')
      await closePage(page)

      const again = await frameOn(browser, 'foreign', at(gate, '/'))
      await repeat(again.frameLocator('iframe'), '二度目')
      await closePage(again)
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
      await closePage(page)
      // With a query, since Firefox shows what it has cached inside this site.
      for (const address of [file, `${asset}?direct`]) {
        const direct = await pageOn(browsers[cookies], 'foreign')
        const [answer] = await Promise.all([direct.waitForResponse(address), putFrameIn(direct, address)])
        expect(answer.status()).toBe(403)
        await closePage(direct)
      }
    })

    it('gets no link to what is for a window of its own', async () => {
      const page = await frameOn(browsers[cookies], 'foreign', at(gates[kind], '/'))
      const inside = page.frameLocator('iframe')
      await inside.locator('sekisho-bar .knob').waitFor()
      expect(await inside.locator(`sekisho-bar a[href="${paths.account}"]`).count()).toBe(0)
      await closePage(page)
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
        await closePage(page)
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
      await typePassword(inside, gate.password)
      await inside.getByRole('tab', { name: 'Errors' }).click()
      await inside.getByRole('button', { name: 'Raise an error' }).click()
      await inside.getByText('This is what a refused input looks like.').waitFor()
      await closePage(page)
    })

    it('keeps the session when its token is replaced in the frame', async () => {
      const [gate, browser] = [gates[kind], browsers[cookies]]
      const page = await frameOn(browser, 'foreign', at(gate, '/'))
      const frame = page.frameLocator('iframe')
      await frame.getByLabel('Content 1').waitFor()
      const tokens = async () => (await cookiesIn(browser)).map(({ value }) => value)
      const before = await tokens()
      await makeTokensDue(gate)
      await repeat(frame, '新しい')
      await expect.poll(tokens).not.toEqual(before)
      await repeat(frame, '続き')
      await closePage(page)
    })

    it('is told to sign in again in the frame itself, and that works', async () => {
      const [gate, browser] = [gates[kind], browsers[cookies]]
      const page = await frameOn(browser, 'foreign', at(gate, '/'))
      const inside = page.frameLocator('iframe')
      await inside.getByLabel('Content 1').waitFor()
      await endSessions(gate)
      const dialog = inside.getByRole('dialog', { name: 'You have been signed out' })
      await dialog.getByText('To copy what you typed, close this message.').waitFor()
      expect(await dialog.getByRole('link').count()).toBe(1)
      await dialog.getByRole('link', { name: 'Sign in again' }).click()
      await typePassword(inside, gate.password)
      await repeat(inside, 'once more')
      await closePage(page)
    })

    it('gets no page of the gate to show but the one to sign in at', async () => {
      const [gate, browser] = [gates[kind], browsers[cookies]]
      for (const path of [paths.account, paths.confirm]) {
        const page = await frameOn(browser, 'foreign', at(gate, path))
        await untilRefused(page)
        await closePage(page)
      }
    })

    it('is the only one: others get nothing to show', async () => {
      for (const path of ['/', paths.login]) {
        const page = await frameOn(browsers[cookies], 'sibling', at(gates[kind], path))
        await untilRefused(page)
        await closePage(page)
      }
    })
  },
)

describe('where a browser gives a frame no place', () => {
  const isToldIn = async (gate: TestGate, why: string) => {
    const page = await frameOn(browsers['blocked, and storage too'], 'foreign', at(gate, '/?begin=here'))
    const frame = page.frameLocator('iframe')
    await typePassword(frame, gate.password)
    await frame.getByText(why).waitFor()
    const opening = page.context().waitForEvent('page')
    await frame.getByRole('link', { name: 'Open the app in a window' }).click()
    const window = await opening
    await typePassword(window, gate.password)
    await window.waitForURL(at(gate, '/?begin=here'))
    await window.getByLabel('Content 1').waitFor()
    await window.close()
    await closePage(page)
  }

  it('for a key, and the gate wants one: nobody is let in, and the page says why', () =>
    isToldIn(gates.strict, 'keep a key'))

  // Chromium keeps cookies there.
  if (browserName === 'firefox')
    it('for a cookie: nobody is let in, and the page says why', () =>
      isToldIn(gates.keyless, 'keeps no cookie'))
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
    await closePage(page)
  })
})
