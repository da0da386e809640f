/** An account's life in the browser: invitation, first password, sign-in by name, another password. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paths } from '../src/contract/contract.ts'
import { findPasswordTraces } from '../test/rig/password-traces.ts'
import { startRecordingRelay, type RecordingRelay } from '../test/rig/recording-relay.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { closeProfile, openBrowser, openProfile, withPage } from './browser.ts'
import { fieldOf, press, untilValue } from './scenarios/scenario.ts'
import { signIn, typePassword, untilFormIsOpen } from './sign-in.ts'

const password = 'purple heron, 五つのランプ'
const otherPassword = 'slow kettle under nine bridges'

describe('an account', () => {
  let [app, gate, relay, browser]: [GradioApp, TestGate, RecordingRelay, Browser] = [] as never

  beforeAll(async () => {
    app = await startTestApp('kitchen')
    gate = await startTestGate({
      upstream: app.url,
      config: 'pace: { address: "200, then 1 per 1s" }',
    })
    relay = await startRecordingRelay(gate.port)
    browser = await openBrowser({ hosts: ['gate.test'] })
  })

  afterAll(async () => {
    await browser?.close()
    await relay?.close()
    await gate?.stop()
    await app?.stop()
  })

  it('begins with a link: whoever chooses a good password is in the app, and the link is used up', async () => {
    const link = await invite(gate, 'kenji', relay.url)
    // What a mail scanner or a chat's preview does; the fragment never leaves it.
    for (let n = 0; n < 2; n++) expect((await fetch(link)).status).toBe(200)
    relay.clear()
    await withPage(browser, undefined, async (page) => {
      const complaints = watchComplaints(page)
      await page.goto(link)
      await untilFormIsOpen(page)
      expect(page.url()).toBe(`${relay.url}${paths.join}`)
      expect(await page.getByLabel('Your user name').inputValue()).toBe('kenji')
      await page.getByText(/^This invitation is good once, for another 23 h/).waitFor()

      await refuses(page, 'shorter', '7 of at least 15 characters.')
      await refuses(page, 'password1234567', 'It is mostly made of common words, names or passwords.')
      await refuses(
        page,
        'qwertyuiopasdfgh',
        'It is on the list of passwords that guessing programs try first.',
      )
      await refuses(page, 'kenji-kenji-kenji!', 'It is little more than “kenji”')
      await newPassword(page).fill(password)
      await page.getByText('Very good', { exact: true }).waitFor()
      await oncePassword(page).fill(`${password}x`)
      await page.locator('#submit').click()
      await page.getByText('The two new passwords differ.').waitFor()

      await oncePassword(page).fill(password)
      await page.locator('#submit').click()
      await page.waitForURL(`${relay.url}/`)
      await untilValue(page, 'timer-out', /^ticked/)
      await fieldOf(page, 'echo-in').fill('hello')
      await press(page, 'echo-go')
      expect(await untilValue(page, 'echo-out', /^echo/)).toBe('echo: hello')
      expect(await whoIsSignedIn(page)).toBe('Signed in as kenji')
      expect(complaints).toEqual([])
    })
    expect(relay.sent().some((bytes) => bytes.includes(paths.joinFinish))).toBe(true)
    expect(findPasswordTraces(password, relay.sent())).toEqual([])

    await withPage(browser, undefined, async (page) => {
      await page.goto(link)
      await page.getByRole('heading', { name: 'This invitation can’t be used' }).waitFor()
      await page.getByRole('link', { name: 'Go to sign-in' }).click()
      await page.waitForURL(`${relay.url}${paths.login}`)
    })
  })

  it('can be begun on a phone, in Japanese and by the keyboard alone, after the page was reloaded', async () => {
    const link = await invite(gate, 'hanako', gate.url)
    const viewport = { width: 360, height: 740 }
    const context = await openProfile(browser, { viewport, locale: 'ja-JP', hasTouch: true })
    try {
      const page = await context.newPage()
      await page.goto(link)
      await untilFormIsOpen(page)
      await page.reload()
      await page.getByRole('heading', { name: 'もう一度リンクを開いてください' }).waitFor()

      await page.goto(link)
      await untilFormIsOpen(page)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width).toBeLessThanOrEqual(360)
      // The form begins at the new password; behind each field stands the button that shows it.
      await page.keyboard.type(password)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Tab')
      await page.keyboard.type(password)
      await page.keyboard.press('Enter')
      await page.waitForURL(`${gate.url}/`)
    } finally {
      await closeProfile(context)
    }
  })

  it('is opened by its name and password, from another browser too, and beside it the shared password works', async () => {
    await withPage(browser, undefined, async (page) => {
      await page.goto(`${gate.url}/second-page`)
      await typePassword(page, password, 'nobody')
      await page.getByText('Sign-in did not work').waitFor()
      await typePassword(page, otherPassword, 'kenji')
      await page.getByText('Sign-in did not work').waitFor()
      // A name that can't be one is answered like one that nobody has.
      await typePassword(page, password, 'Kenji of Hakone')
      await page.getByText('Sign-in did not work').waitFor()
      await typePassword(page, password, ' Kenji ')
      await page.waitForURL(`${gate.url}/second-page`)
      expect(await whoIsSignedIn(page)).toBe('Signed in as kenji')
    })
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      expect(await whoIsSignedIn(page)).toBe('Signed in as guest')
      await page.goto(`${gate.url}${paths.account}`)
      expect(await page.getByLabel('New password').count()).toBe(0)
    })
  })

  it('gets another password by the current one, which ends its other sessions', async () => {
    await withPage(browser, undefined, async (elsewhere) => {
      await signIn(elsewhere, gate.url, password, 'kenji')
      await withPage(browser, undefined, async (page) => {
        const complaints = watchComplaints(page)
        const dictionaries = countRequests(page, 'guessing-worker')
        await signIn(page, gate.url, password, 'kenji')
        await openBar(page)
        await page.getByRole('link', { name: 'Your account' }).click()
        await untilFormIsOpen(page)
        await page.locator('#current-password').fill('not the password at all')
        // Megabytes for those who want another password, and for nobody else.
        expect(dictionaries()).toBe(0)
        await fillTwice(page, otherPassword)
        await page.locator('#submit').click()
        await page.getByText('The current password is not right.').waitFor()
        expect(dictionaries()).toBe(1)

        await page.locator('#current-password').fill(password)
        await fillTwice(page, password)
        await page.locator('#submit').click()
        await page.getByText('This is your current password.').waitFor()

        await fillTwice(page, otherPassword)
        await page.locator('#submit').click()
        await page.getByText('Your password is changed').waitFor()
        await page.getByRole('link', { name: 'Back to the app' }).click()
        await page.waitForURL(`${gate.url}/`)
        expect(await whoIsSignedIn(page)).toBe('Signed in as kenji')
        expect(complaints).toEqual([])
      })
      await elsewhere.getByText('You have been signed out').waitFor()
    })
    await withPage(browser, undefined, async (page) => {
      await page.goto(gate.url)
      await typePassword(page, password, 'kenji')
      await page.getByText('Sign-in did not work').waitFor()
      await typePassword(page, otherPassword, 'kenji')
      await page.waitForURL(`${gate.url}/`)
    })
  })

  it('signs out on its page', async () => {
    await withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, otherPassword, 'kenji')
      await page.goto(`${gate.url}${paths.account}`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(`${gate.url}${paths.login}`)
      await page.goto(`${gate.url}${paths.account}`)
      expect(new URL(page.url()).pathname).toBe(paths.login)
    })
  })

  it('follows the rules of a site that has stricter ones, and is the only way in where no password is shared', async () => {
    const config = 'passwords: { length: 20, require: [digit] }'
    const strict = await startTestGate({
      upstream: app.url,
      config,
      password: 'lantern-maple-orbit-velvet-7',
    })
    try {
      const link = await invite(strict, 'kenji', strict.url)
      await withPage(browser, undefined, async (page) => {
        await page.goto(link)
        await untilFormIsOpen(page)
        await page.getByText('20 characters or more.').waitFor()
        await refuses(page, 'slow kettle bridge', '18 of at least 20 characters.')
        await refuses(page, otherPassword, 'This site also demands a digit.')
        await fillTwice(page, `${otherPassword} 9`)
        await page.locator('#submit').click()
        await page.waitForURL(`${strict.url}/`)
      })
      expect((await strict.cli('password', 'remove')).code).toBe(0)
      await withPage(browser, undefined, async (page) => {
        await page.goto(strict.url)
        await typePassword(page, strict.password)
        await page.getByText('Type your user name first.').waitFor()
        await typePassword(page, `${otherPassword} 9`, 'kenji')
        await page.waitForURL(`${strict.url}/`)
      })
    } finally {
      await strict.stop()
    }
  })

  it('is not begun over plain HTTP', async () => {
    const args = ['--insecure-http', '--host', 'gate.test']
    const insecure = await startTestGate({ upstream: app.url, args })
    try {
      await withPage(browser, undefined, async (page) => {
        await page.goto(`http://gate.test:${String(insecure.port)}${paths.join}#${'A'.repeat(43)}`)
        await page.getByRole('heading', { name: 'Not over this connection' }).waitFor()
        expect(await page.getByLabel('New password').count()).toBe(1)
        expect(await page.getByLabel('New password').isVisible()).toBe(false)
      })
    } finally {
      await insecure.stop()
    }
  })
})

async function invite(gate: TestGate, name: string, origin: string): Promise<string> {
  // Whom a first try has left.
  await gate.cli('user', 'remove', name, '--yes')
  const made = await gate.cli('user', 'add', name, '--at', origin, '--json')
  expect(made.code, made.stderr).toBe(0)
  const { invitation } = JSON.parse(made.stdout) as { readonly invitation: string }
  expect(invitation.startsWith(`${origin}${paths.join}#`)).toBe(true)
  return invitation
}

const newPassword = (page: Page) => page.locator('#new-password')
const oncePassword = (page: Page) => page.locator('#new-password-again')

async function fillTwice(page: Page, text: string): Promise<void> {
  await newPassword(page).fill(text)
  await oncePassword(page).fill(text)
}

/** While it is typed, and when somebody tries to go on with it. */
async function refuses(page: Page, text: string, reason: string): Promise<void> {
  await fillTwice(page, text)
  await page.locator('#reasons').getByText(reason).waitFor()
  await page.locator('#submit').click()
  await page.locator('#status').getByText('This password can’t be used.').waitFor()
  expect(new URL(page.url()).pathname).toBe(paths.join)
  await untilFormIsOpen(page)
}

async function openBar(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Session and sign-out' }).click()
}

async function whoIsSignedIn(page: Page): Promise<string> {
  await openBar(page)
  const who = page.getByText(/^Signed in as/)
  await who.waitFor()
  return who.innerText()
}

/** What the page's own policies stopped, and scripts that broke. */
function watchComplaints(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted ?Type/i.test(message.text())) complaints.push(message.text())
  })
  return complaints
}

function countRequests(page: Page, name: string): () => number {
  let count = 0
  page.context().on('request', (request) => {
    if (request.url().includes(name)) count += 1
  })
  return () => count
}
