/** The login on a host of its own: there and back with the app's own key, and out of reach of whatever runs in the app's pages. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { paths, type Enter } from '../src/contract/contract.ts'
import { parseChallenge } from '../src/contract/proof.ts'
import { Signer } from '../test/rig/signer.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { browserName, withPage } from './browser.ts'
import { letPasswordsAge } from './change-sessions.ts'
import { fieldOf, openKitchen, press, untilValue } from './scenarios/scenario.ts'
import { typePassword } from './sign-in.ts'
import { forgetKeys } from './signing-page.ts'
import { useLoginHost, type LoginHost } from './use-login-host.ts'

const config = `
hosts: [demo.test, login.test]
auth_host: login.test
pace: { address: "100, then 1 per 1s" }
roles:
  everybody: { given_to: [guests], call: ["*", "!echo"], upload: true, components: "*" }
  each: { given_to: [guests], call: [echo], when: { fresh: call } }
  recent: { given_to: [guests], monitoring: true, when: { auth_age: 15m } }
`

describe('a login host', () => {
  let { gate, browser, demo, login, isAt, isInApp }: LoginHost<TestGate> = {} as never
  useLoginHost(
    (upstream, { args }) => startTestGate({ upstream, config, args }),
    (made) => ({ gate, browser, demo, login, isAt, isInApp } = made),
  )

  async function signInThere(page: Page, to = '/'): Promise<void> {
    await page.goto(demo + to)
    await page.waitForURL(isAt(paths.login))
    await typePassword(page, gate.password)
    await page.waitForURL(isInApp)
  }

  const thereWith = (publicKey: string) =>
    `${login}${paths.login}?for=${encodeURIComponent(demo)}#sekisho-key=${publicKey}`

  /** As a script of the app could. */
  async function sendThere(page: Page, publicKey: string): Promise<void> {
    await page.evaluate((url) => location.assign(url), thereWith(publicKey))
    await page.waitForURL(isAt(paths.login))
  }

  const inside = (use: (page: Page) => Promise<void>) =>
    withPage(browser, undefined, async (page) => {
      await signInThere(page)
      await openKitchen(page, demo)
      await use(page)
    })

  it('takes the password, and the app goes on where somebody wanted to go', async () => {
    await withPage(browser, undefined, async (page) => {
      await signInThere(page, '/second-page?a=1#part')
      expect(page.url()).toBe(`${demo}/second-page?a=1#part`)
      await openKitchen(page, demo)
      await fieldOf(page, 'echo-in').fill('in')
      await press(page, 'fast-go')
      expect(await untilValue(page, 'echo-out', /in$/)).toBe('echo: in')
    })
  })

  it('leaves the key in the app’s origin, however often the way there is given up, and no session at its own', async () => {
    await inside(async (page) => {
      const cookies = await page.context().cookies([login])
      expect(cookies.filter(({ name }) => !name.includes('known'))).toEqual([])
      const keyless = await page.context().newPage()
      await keyless.goto(thereWith(new Signer().row.key))
      await keyless.locator('#password').waitFor()
      expect(
        await keyless.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name)),
      ).toEqual([])
      const before = await page.evaluate(keysKept)
      for (let n = 0; n < 9; n++) {
        await page.goto(`${demo}${paths.enter}?again`)
        await page.waitForURL(isAt(paths.login))
      }
      await openKitchen(page, demo)
      const kept = (await page.evaluate(keysKept)).map(({ keyid }) => keyid)
      for (const { keyid } of before) expect(kept).toContain(keyid)
      expect(kept.filter((keyid) => keyid.startsWith('trip:'))).toHaveLength(8)
    })
  })

  it('leaves no code behind for who sent somebody there with a key of their own', async () => {
    await inside(async (page) => {
      const trip = new Signer()
      await page.addInitScript(keepWhatIsSent, paths.enterApi)
      await sendThere(page, trip.row.key)
      const [entering] = await Promise.all([
        page.waitForResponse((answer) => answer.request().method() === 'POST' && isEntering(answer.url())),
        typePassword(page, gate.password),
      ])
      expect(entering.status()).toBe(401)
      await page.getByText('This tab no longer knows').waitFor()
      const sent = await page.evaluate((path) => sessionStorage.getItem(path), paths.enterApi)
      const { code } = JSON.parse(sent ?? '{}') as Enter
      expect(code).toMatch(/^[\w-]{20,}$/)
      await openKitchen(page, demo)
      const seen = await page.evaluate(addressesSeen)
      const entered = seen.filter((url) => new URL(url).pathname === paths.enter)
      if (browserName === 'chromium') expect(entered).not.toEqual([])
      expect(JSON.stringify(seen)).not.toContain(code)
      const late = await page.evaluate(
        async ([path, message]) => {
          const headers = { 'content-type': 'application/json' }
          const sent = await fetch(path, { method: 'POST', headers, body: JSON.stringify(message) })
          return sent.status
        },
        [paths.enterApi, trip.enter(code, demo, new Signer())] as const,
      )
      expect(late).toBe(401)
    })
  })

  it('brings a session of a key that no script of the app made, and forgets that of the way', async () => {
    await inside(async (page) => {
      const planted = await page.evaluate(plantTrip)
      await sendThere(page, planted)
      await typePassword(page, gate.password)
      await page.waitForURL(isInApp)
      const keys = await page.evaluate(keysKept)
      expect(keys.map(({ keyid }) => keyid)).not.toContain('trip:planted')
      const field = await page.evaluate(
        async (path) => (await fetch(path)).headers.get('sekisho-challenge'),
        paths.challenge,
      )
      const [used, ...others] = keys.filter(({ keyid }) => keyid === parseChallenge(field)?.keyid)
      expect([used?.extractable, others]).toEqual([false, []])
    })
  })

  it('is where the password is given again', async () => {
    await inside(async (page) => {
      await fieldOf(page, 'echo-in').fill('confirmed')
      await press(page, 'echo-go')
      const opening = page.context().waitForEvent('page')
      await page.getByRole('button', { name: 'Enter the password' }).click()
      const window = await opening
      await window.waitForURL(isAt(paths.away))
      await window.getByText('Function echo').waitFor()
      const closed = window.waitForEvent('close')
      await typePassword(window, gate.password)
      await closed
      expect(await untilValue(page, 'echo-out', /confirmed/)).toBe('echo: confirmed')
    })
  })

  it('is where the password is given again once the gate has time, by loading the page again', async () => {
    await inside(async (page) => {
      const vouch = `${demo}${paths.enterVouch}`
      await page.context().route(vouch, (route) => route.fulfill({ status: 503 }))
      await fieldOf(page, 'echo-in').fill('later')
      await press(page, 'echo-go')
      const opening = page.context().waitForEvent('page')
      await page.getByRole('button', { name: 'Enter the password' }).click()
      const window = await opening
      await window.getByText('could not be reached').waitFor()
      expect(new URL(window.url()).origin).toBe(demo)
      await page.context().unroute(vouch)
      await window.reload()
      await window.waitForURL(isAt(paths.away))
      const closed = window.waitForEvent('close')
      await typePassword(window, gate.password)
      await closed
      expect(await untilValue(page, 'echo-out', /later/)).toBe('echo: later')
    })
  })

  describe('what an address leads to', () => {
    const status = () => `${demo}/gradio_api/queue/status?a=1`
    const afterAWhile = (use: (page: Page) => Promise<void>) =>
      inside(async (page) => {
        letPasswordsAge(gate)
        await use(page)
      })

    it('is opened after the password was given again there', async () => {
      await afterAWhile(async (page) => {
        await page.goto(status())
        await page.waitForURL(isAt(paths.away))
        await typePassword(page, gate.password)
        await page.waitForURL(status())
        await page.getByText('queue_size').waitFor()
      })
    })

    it('is opened after a new sign-in where the key is gone: without it nobody is asked', async () => {
      await afterAWhile(async (page) => {
        await page.evaluate(forgetKeys)
        await page.goto(status())
        await page.waitForURL(isAt(paths.login))
        await typePassword(page, gate.password)
        await page.waitForURL(status())
        await page.getByText('queue_size').waitFor()
      })
    })
  })

  it('leads to the account page, and back to the app', async () => {
    await inside(async (page) => {
      await page.goto(`${demo}${paths.account}`)
      await page.waitForURL(isAt(paths.login))
      await page.goto(`${login}/`)
      expect(new URL(page.url()).origin).toBe(demo)
    })
  })

  it('takes the password for the account page too, and leads there', async () => {
    await withPage(browser, undefined, async (page) => {
      await page.goto(`${login}${paths.account}`)
      await page.waitForURL(isAt(paths.login))
      await typePassword(page, gate.password)
      await page.waitForURL(isAt(paths.account))
      await page.goto(`${login}${paths.login}?for=${encodeURIComponent(demo)}`)
      // Without the app's key: from the app it comes back with one.
      await page.waitForURL((at) => at.origin === login && at.hash.startsWith('#sekisho-key='))
    })
  })

  it('signs out where the app is', async () => {
    await inside(async (page) => {
      await page.getByRole('button', { name: 'Session and sign-out' }).click()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL(isAt(paths.login))
    })
  })

  it('is out of reach of the app’s scripts: they can neither read it, nor frame it, nor hold on to its window', async () => {
    await inside(async (page) => {
      const there = thereWith(new Signer().row.key)
      expect(
        await page.evaluate(
          (url) =>
            fetch(url).then(
              () => 'read',
              () => 'refused',
            ),
          there,
        ),
      ).toBe('refused')
      const framed = await page.evaluate(async (url) => {
        const frame = document.createElement('iframe')
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
        frame.src = url
        document.body.append(frame)
        await loaded
        return frame.contentDocument === null
      }, there)
      // Of another origin, or an error page of the browser's: in neither case does the app see anything.
      expect(framed).toBe(true)
      const [frame] = page.frames().filter((one) => one !== page.mainFrame())
      expect(await frame?.locator('#password').count()).toBe(0)
      const opening = page.context().waitForEvent('page')
      await page.evaluate((url) => void Object.assign(window, { held: window.open(url) }), there)
      const opened = await opening
      await opened.locator('#password').waitFor()
      await page.waitForFunction(() => (window as unknown as { held: Window }).held.closed)
      expect(await opened.evaluate(() => window.opener === null)).toBe(true)
    })
  })
})

function isEntering(url: string): boolean {
  return new URL(url).pathname === paths.enterApi
}

/** Not every browser tells the test. */
function keepWhatIsSent(path: string): void {
  const send = window.fetch
  window.fetch = (to, init) => {
    if (to === path && typeof init?.body === 'string') sessionStorage.setItem(path, init.body)
    return send(to, init)
  }
}

/** What a page can tell of where this tab has been in its origin; not every browser tells all of it. */
function addressesSeen(): readonly string[] {
  const { navigation } = globalThis as { readonly navigation?: Navigation }
  const entries = navigation?.entries().flatMap(({ url }) => url ?? []) ?? []
  return [location.href, ...entries]
}

/** What the page of the gate's would have kept, of a key that the script can read. Answers its public half. */
async function plantTrip(): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))
  await new Promise<void>((resolve, reject) => {
    const opening = indexedDB.open('sekisho', 1)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('keys', 'readwrite')
      transaction.objectStore('keys').put({ keyid: 'trip:planted', key: privateKey, at: Date.now() })
      transaction.oncomplete = () => resolve(opening.result.close())
      transaction.onabort = () => reject(transaction.error)
    }
  })
  sessionStorage.setItem('sekisho-trip', JSON.stringify({ keyid: 'planted', returnTo: '/', hash: '' }))
  return btoa(String.fromCharCode(...raw))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}

function keysKept(): Promise<readonly { readonly keyid: string; readonly extractable: boolean }[]> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('sekisho', 1)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const asking = opening.result.transaction('keys').objectStore('keys').getAll()
      asking.onerror = () => reject(asking.error)
      asking.onsuccess = () => {
        opening.result.close()
        const rows = asking.result as readonly { readonly keyid: string; readonly key: CryptoKey }[]
        resolve(rows.map(({ keyid, key }) => ({ keyid, extractable: key.extractable })))
      }
    }
  })
}
