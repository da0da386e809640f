/** The password asked for again in the middle of the app's use: in a window of the gate's own, after which the call goes on. */
import type { Browser, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { againParameter, paths } from '../src/contract/contract.ts'
import type { TestGate } from '../test/rig/test-gate.ts'
import { withPage } from './browser.ts'
import { letPasswordsAge } from './change-sessions.ts'
import { addFrameOfApp } from './frame-of-app.ts'
import { fieldOf, openKitchen, press, untilValue, valueOf } from './scenarios/scenario.ts'
import { useSideBySide } from './side-by-side.ts'
import { signIn, typePassword, untilFormIsOpen } from './sign-in.ts'

const config = `
pace: { address: "100, then 1 per 1s" }
roles:
  everybody: { given_to: [guests], call: ["*", "!echo", "!fast_echo"], upload: true, components: "*" }
  each: { given_to: [guests], call: [echo], when: { fresh: call } }
  recent: { given_to: [guests], call: [fast_echo], when: { auth_age: 15m } }
`

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Please confirm that it is you' })

/** Of a call that nobody did anything for. */
const statusOf = (view: Pick<Page, 'evaluate'>, name: string) =>
  view.evaluate(async (at) => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(at, { method: 'POST', headers, body: '{"data":["x"]}' })).status
  }, `gradio_api/run/${name}`)

async function openWindow(page: Page): Promise<Page> {
  const opening = page.context().waitForEvent('page')
  await dialog(page).getByRole('button', { name: 'Enter the password' }).click()
  return opening
}

/** The window closes itself when it has done its work. */
async function giveIn(window: Page, typed: string): Promise<void> {
  const closed = window.waitForEvent('close')
  await typePassword(window, typed)
  await closed
}

describe('a call that needs the password', () => {
  let [gate, browser]: [TestGate, Browser] = [] as never

  useSideBySide({ app: 'kitchen', gate: { config } }, (made) => ({ gate, browser } = made))

  const inside = (use: (page: Page) => Promise<void>) =>
    withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, gate.password)
      await openKitchen(page, gate.url)
      await use(page)
    })

  async function echo(page: Page, text: string, by: 'echo-go' | 'fast-go' = 'echo-go'): Promise<void> {
    await fieldOf(page, 'echo-in').fill(text)
    await press(page, by)
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
        await giveIn(window, gate.password)
        expect(await untilValue(page, 'echo-out', new RegExp(`echo: ${text}`))).toBe(`echo: ${text}`)
        await dialog(page).waitFor({ state: 'hidden' })
      }
    })
  })

  it('is asked for when the password is old, and then not again', async () => {
    await inside(async (page) => {
      letPasswordsAge(gate)
      await echo(page, 'first', 'fast-go')
      await giveIn(await openWindow(page), gate.password)
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
      // Before its script has run the link leads away from the ticket.
      await untilFormIsOpen(window)
      await window.getByRole('link', { name: '日本語' }).click()
      await window.getByRole('heading', { name: 'ご本人の確認' }).waitFor()
      await typePassword(window, 'not the password at all')
      await window.getByText('パスワードが正しくありません').waitFor()
      await giveIn(window, gate.password)
      expect(await untilValue(page, 'echo-out', /again/)).toBe('echo: again')
    })
  })

  it('hears nothing of a ticket that was made up: whoever did that may have had the call done', async () => {
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

  it('that an app makes by itself asks no more once it was cancelled, until the person does something in the app', async () => {
    await inside(async (page) => {
      letPasswordsAge(gate)
      await page.evaluate(() => {
        const root = document.documentElement
        const count = (name: 'refused' | 'done') => {
          root.dataset[name] = String(Number(root.dataset[name] ?? 0) + 1)
        }
        let busy = false
        setInterval(() => {
          if (busy) return
          busy = true
          const headers = { 'content-type': 'application/json' }
          void fetch('gradio_api/run/fast_echo', { method: 'POST', headers, body: '{"data":["x"]}' })
            .then(({ status }) => count(status === 403 ? 'refused' : 'done'))
            .finally(() => (busy = false))
        }, 100)
      })
      /** While one waits for the person none is refused. */
      const untilRefused = (times: number) =>
        page.waitForFunction(
          (least) => Number(document.documentElement.dataset['refused'] ?? 0) >= least,
          times,
        )
      await dialog(page).waitFor()
      await page.keyboard.press('Escape')
      await untilRefused(4)
      await fieldOf(page, 'echo-in').click()
      await dialog(page).waitFor()
      const before = Number(await page.locator('html').getAttribute('data-refused'))
      await dialog(page).getByRole('button', { name: 'Cancel the call' }).click()
      await untilRefused(before + 4)
      expect(await dialog(page).isVisible()).toBe(false)
      await fieldOf(page, 'echo-in').click()
      await giveIn(await openWindow(page), gate.password)
      await page.locator('html[data-done]').waitFor({ state: 'attached' })
    })
  })

  it('asks again for what the person did after it was cancelled, however long that takes, in a frame of the app too', async () => {
    await inside(async (page) => {
      letPasswordsAge(gate)
      const frame = await addFrameOfApp(page)
      await fieldOf(frame, 'echo-in').waitFor()
      for (const view of [page, frame]) {
        const call = () => statusOf(view, 'fast_echo')
        const cancelled = call()
        await dialog(page).getByRole('button', { name: 'Cancel the call' }).click()
        expect([await cancelled, await call()]).toEqual([403, 403])
        await fieldOf(view, 'echo-in').click()
        await page.waitForFunction(() => !navigator.userActivation.isActive)
        const late = call()
        await dialog(page).getByRole('button', { name: 'Cancel the call' }).click()
        expect([await late, await call()]).toEqual([403, 403])
        await fieldOf(page, 'echo-in').click()
      }
    })
  })

  it('goes on with others that waited for the same password', async () => {
    await inside(async (page) => {
      letPasswordsAge(gate)
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
      await giveIn(await openWindow(page), gate.password)
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

const quietConfig = `
roles:
  everybody: { given_to: [guests, users], call: ["*", "!predict"], upload: true, components: "*" }
  each: { given_to: [guests, users], call: [predict], when: { fresh: call } }
`

/** In an app that calls nothing by itself: Gradio's page loads itself anew when a stream of a call is cut, as with the former session. */
describe('a call that needs the password, and somebody signs in anew', () => {
  let [gate, browser]: [TestGate, Browser] = [] as never

  /** Of the user bob. */
  let password = ''

  useSideBySide({ app: 'careless', gate: { config: quietConfig } }, async (made) => {
    ;({ gate, browser } = made)
    const { stdout } = await gate.cli('user', 'add', 'bob', '--generate', '--json')
    password = (JSON.parse(stdout) as { password: string }).password
  })

  const inside = (use: (page: Page) => Promise<void>, username?: 'bob') =>
    withPage(browser, undefined, async (page) => {
      await signIn(page, gate.url, username === undefined ? gate.password : password, username)
      await use(page)
    })

  async function signInAnew(page: Page, password: string, username?: string): Promise<void> {
    const again = await page.context().newPage()
    await signIn(again, `${gate.url}${paths.login}?${againParameter}=1`, password, username)
    await again.close()
  }

  async function predict(page: Page, text: string): Promise<void> {
    await fieldOf(page, 'text').fill(text)
    await press(page, 'predict-go')
  }

  it('asks with another ticket where its own is over, and then goes on', async () => {
    await inside(async (page) => {
      await predict(page, 'late')
      await dialog(page).waitFor()
      // A ticket is of one session; one that is too old is answered alike.
      await signInAnew(page, password, 'bob')
      const over = await openWindow(page)
      await over.getByText('This took too long').waitFor()
      await over.close()
      // Until another ticket has come a window is opened for the old one.
      await dialog(page).getByText('The window is open').waitFor({ state: 'hidden' })
      await giveIn(await openWindow(page), password)
      expect(await untilValue(page, 'out', /etal/)).toBe('etal')
    }, 'bob')
  })

  it('is refused where somebody signs in anew with the shared password, since nothing of the former session is theirs', async () => {
    await inside(async (page) => {
      await predict(page, 'former')
      await dialog(page).waitFor()
      await signInAnew(page, gate.password)
      await dialog(page).waitFor({ state: 'hidden' })
      await page.getByText('Please confirm that it is you.').first().waitFor()
      expect(await valueOf(page, 'text')).toBe('former')
      expect(await valueOf(page, 'out')).toBe('')
    })
  })

  it('asks again after it was cancelled once the same person signed in anew', async () => {
    await inside(async (page) => {
      const cancel = dialog(page).getByRole('button', { name: 'Cancel the call' })
      const cancelled = statusOf(page, 'predict')
      await cancel.click()
      expect([await cancelled, await statusOf(page, 'predict')]).toEqual([403, 403])
      await page.evaluate(() => {
        new BroadcastChannel('sekisho-session').onmessage = () =>
          document.documentElement.toggleAttribute('data-told', true)
      })
      await signInAnew(page, password, 'bob')
      await page.locator('html[data-told]').waitFor({ state: 'attached' })
      const again = statusOf(page, 'predict')
      await cancel.click()
      expect(await again).toBe(403)
    }, 'bob')
  })
})
