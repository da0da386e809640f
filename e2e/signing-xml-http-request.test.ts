/** What an app sees of the script that signs in an XMLHttpRequest: nothing. Each is made signed and by the browser's own means, and compared. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { ProvingServer } from '../test/rig/proving-server.ts'
import { useSigningPage } from './signing-page.ts'

describe('a page that signs', () => {
  let [server, page]: [ProvingServer, Page] = [] as never
  useSigningPage((made) => ({ server, page } = made))

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
})
