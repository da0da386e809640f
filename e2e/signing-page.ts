/** A page of an app that signs, and a server that says what came of it: for what an app sees of the script, which is nothing. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { buildWeb } from '../scripts/build-web.ts'
import { startProvingServer, type ProvingServer } from '../test/rig/proving-server.ts'
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

export interface SigningPage {
  readonly page: Page
  readonly server: ProvingServer
  /** Of another origin. */
  readonly other: ProvingServer
}

/** One page for all tests of a file, loaded anew for each. */
export function useSigningPage(give: (made: SigningPage) => unknown): void {
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
    give({ page, server, other })
  })

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await other?.stop()
  })

  beforeEach(async () => {
    // Its challenge and its key it has then: what a test does with either comes after.
    const told = page.waitForResponse(`${server.url}/.sekisho/api/session`)
    await Promise.all([told, page.goto(server.url)])
    await page.evaluate(prepare)
    server.forget()
    other.forget()
  })
}

/** As the login page does: a key in the database, and its public half with the server. */
export async function signIn(page: Page, server: ProvingServer, how?: 'silently'): Promise<void> {
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
export function answerWhetherSame(same: boolean): void {
  addEventListener('sekisho-same', (event) => {
    event.preventDefault()
    ;(event as CustomEvent<{ settle(same: boolean): void }>).detail.settle(same)
  })
}

export function forgetKeys(): Promise<void> {
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

export function prepare(): void {
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
