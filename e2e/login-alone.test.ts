/**
 * The story: a script of the app, which runs in the same origin as the gate's own pages, goes for the password: it frames the login
 * page, opens it in a window and reaches into it, reads it, and puts a service worker before it. And somebody's file, opened by its
 * address, acts as if it were the app. In a real browser.
 */
import path from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { againParameter, paths } from '../src/contract/contract.ts'
import { countRecords } from '../test/attacks/audit-records.ts'
import { startTestApp, type GradioApp } from '../test/rig/test-app.ts'
import { startTestGate, type TestGate } from '../test/rig/test-gate.ts'
import { browserName, closePage, type Profile } from './browser.ts'
import { signIn, untilFormIsOpen } from './sign-in.ts'
import { names, openVisitor, startSites, type Sites } from './sites.ts'
import { useEnds } from './use-ends.ts'

let [sites, app, gate, plain, profile]: [Sites, GradioApp, TestGate, TestGate, Profile] = [] as never
let origin: string
const keep = useEnds()

beforeAll(async () => {
  sites = await keep(startSites())
  app = await keep(startTestApp('shelves'))
  const args = [...sites.certificate.args, '--host', names.app]
  gate = await keep(startTestGate({ upstream: app.url, args }))
  plain = await keep(startTestGate({ upstream: app.url }))
  profile = await keep(openVisitor('blocked'))
  origin = `https://${names.app}:${String(gate.port)}`
})

async function appPage(at = origin): Promise<Page> {
  const page = await profile.context.newPage()
  await page.goto(at)
  if (new URL(page.url()).pathname !== '/') await signIn(page, at, gate.password)
  return page
}

/** The pages on which passwords are typed; who is signed in is led on by the login page, so that a stranger meets it below. */
const whereTyped = [`${paths.join}#x`, `${paths.confirm}#x`]

/** Null: the browser shows an error of its own there, which is of no origin. */
const inFrame = (page: Page, path: string): Promise<string | null> =>
  page.evaluate(async (src) => {
    const frame = document.createElement('iframe')
    frame.src = src
    const loaded = new Promise((done) => frame.addEventListener('load', done))
    document.body.append(frame)
    await loaded
    return frame.contentDocument === null ? null : frame.contentDocument.documentElement.outerHTML
  }, path)

describe('a script of the app tries to read, frame or script the login', () => {
  it.each(whereTyped)('is blocked by the gate: a frame shows nothing of %s', async (path) => {
    const page = await appPage()
    expect(await inFrame(page, path)).toBeNull()
    // A frame on the app itself is its own affair.
    expect(await inFrame(page, '/')).toContain('<html')
    await closePage(page)
  })

  it('is blocked by the gate: a frame shows nothing of the login page to somebody who is not signed in', async () => {
    const stranger = await openVisitor('allowed')
    try {
      const page = await stranger.context.newPage()
      // What a stranger may see and is no page of the gate.
      await page.goto(`${origin}/robots.txt`)
      expect(await inFrame(page, paths.login)).toBeNull()
    } finally {
      await stranger.close()
    }
  })

  it.each(whereTyped)('is blocked by the gate: a window on %s is no handle', async (path) => {
    const page = await appPage()
    const opened = profile.context.waitForEvent('page')
    const seen = page.evaluate(async (url) => {
      const handle = window.open(url, 'gate')
      // A window that went on to other company looks closed from here.
      while (handle?.closed === false) await new Promise((done) => setTimeout(done, 20))
      try {
        return handle?.document.documentElement.outerHTML ?? 'nothing'
      } catch (thrown) {
        return thrown instanceof DOMException ? thrown.name : 'another fault'
      }
    }, path)
    const other = await opened
    // Or the empty document that was there at first, and now belongs to no window.
    expect(['SecurityError', '<html><head></head><body></body></html>']).toContain(await seen)
    await other.locator('form').first().waitFor({ state: 'attached' })
    expect(await other.evaluate(() => window.opener === null)).toBe(true)
    // Alone in its process: not to be read by way of a fault of the processor either.
    expect(await other.evaluate(() => crossOriginIsolated)).toBe(true)
    await closePage(other)
    await closePage(page)
  })

  it('has a handle on a window of the app itself, as without the gate', async () => {
    const page = await appPage()
    const opened = profile.context.waitForEvent('page')
    const title = page.evaluate(async () => {
      const handle = window.open('/')
      while (handle?.document.title !== 'Shelves') await new Promise((done) => setTimeout(done, 20))
      return handle.document.title
    })
    expect(await title).toBe('Shelves')
    await closePage(await opened)
    await closePage(page)
  })

  describe('as a service worker', () => {
    /** By http on loopback: Firefox takes no service worker from a page whose certificate it doesn't know. */
    const register = async (at: string) => {
      const page = await appPage(at)
      const script = `/gradio_api/file=${app.temporary}/shelf/worker.js`
      // It is a script that pages may load.
      expect(
        await page.evaluate(async (url) => (await fetch(url)).headers.get('content-type'), script),
      ).toContain('javascript')
      const said = await page.evaluate(
        (url) =>
          navigator.serviceWorker.register(url).then(
            () => 'registered',
            (thrown: unknown) => String(thrown),
          ),
        script,
      )
      const left = await page.evaluate(async () => {
        const all = await navigator.serviceWorker.getRegistrations()
        for (const one of all) await one.unregister()
        return all.length
      })
      await closePage(page)
      return { said, left }
    }

    it('succeeds on the bare app', async () => {
      expect(await register(app.url)).toEqual({ said: 'registered', left: 1 })
    })

    it('is blocked by the gate: no script of the app becomes one', async () => {
      const records = path.join(plain.home, 'state', 'audit')
      const before = await countRecords(records, 'origin-foreign')
      const { said, left } = await register(plain.url)
      // Firefox doesn't tell the page why.
      expect(said).toMatch(browserName === 'chromium' ? /^TypeError.*403/ : /^TypeError/)
      expect(left).toBe(0)
      await expect.poll(() => countRecords(records, 'origin-foreign')).toBe(before + 1)
    })
  })

  it('hears and reads nothing of what is typed there, by whatever way windows of one origin have', async () => {
    const page = await appPage()
    const login = `${paths.login}?${againParameter}=1`
    const alone = await openNamed(page, login)
    await untilFormIsOpen(alone)
    await alone.locator('#password').fill(gate.password)
    const typed = await waysTo(page, gate.password, login)
    await alone.locator('#submit').click()
    await alone.waitForURL(`${origin}/`)
    expect([typed, await page.evaluate(heardOf, gate.password)]).toEqual([[], []])

    // The same script, and a window of the app's own.
    const own = await openNamed(page, '/')
    await own.evaluate((text) => {
      const field = document.body.appendChild(document.createElement('input'))
      field.setAttribute('value', text)
      localStorage.setItem('typed', text)
      new BroadcastChannel('sekisho-session').postMessage(text)
      document.cookie = `typed=${text}`
    }, gate.password)
    await expect.poll(() => page.evaluate(heardOf, gate.password)).toEqual(['channel', 'storage event'])
    expect(await waysTo(page, gate.password, '/')).toEqual([
      'channel',
      'cookie',
      'handle',
      'name',
      'storage',
      'storage event',
    ])
    await own.evaluate(() => {
      localStorage.removeItem('typed')
      document.cookie = 'typed=; max-age=0'
    })
    for (const one of [own, alone, page]) await closePage(one)
  })
})

declare global {
  interface Window {
    /** The windows that the script opened, under the names it gave them. */
    opened: Record<string, Window | null>
    heard: [way: string, text: string][]
  }
}

/** Not an empty one that a script opened before and has closed, of which the driver may only hear now. */
function nextWindowAt(address: string): Promise<Page> {
  return profile.context.waitForEvent('page', (one) =>
    one.waitForURL(address).then(
      () => true,
      () => false,
    ),
  )
}

/** By a script of the page, which from then on listens. */
async function openNamed(page: Page, path: string): Promise<Page> {
  const opening = nextWindowAt(new URL(path, origin).href)
  await page.evaluate((url) => {
    if (window.heard === undefined) {
      window.heard = []
      addEventListener('storage', ({ newValue }) => window.heard.push(['storage event', String(newValue)]))
      addEventListener('message', ({ data }) => window.heard.push(['message', JSON.stringify(data)]))
      for (const name of ['sekisho-session', 'sekisho-confirmation'])
        new BroadcastChannel(name).onmessage = ({ data }) =>
          window.heard.push(['channel', JSON.stringify(data)])
    }
    window.opened = { ...window.opened, [url]: window.open(url, url) }
  }, path)
  return opening
}

const heardOf = (text: string): readonly string[] =>
  [...new Set(window.heard.filter(([, told]) => told.includes(text)).map(([way]) => way))].sort()

/** The ways by which a script finds the text in the window that it opened under this path. */
async function waysTo(page: Page, text: string, path: string): Promise<readonly string[]> {
  const found = await page.evaluate(async (url) => {
    const textOf = (view: Window | null | undefined) => {
      try {
        const fields = [...(view?.document.querySelectorAll('input') ?? [])].map(({ value }) => value)
        return [view?.document.documentElement.outerHTML, view?.name, ...fields].join('\n')
      } catch (thrown) {
        return String(thrown)
      }
    }
    const databases = await indexedDB.databases()
    const byName = window.open('', url)
    const named = textOf(byName)
    try {
      // There was none of this name within reach.
      if (byName?.location.href === 'about:blank') byName.close()
    } catch {
      // There was, and the browser lets no script look into it: `named` says so.
    }
    return {
      fetch: await (await fetch(url)).text(),
      handle: textOf(window.opened[url]),
      name: named,
      opener: textOf(window.opener as Window | null),
      storage: JSON.stringify([{ ...localStorage }, { ...sessionStorage }, databases]),
      cookie: document.cookie,
    }
  }, path)
  const read = Object.entries(found).filter(([, seen]) => seen.includes(text))
  return [...read.map(([way]) => way), ...(await page.evaluate(heardOf, text))].sort()
}

describe('another site that opens the app in a window', () => {
  it('is blocked by the gate: it has no handle on it', async () => {
    await closePage(await appPage())
    const foreign = await profile.context.newPage()
    await foreign.goto(sites.pageOf('foreign'))
    const opened = nextWindowAt(`${origin}/`)
    const seen = foreign.evaluate(async (url) => {
      const handle = window.open(url)
      while (handle?.closed === false) await new Promise((done) => setTimeout(done, 20))
      return handle?.length
    }, origin)
    const page = await opened
    expect(await seen).toBe(0)
    await page.locator('#make').waitFor()
    await closePage(page)
    await closePage(foreign)
  })
})

describe('what stands on a page of the app without being a script', () => {
  it('is blocked by the gate: a form in somebody’s text sends nothing to another site', async () => {
    const page = await appPage()
    await page.locator('#note form').waitFor({ state: 'attached' })
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).hostname))
    const violated = await page.evaluate(() => {
      const told = new Promise<string>((done) =>
        document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective)),
      )
      // By itself: Firefox makes an exception of it.
      setTimeout(() => document.querySelector<HTMLFormElement>('#note form')?.submit())
      return told
    })
    expect(violated).toBe('form-action')
    expect(asked).not.toContain(names.foreign)
    await closePage(page)
  })
})

describe('a file that is opened by its address', () => {
  /** Whether the script in it ran. */
  const ran = (page: Page) => page.evaluate(() => document.documentElement.dataset['ran'] === 'yes')
  const open = async (file: string): Promise<Page> => {
    const page = await appPage()
    await page.goto(`${origin}/gradio_api/file=${app.temporary}/${file}`)
    return page
  }

  it.each(['made/page.html', 'made/drawing.svg'])(
    'is blocked by the gate: %s, made for a person, acts for nobody',
    async (file) => {
      const made = await appPage()
      await made.locator('#make').click()
      await made.locator('#made a').first().waitFor()
      await closePage(made)
      const page = await open(file)
      expect(await page.evaluate(() => [self.origin, document.querySelector('h1, circle') !== null])).toEqual(
        ['null', true],
      )
      expect(await ran(page)).toBe(false)
      await closePage(page)
    },
  )

  it.each(['shelf/page.html', 'shelf/drawing.svg'])(
    'acts as before when the app shows it to everybody: %s',
    async (file) => {
      const page = await open(file)
      expect(await page.evaluate(() => self.origin)).toBe(origin)
      expect(await ran(page)).toBe(true)
      await closePage(page)
    },
  )

  it('shows films, sound, pictures and documents as before', async () => {
    const made = await appPage()
    await made.locator('#make').click()
    await made.locator('#made a').first().waitFor()
    await closePage(made)
    // Firefox offers this kind of sound for download, here as on the app itself.
    const sounds = browserName === 'chromium' ? ['made/sound.wav'] : []
    for (const file of ['made/film.mp4', ...sounds]) {
      const page = await open(file)
      await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2)
      await closePage(page)
    }
    const picture = await open('made/picture.png')
    expect(await picture.evaluate(() => document.images[0]?.naturalWidth)).toBe(1)
    await closePage(picture)
    const text = await open('made/words.txt')
    expect(await text.evaluate(() => document.body.innerText)).toBe('words')
    await closePage(text)
  })
})

describe('signing out', () => {
  it('clears what the app’s pages left in the browser, and breaks no open page', async () => {
    const page = await appPage()
    const other = await appPage()
    const open = () =>
      new Promise<IDBDatabase>((done) => {
        const asked = indexedDB.open('app')
        asked.onsuccess = () => done(asked.result)
      })
    await page.evaluate(open)
    await page.evaluate(() => localStorage.setItem('chat', 'what was said'))
    const errors: string[] = []
    other.on('pageerror', (error) => errors.push(error.message))
    await page.getByRole('button', { name: 'Session and sign-out' }).click()
    const answered = page.waitForResponse((answer) => answer.url().endsWith(paths.logout))
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect((await answered).status()).toBe(204)
    await page.waitForURL(`${origin}${paths.login}`)
    await untilFormIsOpen(page)
    expect(await page.evaluate(() => localStorage.getItem('chat'))).toBeNull()
    const left = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))
    expect(left).not.toContain('app')
    await other.getByText('You have been signed out').waitFor()
    expect(errors).toEqual([])
    await closePage(other)
    await closePage(page)
  })
})
