/** The password asked for again in the middle of the app's use: in a window of the gate's own, after which the call goes on. */
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { againParameter, paths } from '../src/contract/contract.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage } from './browser.ts'
import { fieldOf, openKitchen, press, untilValue, valueOf } from './scenarios/scenario.ts'
import { useSideBySide } from './side-by-side.ts'
import { signIn, typePassword, untilFormIsOpen } from './sign-in.ts'

const config = `
pace: { address: "100, then 1 per 1s" }
roles:
  everybody: { given_to: [guests, users], call: ["*", "!echo", "!fast_echo"], upload: true, components: "*" }
  each: { given_to: [guests, users], call: [echo], when: { fresh: call } }
  recent: { given_to: [guests], call: [fast_echo], when: { auth_age: 15m } }
`

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Please confirm that it is you' })

describe('a call that needs the password', () => {
  let [gate, browser]: [TestGate, Browser] = [] as never

  /** Of the user bob. */
  let password = ''

  useSideBySide({ app: 'kitchen', gate: { config } }, async (made) => {
    ;({ gate, browser } = made)
    const { stdout } = await gate.cli('user', 'add', 'bob', '--generate', '--json')
    password = (JSON.parse(stdout) as { password: string }).password
  })

  const inside = (use: (page: Page) => Promise<void>, username?: 'bob') =>
    withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, username === undefined ? gate.password : password, username)
      await openKitchen(page, gate.url)
      await use(page)
    })

  async function signInAnew(page: Page, password: string, username?: string): Promise<void> {
    const again = await page.context().newPage()
    await again.goto(`${gate.url}${paths.login}?${againParameter}=1`)
    await typePassword(again, password, username)
    await again.waitForURL((at) => !at.pathname.startsWith(paths.base))
    await again.close()
  }

  async function echo(page: Page, text: string, by: 'echo-go' | 'fast-go' = 'echo-go'): Promise<void> {
    await fieldOf(page, 'echo-in').fill(text)
    await press(page, by)
  }

  async function openWindow(page: Page): Promise<Page> {
    const opening = page.context().waitForEvent('page')
    await dialog(page).getByRole('button', { name: 'Enter the password' }).click()
    return opening
  }

  /** The window closes itself when it has done its work. */
  async function giveIn(window: Page, typed = gate.password): Promise<void> {
    const closed = window.waitForEvent('close')
    await typePassword(window, typed)
    await closed
  }

  /** As if everybody had signed in an hour ago. */
  function letPasswordsAge(): void {
    const database = new DatabaseSync(path.join(gate.home, 'state', 'sekisho.db'))
    database.exec('update sessions set auth_at = auth_at - 3600000')
    database.close()
  }

  it('is asked for each time, names the function, and goes on with what was typed', async () => {
    await inside(async (page) => {
      for (const text of ['one', 'two']) {
        await echo(page, text)
        const window = await openWindow(page)
        await window.getByText('Function echo').waitFor()
        await window.getByText('Signed in as guest').waitFor()
        expect(new URL(window.url()).pathname).toBe(paths.confirm)
        expect(await window.evaluate(() => window.opener === null)).toBe(true)
        await giveIn(window)
        expect(await untilValue(page, 'echo-out', new RegExp(`echo: ${text}`))).toBe(`echo: ${text}`)
        await dialog(page).waitFor({ state: 'hidden' })
      }
    })
  })

  it('is asked for when the password is old, and then not again', async () => {
    await inside(async (page) => {
      letPasswordsAge()
      await echo(page, 'first', 'fast-go')
      await giveIn(await openWindow(page))
      expect(await untilValue(page, 'echo-out', /first/)).toBe('echo: first')
      await echo(page, 'second', 'fast-go')
      expect(await untilValue(page, 'echo-out', /second/)).toBe('echo: second')
      expect(await dialog(page).isVisible()).toBe(false)
    })
  })

  it('takes a second try after a wrong password, in Japanese too', async () => {
    await inside(async (page) => {
      await echo(page, 'again')
      const window = await openWindow(page)
      await window.getByRole('link', { name: '日本語' }).click()
      await window.getByRole('heading', { name: 'ご本人の確認' }).waitFor()
      await typePassword(window, 'not the password at all')
      await window.getByText('パスワードが正しくありません').waitFor()
      await giveIn(window)
      expect(await untilValue(page, 'echo-out', /again/)).toBe('echo: again')
    })
  })

  it('asks with another ticket where its own is over, and then goes on', async () => {
    await inside(async (page) => {
      await echo(page, 'late')
      await dialog(page).waitFor()
      // A ticket is of one session; one that is too old is answered alike.
      await signInAnew(page, password, 'bob')
      const over = await openWindow(page)
      await over.getByText('This took too long').waitFor()
      await over.close()
      await giveIn(await openWindow(page), password)
      expect(await untilValue(page, 'echo-out', /late/)).toBe('echo: late')
    }, 'bob')
  })

  it('is refused where somebody signs in anew with the shared password, since nothing of the former session is theirs', async () => {
    await inside(async (page) => {
      await echo(page, 'former')
      await dialog(page).waitFor()
      await signInAnew(page, gate.password)
      await dialog(page).waitFor({ state: 'hidden' })
      await page.getByText('Please confirm that it is you.').first().waitFor()
      expect(await valueOf(page, 'echo-in')).toBe('former')
      expect(await valueOf(page, 'echo-out')).toBe('')
    })
  })

  it('hears nothing of a ticket that the gate never made: whoever made it up may have had the call done', async () => {
    await inside(async (page) => {
      await echo(page, 'once')
      await dialog(page).waitFor()
      await page.evaluate(() => {
        new BroadcastChannel('sekisho-confirmation').onmessage = ({
          data,
        }: MessageEvent<{ ticket: string }>) => (document.documentElement.dataset['told'] ??= data.ticket)
      })
      const window = await page.context().newPage()
      await window.goto(`${gate.url}${paths.confirm}#bWFkZSB1cA`)
      await window.getByText('This took too long').waitFor()
      // What the window had told before would be there now.
      await window.evaluate(() =>
        new BroadcastChannel('sekisho-confirmation').postMessage({ ticket: 'last', what: 'call' }),
      )
      await page.locator('html[data-told]').waitFor({ state: 'attached' })
      expect(await page.locator('html').getAttribute('data-told')).toBe('last')
      await window.close()
      expect(await dialog(page).isVisible()).toBe(true)
    })
  })

  it('that is cancelled with Escape is refused to the app, and nothing typed is lost', async () => {
    await inside(async (page) => {
      await echo(page, 'kept')
      await dialog(page).waitFor()
      await page.keyboard.press('Escape')
      await dialog(page).waitFor({ state: 'hidden' })
      await page.getByText('Please confirm that it is you.').first().waitFor()
      expect(await valueOf(page, 'echo-in')).toBe('kept')
      expect(await valueOf(page, 'echo-out')).toBe('')
    })
  })

  it('goes on with others that waited for the same password', async () => {
    await inside(async (page) => {
      letPasswordsAge()
      const calls = page.evaluate(() =>
        Promise.all(
          ['a', 'b', 'c'].map(async (text) => {
            const headers = { 'content-type': 'application/json' }
            const body = JSON.stringify({ data: [text] })
            const answer = await fetch('gradio_api/run/fast_echo', { method: 'POST', headers, body })
            return ((await answer.json()) as { data: string[] }).data[0]
          }),
        ),
      )
      await giveIn(await openWindow(page))
      expect(await calls).toEqual(['echo: a', 'echo: b', 'echo: c'])
    })
  })

  it('can be given with the keyboard alone', async () => {
    await inside(async (page) => {
      await echo(page, 'typed')
      await dialog(page).waitFor()
      const opening = page.context().waitForEvent('page')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const window = await opening
      await untilFormIsOpen(window)
      const closed = window.waitForEvent('close')
      await window.keyboard.type(gate.password)
      await window.keyboard.press('Enter')
      await closed
      expect(await untilValue(page, 'echo-out', /typed/)).toBe('echo: typed')
    })
  })
})
