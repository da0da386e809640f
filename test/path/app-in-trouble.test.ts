/** An app that breaks off, is gone, or was found unsafe: nothing happens twice, and it comes back by itself. */
import { once } from 'node:events'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { describeSmallApp, predictCall } from '../upstreams/small-config.ts'
import { plain, useUpstream } from './with-upstream.ts'

const on = useUpstream()

describe('an app in trouble', () => {
  it('is asked again when it closed the connection, where nothing can happen twice', async () => {
    let first = true
    const { cookie } = await on.start((asked, message, response) => {
      if (first) {
        first = false
        message.socket.destroy()
      } else plain(asked, message, response)
    })
    expect((await request(`${on.path.url}/config`, { headers: { cookie } })).statusCode).toBe(200)
    expect(on.upstream.reached.length).toBe(2)
  })

  it.each([
    ['POST', '/gradio_api/queue/join'],
    ['GET', '/gradio_api/queue/data?session_hash=a'],
    ['GET', '/gradio_api/heartbeat/a'],
    ['GET', '/gradio_api/deep_link?session_hash=a'],
  ] as const)('is not asked twice for %s %s', async (method, target) => {
    const { cookie } = await on.start((_request, message) => void message.socket.destroy())
    const answer = await request(on.path.url + target, {
      method,
      headers: { cookie, 'content-type': 'application/json' },
      ...(method === 'POST' ? { body: predictCall } : {}),
    })
    expect(answer.statusCode).toBe(502)
    expect(on.upstream.reached.length).toBe(1)
    expect(on.path.audit.codes).toEqual(['upstream-broken'])
  })

  it('that is gone gives a page to people and JSON to clients, and is back by itself', async () => {
    const { cookie } = await on.start(plain)
    const { port } = on.upstream.url
    await on.upstream.close()
    const person = await request(on.path.url, {
      headers: { cookie, 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'none' },
    })
    expect([person.statusCode, person.headers['content-type']]).toEqual([502, 'text/html; charset=utf-8'])
    const client = await request(`${on.path.url}/config`, { headers: { cookie } })
    expect([client.statusCode, await client.body.json()]).toEqual([
      502,
      { detail: 'The app is not answering at the moment.' },
    ])
    const { createServer } = await import('node:http')
    const again = createServer((_request, response) => response.end(describeSmallApp('/config')?.body))
    again.listen(Number(port), '127.0.0.1')
    await once(again, 'listening')
    expect((await request(`${on.path.url}/config`, { headers: { cookie } })).statusCode).toBe(200)
    again.closeAllConnections()
    again.close()
  })

  it.each(['away', 'rejected'] as const)('that is %s gets no request', async (state) => {
    const { cookie } = await on.start(plain, { change: (gate) => ({ app: { ...gate.app, state } }) })
    expect((await request(`${on.path.url}/config`, { headers: { cookie } })).statusCode).toBe(502)
    expect(on.upstream.reached).toEqual([])
  })
})
