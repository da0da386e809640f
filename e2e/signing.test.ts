/** What an app sees of the script that signs: nothing. Each call is made signed and by the browser's own means, and compared. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildWeb } from '../scripts/build-web.ts'
import { startProvingServer, type ProvingServer, type Seen } from '../test/rig/proving-server.ts'
import { openBrowser, openPage } from './browser.ts'

declare global {
  interface Window {
    /** Of a frame into which nothing was put. */
    untouched: { fetch: typeof fetch; XMLHttpRequest: typeof XMLHttpRequest; Request: typeof Request }
    waiting: readonly Promise<unknown>[]
    /** What an XMLHttpRequest tells, as a list of events and states. */
    record(kind: typeof XMLHttpRequest, use: (request: XMLHttpRequest) => void): Promise<readonly string[]>
  }
}

const mark = 'data-sekisho-unproven'

describe('a page that signs', () => {
  let [server, other, browser, page]: [ProvingServer, ProvingServer, Browser, Page] = [] as never

  beforeAll(async () => {
    const { assets } = await buildWeb()
    const folder = path.join(import.meta.dirname, '../dist/web/assets')
    const script = await readFile(path.join(folder, assets['proof.js'] ?? ''), 'utf8')
    server = await startProvingServer(script)
    other = await startProvingServer(script)
    browser = await openBrowser()
    page = await openPage(browser)
    await page.goto(server.url)
    await signIn(page, server)
  })

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await other?.stop()
  })

  beforeEach(async () => {
    await page.goto(server.url)
    await page.evaluate(prepare)
    server.forget()
    other.forget()
  })

  it('sends what fetch would send, with a proof that the gate takes', async () => {
    const pairs = await page.evaluate(async () => {
      const form = () => {
        const made = new FormData()
        made.append('a "quoted"\nname', 'two\nlines\r\nand\rmore 関所')
        made.append('file', new File(['x'.repeat(300_000)], 'é "1".txt', { type: 'text/x' }))
        made.append('blob', new Blob(['12345']))
        made.append('empty', new File([], ''))
        return made
      }
      const post = { method: 'POST' }
      const calls: Record<string, (how: Window['untouched'], to: string) => Promise<Response>> = {
        'a plain get': (how, to) => how.fetch(to),
        'a query': (how, to) => how.fetch(`${to}?a=%20b&c#part`),
        'a lone question mark': (how, to) => how.fetch(`${to}?`, post),
        'an address object': (how, to) => how.fetch(new URL(to)),
        'a post without a body': (how, to) => how.fetch(to, post),
        text: (how, to) => how.fetch(to, { ...post, body: 'é 関所' }),
        'no text': (how, to) => how.fetch(to, { ...post, body: '' }),
        json: (how, to) =>
          how.fetch(to, {
            ...post,
            body: '{"a":1}',
            headers: { 'content-type': 'application/json', 'x-own': '1' },
          }),
        bytes: (how, to) => how.fetch(to, { method: 'put', body: Uint8Array.of(1, 2, 3) }),
        'a blob': (how, to) => how.fetch(to, { method: 'PATCH', body: new Blob(['b'], { type: 'text/b' }) }),
        'a query as a body': (how, to) => how.fetch(to, { ...post, body: new URLSearchParams({ a: 'b c' }) }),
        'a form': (how, to) => how.fetch(to, { ...post, body: form() }),
        'a delete': (how, to) => how.fetch(to, { method: 'delete', headers: [['x-own', '2']] }),
        'a Request': (how, to) =>
          how.fetch(new how.Request(to, { ...post, body: 'r', headers: { 'x-own': '3' } })),
        'a Request with a form': (how, to) => how.fetch(new how.Request(to, { ...post, body: form() })),
        'a Request without a body': (how, to) => how.fetch(new how.Request(to, post)),
        'a Request with other settings': (how, to) =>
          how.fetch(new how.Request(to, { headers: { 'x-own': '4' } }), { ...post, body: 'new' }),
        'a call without cors': (how, to) => how.fetch(to, { ...post, mode: 'same-origin', body: 's' }),
        'a call that outlives its page': (how, to) => how.fetch(to, { ...post, keepalive: true, body: 'k' }),
      }
      const here = location.origin
      const patched = {
        fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
        XMLHttpRequest,
        Request,
      }
      const found: [string, unknown, unknown][] = []
      for (const [name, call] of Object.entries(calls)) {
        const signed = await call(patched, `${here}/echo`)
        const plain = await call(window.untouched, `${here}/open/echo`)
        found.push([name, await signed.json(), await plain.json()])
      }
      return found as [string, Seen, Seen][]
    })
    for (const [name, signed, plain] of pairs) {
      expect(signed, name).toEqual({ ...plain, target: plain.target.replace('/open', ''), proof: 'held' })
      expect(plain.proof, name).toBe('none')
    }
    expect(pairs.length).toBeGreaterThan(15)
    expect(server.judged.filter(({ as }) => as !== 'held' && as !== 'none')).toEqual([])
  })

  it('keeps what fetch is: its name, its errors, its way to be given up, its streams', async () => {
    const found = await page.evaluate(async () => {
      const reasonOf = (promise: Promise<unknown>) =>
        promise.then(
          () => 'nothing',
          (thrown: unknown) => String(thrown),
        )
      const given = new AbortController()
      const before = reasonOf(fetch('/silent', { signal: given.signal }))
      given.abort('enough')
      const stream = new AbortController()
      const answer = await fetch('/endless', { signal: stream.signal })
      const reader = answer.body?.getReader()
      const first = new TextDecoder().decode((await reader?.read())?.value)
      stream.abort()
      return {
        name: [fetch.name, fetch.length, 'prototype' in fetch],
        before: await before,
        aborted: await reasonOf(fetch('/echo', { signal: AbortSignal.abort('too late') })),
        address: (await reasonOf(fetch('http://['))).split(':')[0],
        body: (await reasonOf(fetch('/echo', { body: 'x' }))).split(':')[0],
        stranger: (await reasonOf(fetch.call({} as never, 'data:,'))).split(':')[0],
        first,
        cut: (await reasonOf(reader?.read() ?? Promise.resolve())).split(':')[0],
        type: answer.type,
        url: answer.url,
      }
    })
    expect(found).toEqual({
      name: ['fetch', 1, false],
      before: 'enough',
      aborted: 'too late',
      address: 'TypeError',
      body: 'TypeError',
      stranger: 'TypeError',
      first: 'data: 1\n\n',
      cut: 'AbortError',
      type: 'basic',
      url: `${server.url}/endless`,
    })
  })

  it('takes another challenge and repeats once, with the same body, when the one it has is over', async () => {
    server.restart()
    const bodies = await page.evaluate(async () => {
      const post = { method: 'POST', duplex: 'half' }
      const stream = new Response('stream').body as BodyInit
      const all = [
        fetch('/echo', { ...post, body: 'text' }),
        fetch(new Request('/echo', { ...post, body: new Blob(['blob']) })),
        fetch('/echo', { ...post, body: stream }),
      ].map(async (answer) => ((await (await answer).json()) as { body: string }).body)
      return Promise.all(all)
    })
    expect(bodies).toEqual(['text', 'blob', 'stream'])
    const judged = server.judged.map(({ as }) => as)
    expect(judged.filter((as) => as === 'held')).toHaveLength(3)
    // What was signed after the first of them was refused had the new challenge already.
    expect(new Set(judged)).toEqual(new Set(['proof-stale', 'held']))
    expect(judged.length).toBeLessThanOrEqual(6)
    server.forget()
    await page.evaluate(() => fetch('/echo', { method: 'POST', body: 'x' }))
    expect(server.judged).toEqual([{ path: '/echo', as: 'held' }])
  })

  it('follows redirects, and never does twice what changed something', async () => {
    const statuses = await page.evaluate(
      async ([elsewhere]) => {
        const get = await fetch('/302?to=/echo')
        const post = await fetch('/307?to=/echo', { method: 'POST', body: 'x' })
        const away = await fetch(`/open/302?to=${elsewhere}/open/echo`, { mode: 'no-cors' })
        const manual = await fetch('/302?to=/echo', { redirect: 'manual' })
        return [get.status, get.redirected, post.status, away.type, manual.type]
      },
      [other.url],
    )
    expect(statuses).toEqual([200, false, 401, 'opaque', 'opaqueredirect'])
    expect(server.judged.filter(({ path: at }) => at === '/307')).toHaveLength(1)
    // The browser asks first whether our fields may go along, hears no, and then goes without.
    expect([...new Set(other.judged.map(({ as }) => as))]).toEqual(['none'])
  })

  it('sends nothing of a proof to another origin, nor with what signs itself in', async () => {
    await page.evaluate(
      async ([elsewhere]) => {
        await fetch(`${elsewhere}/open/echo`, { mode: 'no-cors', method: 'POST', body: 'x' })
        for (const own of ['login/start', 'login/finish', 'join/look', 'logout'])
          await fetch(`/.sekisho/api/${own}`, { method: 'POST', body: '{}' })
      },
      [other.url],
    )
    expect(other.judged.map(({ as }) => as)).toEqual(['none'])
    expect([...new Set(server.judged.map(({ path: at }) => at))]).toHaveLength(4)
    expect(server.judged.map(({ as }) => as)).toContain('none')
  })

  const uses: Record<string, (request: XMLHttpRequest, to: string) => void> = {
    'a get': (request, to) => {
      request.open('GET', `${to}/echo`)
      request.send()
    },
    'a form with its progress': (request, to) => {
      const form = new FormData()
      form.append('file', new Blob(['x'.repeat(200_000)]), 'x.bin')
      for (const kind of ['loadstart', 'load', 'loadend'])
        request.upload.addEventListener(kind, () => request.dispatchEvent(new Event(`upload-${kind}`)))
      request.open('post', `${to}/echo`)
      request.setRequestHeader('x-own', '1')
      request.responseType = 'json'
      request.send(form)
    },
    'one that is given up at once': (request, to) => {
      request.open('POST', `${to}/silent`)
      request.send('x')
      request.abort()
    },
    'one that is given up when it answers': (request, to) => {
      request.open('GET', `${to}/endless`)
      request.addEventListener('readystatechange', () => void (request.readyState === 3 && request.abort()))
      request.send()
    },
    'one that takes too long': (request, to) => {
      request.open('GET', `${to}/silent`)
      request.timeout = 20
      request.send()
    },
    'one that is opened again meanwhile': (request, to) => {
      request.open('POST', `${to}/silent`)
      request.send('x')
      request.open('GET', `${to}/echo`)
      request.send()
    },
    'one that is refused by the app': (request, to) => {
      request.open('DELETE', `${to}/404`)
      request.send()
    },
    'one that is used twice': (request, to) => {
      request.open('GET', `${to}/echo`)
      request.addEventListener(
        'loadend',
        () => {
          request.open('PUT', `${to}/echo`)
          request.send(Uint8Array.of(1))
        },
        { once: true },
      )
      request.send()
    },
    'one that does everything wrong': (request, to) => {
      const dare = (attempt: () => void) => {
        try {
          attempt()
        } catch (thrown) {
          request.dispatchEvent(new Event((thrown as Error).name))
        }
      }
      dare(() => request.send())
      dare(() => request.setRequestHeader('a', 'b'))
      dare(() => request.open('GET', 'http://['))
      dare(() => request.open('T RACE', to))
      request.open('POST', `${to}/echo`)
      dare(() => request.setRequestHeader('a b', 'c'))
      request.send('x')
      dare(() => request.send('y'))
      dare(() => request.setRequestHeader('x-own', 'late'))
    },
  }

  it.each(Object.keys(uses))('shows of an XMLHttpRequest what the browser shows: %s', async (name) => {
    const use = String(uses[name])
    const [signed, plain] = await page.evaluate(async (code) => {
      const run = window.eval(`(${code})`) as (request: XMLHttpRequest, to: string) => void
      const here = location.origin
      const ours = await window.record(XMLHttpRequest, (request) => run(request, here))
      const theirs = await window.record(window.untouched.XMLHttpRequest, (request) =>
        run(request, `${here}/open`),
      )
      return [ours, theirs]
    }, use)
    expect(signed).toEqual(plain)
    expect(signed.length).toBeGreaterThan(2)
    expect(server.judged.filter(({ as }) => as.startsWith('proof-'))).toEqual([])
  })

  it.each(['a get', 'one that is refused by the app', 'one that is used twice'])(
    'hides from the app that an XMLHttpRequest was sent twice: %s',
    async (name) => {
      server.restart()
      const [signed, plain] = await page.evaluate(async (code) => {
        const run = window.eval(`(${code})`) as (request: XMLHttpRequest, to: string) => void
        const ours = await window.record(XMLHttpRequest, (request) => run(request, location.origin))
        const theirs = await window.record(window.untouched.XMLHttpRequest, (request) =>
          run(request, `${location.origin}/open`),
        )
        return [ours, theirs]
      }, String(uses[name]))
      expect(signed).toEqual(plain)
      expect(server.judged.map(({ as }) => as).slice(0, 2)).toEqual(['proof-stale', 'held'])
    },
  )

  it('passes a synchronous XMLHttpRequest as it is', async () => {
    const status = await page.evaluate(() => {
      const request = new XMLHttpRequest()
      request.open('GET', '/open/echo', false)
      request.send()
      return [request.status, request instanceof XMLHttpRequest, XMLHttpRequest.DONE]
    })
    expect(status).toEqual([200, true, 4])
    expect(server.judged).toEqual([{ path: '/open/echo', as: 'none' }])
  })

  it('signs with the new key after somebody signed in again in another tab, of which it did not hear', async () => {
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await signIn(tab, server, 'silently')
    const answer = await page.evaluate(async () => (await fetch('/echo')).status)
    expect(answer).toBe(200)
    expect(server.judged.map(({ as }) => as)).toEqual(['proof-key', 'held'])
    await tab.close()
  })

  it('says so when the key is gone, keeps what was asked, and goes on when there is one again', async () => {
    await page.evaluate(forgetKeys)
    await page.goto(server.url)
    await page.evaluate(prepare)
    await page.evaluate(answerWhetherSame, true)
    server.forget()
    await page.evaluate(() => {
      const given = new AbortController()
      const post = { method: 'POST', body: 'x' }
      window.waiting = [
        fetch('/echo', post).then(async (answer) => (await answer.json()) as unknown),
        window.record(XMLHttpRequest, (request) => {
          request.open('GET', '/echo')
          request.send()
        }),
        fetch('/given-up', { ...post, signal: given.signal }).catch(String),
      ]
      document.addEventListener('give-up', () => given.abort('no longer'))
    })
    await page.locator(`html[${mark}]`).waitFor({ state: 'attached' })
    await page.evaluate(() => document.dispatchEvent(new Event('give-up')))
    expect(await page.evaluate(() => window.waiting[2])).toBe('no longer')
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    await signIn(tab, server)
    await page.locator(`html:not([${mark}])`).waitFor({ state: 'attached' })
    const [seen, events] = await page.evaluate(() => Promise.all(window.waiting))
    expect(seen).toMatchObject({ proof: 'held', body: 'x' })
    expect((events as readonly string[]).map((event) => event.split(' {')[0])).toEqual([
      ...[
        'readystatechange 1',
        'loadstart 1',
        'readystatechange 2',
        'readystatechange 3',
        'readystatechange 4',
      ],
      ...['load 4 200', 'loadend 4'],
    ])
    expect(new Set(server.judged.map(({ as }) => as))).toEqual(new Set(['none', 'held']))
    await tab.close()
  })

  it('refuses to the app what waited for a key, where somebody else has one now or nobody can tell', async () => {
    for (const same of [false, undefined]) {
      await page.evaluate(forgetKeys)
      await page.goto(server.url)
      await page.evaluate(prepare)
      if (same !== undefined) await page.evaluate(answerWhetherSame, same)
      server.forget()
      await page.evaluate(() => {
        const post = { method: 'POST', body: 'x' }
        window.waiting = [
          fetch('/echo', post).then(({ status }) => status),
          new Promise((resolve) => {
            const request = new XMLHttpRequest()
            request.addEventListener('load', () => resolve(request.status))
            request.open('POST', '/echo')
            request.send('x')
          }),
        ]
      })
      await page.locator(`html[${mark}]`).waitFor({ state: 'attached' })
      // This one hears that the key is gone before it is sent.
      await page.evaluate(() => {
        const late = fetch('/echo', { method: 'POST', body: 'late' }).then(({ status }) => status)
        window.waiting = [...window.waiting, late]
      })
      const tab = await page.context().newPage()
      await tab.goto(server.url)
      await signIn(tab, server)
      expect(await page.evaluate(() => Promise.all(window.waiting))).toEqual([401, 401, 401])
      expect(server.judged.filter(({ as }) => as === 'held')).toEqual([])
      await page.locator(`html:not([${mark}])`).waitFor({ state: 'attached' })
      await tab.close()
    }
  })

  it('keeps up with hundreds of calls at once', async () => {
    const statuses = await page.evaluate(async () => {
      const all = Array.from({ length: 300 }, (_, n) =>
        fetch(`/echo?${String(n)}`, { method: 'POST', body: String(n) }),
      )
      return (await Promise.all(all)).map(({ status }) => status)
    })
    expect(statuses).toEqual(Array<number>(300).fill(200))
  })

  it('is signed whatever the app makes of fetch and XMLHttpRequest afterwards', async () => {
    const found = await page.evaluate(async () => {
      const wrapped = window.fetch
      window.fetch = (...args) => wrapped(...args)
      class Own extends XMLHttpRequest {}
      const request = new Own()
      const done = new Promise((resolve) => request.addEventListener('load', resolve))
      request.open('POST', '/echo')
      request.send('own')
      await done
      return [(await fetch('/echo')).status, request.status, request instanceof Own]
    })
    expect(found).toEqual([200, 200, true])
  })

  it('leaves nothing behind in the window but the two that it replaces', async () => {
    const added = await page.evaluate(() => {
      const frame = document.createElement('iframe')
      document.body.append(frame)
      const plain = new Set(Object.getOwnPropertyNames(frame.contentWindow ?? {}))
      return Object.getOwnPropertyNames(window).filter((name) => !plain.has(name))
    })
    // Apart from what the test itself put there.
    expect(added.filter((name) => !/^(?:untouched|record|\d+|__pw.*)$/.test(name))).toEqual([])
  })
})

/** As the login page does: a key in the database, and its public half with the server. */
async function signIn(page: Page, server: ProvingServer, how?: 'silently'): Promise<void> {
  const [keyid, publicKey] = await page.evaluate(async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
    const pair = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    const base64url = (bytes: Uint8Array) =>
      btoa(String.fromCharCode(...bytes))
        .replace(/\+/g, '-')
        .replace(/\//g, '_')
        .replace(/=/g, '')
    const id = base64url(crypto.getRandomValues(new Uint8Array(12)))
    await new Promise((resolve, reject) => {
      const opening = indexedDB.open('sekisho', 1)
      opening.onupgradeneeded = () => void opening.result.createObjectStore('keys', { keyPath: 'keyid' })
      opening.onerror = reject
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('keys', 'readwrite')
        transaction.objectStore('keys').put({ keyid: id, key: pair.privateKey, at: Date.now() })
        transaction.oncomplete = () => resolve(opening.result.close())
      }
    })
    return [id, base64url(raw)] as const
  })
  server.become(keyid, publicKey)
  if (how === 'silently') return
  await page.evaluate(() => {
    const channel = new BroadcastChannel('sekisho-session')
    channel.postMessage('changed')
    channel.close()
  })
}

/** In place of the bar. */
function answerWhetherSame(same: boolean): void {
  addEventListener('sekisho-same', (event) => {
    event.preventDefault()
    ;(event as CustomEvent<{ settle(same: boolean): void }>).detail.settle(same)
  })
}

function forgetKeys(): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('sekisho', 1)
    opening.onerror = reject
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('keys', 'readwrite')
      transaction.objectStore('keys').clear()
      transaction.oncomplete = () => resolve(opening.result.close())
    }
  })
}

function prepare(): void {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  const plain = frame.contentWindow as unknown as typeof globalThis
  window.untouched = {
    fetch: plain.fetch.bind(plain),
    XMLHttpRequest: plain.XMLHttpRequest,
    Request: plain.Request,
  }
  const kinds = ['readystatechange', 'loadstart', 'load', 'error', 'abort', 'timeout', 'loadend']
  const more = [
    'upload-loadstart',
    'upload-load',
    'upload-loadend',
    'InvalidStateError',
    'SyntaxError',
    'SecurityError',
  ]
  window.record = (Kind, use) =>
    new Promise((resolve) => {
      const request = new Kind()
      const events: string[] = []
      for (const kind of [...kinds, ...more])
        request.addEventListener(kind, () => {
          const text = request.responseType === '' ? request.responseText : JSON.stringify(request.response)
          const told = kind === 'load' ? ` ${String(request.status)} ${text}` : ''
          const same = told.replace('/open/', '/').replace('"held"', '"none"')
          const event = `${kind} ${String(request.readyState)}${same}`
          // How often it tells of more bytes depends on how they come.
          if (event !== 'readystatechange 3' || events.at(-1) !== event) events.push(event)
          // Whoever opens it again in there has another end to wait for.
          if (kind === 'loadend') setTimeout(() => request.readyState !== 1 && resolve(events))
        })
      use(request)
    })
}
