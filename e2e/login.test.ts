/** Signing in, as a person does it and as the wire sees it. */
import { createHash } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paths, type LoginFinish } from '../src/contract/contract.ts'
import { commonRuns, findPasswordTraces } from '../test/rig/password-traces.ts'
import { bodiesSentTo, startRecordingRelay, type RecordingRelay } from '../test/rig/recording-relay.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { closeProfile, openBrowser, openProfile, withPage } from './browser.ts'
import { press, untilValue } from './scenarios/scenario.ts'
import { signIn, typePassword } from './sign-in.ts'

/** Longer, with umlauts and kanji: a form that encodes differently everywhere. */
const password = 'Löwenzahn 関所 “Hakone” 7+7=14'
const wrongPassword = 'Löwenzahn 関所 “Hakone” 7+7=15'

describe('signing in', () => {
  let [app, gate, relay, browser]: [GradioApp, TestGate, RecordingRelay, Browser] = [] as never

  beforeAll(async () => {
    app = await startTestApp('kitchen')
    gate = await startTestGate({
      upstream: app.url,
      password,
      config: 'pace: { address: "100, then 1 per 1s" }',
    })
    relay = await startRecordingRelay(gate.port)
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser?.close()
    await relay?.close()
    await gate?.stop()
    await app?.stop()
  })

  it('a wrong password is answered with one sentence, no session, and a form that takes another try', async () => {
    await withPage(browser, undefined, async (page) => {
      await page.goto(relay.url)
      await typePassword(page, wrongPassword)
      await page.getByText('Sign-in did not work').waitFor()
      expect(new URL(page.url()).pathname).toBe(paths.login)
      expect(
        (await page.context().cookies()).filter(({ name }) => name.startsWith('__Host-sekisho')),
      ).toEqual([])
      await typePassword(page, password)
      await page.waitForURL(`${relay.url}/`)
    })
  })

  it('nothing that is sent holds the password or anything derived from it alone', async () => {
    relay.clear()
    const asked = await withPage(browser, undefined, async (page) => {
      const seen: string[] = []
      page.context().on('request', (request) => seen.push(request.url()))
      await page.goto(relay.url)
      await typePassword(page, wrongPassword)
      await page.getByText('Sign-in did not work').waitFor()
      await typePassword(page, password)
      await page.waitForURL(`${relay.url}/`)
      await press(page, 'echo-go')
      await untilValue(page, 'echo-out', /^echo/)
      return seen
    })
    // All of it went by the relay, which keeps every byte: no browser needs to tell what it sent.
    const elsewhere = asked.filter((url) => /^(http|ws)/.test(url) && !url.startsWith(`${relay.url}/`))
    expect(elsewhere).toEqual([])
    const sent = relay.sent()
    expect(sent.some((bytes) => bytes.includes(paths.loginFinish))).toBe(true)
    expect(findPasswordTraces(password, sent)).toEqual([])
    expect(findPasswordTraces(wrongPassword, sent)).toEqual([])
  })

  it('the search would have found it, had anything been sent', async () => {
    const digest = createHash('sha256').update(password).digest()
    const sendings: Record<string, string> = {
      'percent-encoded': encodeURIComponent(password),
      'as a form': new URLSearchParams({ p: password }).toString(),
      'in base64 amid other things': Buffer.from(`{"p":"${password}","x":1}`).toString('base64url'),
      'its digest': digest.toString('base64url'),
      'its digest in hex': digest.toString('hex'),
      'one half of it': Buffer.from(password.slice(0, 15)).toString('hex'),
    }
    for (const [how, query] of Object.entries(sendings)) {
      relay.clear()
      await fetch(new URL(`?x=${query}`, relay.url), { redirect: 'manual' })
      expect(findPasswordTraces(password, relay.sent()), how).not.toEqual([])
      expect(findPasswordTraces('another password 123', relay.sent()), how).toEqual([])
    }
  })

  it('two sign-ins with one password send nothing in common', async () => {
    const attempts = [await sentValues(browser, relay), await sentValues(browser, relay)] as const
    const [first, second] = attempts
    // OPAQUE's KE1 and KE3 and the sealed state, each time (RFC 9807 section 6.1); a key of its own, and its MAC.
    expect(first.map((value) => value.length)).toEqual(second.map((value) => value.length))
    expect(first.length).toBe(5)
    expect(commonRuns(first, second)).toEqual([])
  })

  it('the page asked for comes after signing in, with its query', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, `${gate.url}/second-page?x=1`, password)
      expect(page.url()).toBe(`${gate.url}/second-page?x=1`)
      await press(page, 'query-go')
      expect(await untilValue(page, 'query-out', /^x=/)).toBe('x=1')
    })
  })

  it.each([
    '//evil.example/',
    'https://evil.example/',
    '/\\evil.example',
    'javascript:alert(1)',
    '/.sekisho/login',
  ])('a link that wants to lead to %s after signing in leads to the start page', async (wanted) => {
    await withPage(browser, undefined, async (page) => {
      await page.goto(`${gate.url}${paths.login}?return_to=${encodeURIComponent(wanted)}`)
      await typePassword(page, password)
      await page.waitForURL(`${gate.url}/`)
    })
  })

  it.each([
    ['nothing', ''],
    ['a key', `#sekisho-key=${'A'.repeat(87)}`],
  ])(
    'a link that names another site to sign in to leads nowhere and asks for no password, with %s behind it',
    async (_, hash) => {
      // As a browser sees it, another site.
      const elsewhere = app.url.replace('127.0.0.1', 'localhost')
      const link = `${gate.url}${paths.login}?for=${encodeURIComponent(elsewhere)}${hash}`
      await withPage(browser, undefined, async (page) => {
        for (const signedIn of [false, true]) {
          if (signedIn) await signIn(page, gate.url, password)
          const opened: string[] = []
          page.on('framenavigated', (frame) => opened.push(frame.url()))
          await page.goto(link)
          await page.getByText('Not found').waitFor()
          expect([opened, page.url()]).toEqual([[link], link])
          expect(await page.locator('#password').count()).toBe(0)
        }
      })
    },
  )

  it('the session cookie is for this host and no script', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, password)
      const cookies = (await page.context().cookies()).filter(({ name }) => name.startsWith('__Host-sekisho'))
      expect(cookies.length).toBeGreaterThan(0)
      for (const cookie of cookies) {
        expect(cookie).toMatchObject({
          httpOnly: true,
          secure: true,
          sameSite: 'Lax',
          path: '/',
          domain: '127.0.0.1',
        })
      }
      expect(await page.evaluate(() => document.cookie)).not.toContain('sekisho')
    })
  })

  it.each([
    { status: 401, so: 'a browser that keeps no cookies is told so', shows: 'keeps no cookie' },
    { status: 503, so: 'a gate that has no time to tell is not taken for that', shows: undefined },
  ])('$so', async ({ status, shows }) => {
    await withPage(browser, undefined, async (page) => {
      await page.route(`**${paths.session}`, (route) => route.fulfill({ status }))
      await page.goto(gate.url)
      await typePassword(page, password)
      if (shows === undefined) return page.waitForURL((at) => !at.pathname.startsWith(paths.base))
      await page.getByText(shows).waitFor()
      expect([new URL(page.url()).pathname, await page.locator('#window').isVisible()]).toEqual([
        paths.login,
        false,
      ])
    })
  })

  it('the login page speaks Japanese to those who ask for it', async () => {
    const context = await openProfile(browser, { locale: 'ja-JP' })
    const page = await context.newPage()
    await page.goto(gate.url)
    expect(await page.locator('html').getAttribute('lang')).toBe('ja')
    await page.getByRole('heading', { name: 'サインイン' }).waitFor()
    await page.locator('#language').click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await closeProfile(context)
  })
})

/** The values of the bodies that a sign-in sends. */
async function sentValues(browser: Browser, relay: RecordingRelay): Promise<readonly Buffer[]> {
  relay.clear()
  await withPage(browser, undefined, (page) => signIn(page, relay.url, password))
  const bodies = [paths.loginStart, paths.loginFinish].flatMap((path) => bodiesSentTo(path, relay.sent()))
  return bodies.flatMap((body) => {
    const { key, ...texts } = JSON.parse(body) as Partial<LoginFinish>
    const { alg, ...offered } = key ?? {}
    expect([undefined, 'ecdsa-p256-sha256']).toContain(alg)
    return Object.values({ ...texts, ...offered }).map((text) => Buffer.from(text, 'base64url'))
  })
}
