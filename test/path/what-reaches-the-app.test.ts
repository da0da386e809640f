/** What the app gets of a request: an allow-list, a canonical path, a measured body. */
import { Readable } from 'node:stream'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { predictCall } from '../upstreams/small-config.ts'
import { plain, useUpstream } from './with-upstream.ts'
import { unsignedField } from '../rig/signing-dispatcher.ts'

const on = useUpstream()

describe('a request on its way to the app', () => {
  it('carries what is listed, and what only the gate may say', async () => {
    const { cookie } = await on.start(plain)
    await request(`${on.path.url}/config?page=x`, {
      headers: {
        cookie: `${cookie}; theme=dark; access-token-abc=1; access-token-unsecure-abc=1; session=forged; __Host-sekisho-other=x`,
        authorization: 'Basic eDp4',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-host': 'evil.test',
        'x-forwarded-proto': 'https',
        'x-forwarded-user': 'admin',
        'x-gradio-server': 'http://evil.test',
        'x-gradio-user': 'app',
        'x-hf-authorization': 'Bearer x',
        'x-api-token': 'mine',
        forwarded: 'for=6.6.6.6',
        'remote-user': 'admin',
        'user-agent': 'test',
        accept: 'application/json',
        te: 'trailers',
        // What this one says of itself would have to be signed.
        [unsignedField]: '1',
      },
    })
    expect(on.upstream.reached).toEqual([
      {
        method: 'GET',
        target: '/config?page=x',
        body: '',
        headers: {
          host: `127.0.0.1:${on.path.port}`,
          'x-forwarded-host': `127.0.0.1:${on.path.port}`,
          'x-forwarded-proto': 'http',
          'x-forwarded-for': '127.0.0.1',
          'accept-encoding': 'identity',
          accept: 'application/json',
          'user-agent': 'test',
          'x-api-token': 'mine',
          cookie: 'theme=dark',
          'x-sekisho-assertion': expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
          connection: 'keep-alive',
        },
      },
    ])
  })

  it('comes from the address, host and scheme that a trusted proxy reports', async () => {
    const { cookie } = await on.start(plain, { trustedProxies: ['127.0.0.1'], hosts: ['gpu.example.org'] })
    await request(`${on.path.url}/config`, {
      headers: {
        cookie,
        'x-forwarded-for': '6.6.6.6, 203.0.113.7',
        'x-forwarded-host': 'gpu.example.org',
        'x-forwarded-proto': 'https',
      },
    })
    expect(on.upstream.reached[0]?.headers).toMatchObject({
      host: 'gpu.example.org',
      'x-forwarded-host': 'gpu.example.org',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
    })
  })

  it('arrives under its canonical path', async () => {
    const { cookie } = await on.start(plain)
    await request(`${on.path.url}/%63onfig`, { headers: { cookie } })
    await request(`${on.path.url}/gradio_api/queue/join?`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: predictCall,
    })
    expect(on.upstream.reached.map((one) => one.target)).toEqual(['/config', '/gradio_api/queue/join'])
  })

  it('has its body written again from what was read: nothing is lost of a number, nothing else comes along', async () => {
    const { cookie, owner } = await on.start(plain)
    await request(`${on.path.url}/gradio_api/queue/join`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: `{ "session_hash": "x", "event_id": "of-another", "batched": true, "simple_format": true, "oauth_token": "t",
        "unknown": 1, "event_data": [2.0, 1E5, 18331719449662323894, -0], "fn_index": 0, "data": ["関所 \\u0041", "more"] }`,
    })
    const session = on.path.ownership.nameSession(owner, 'x')?.upstream ?? ''
    const body = `{"data":["関所 A"],"fn_index":0,"session_hash":"${session}","event_data":[2.0,1E5,18331719449662323894,-0]}`
    expect(on.upstream.reached[0]).toMatchObject({
      body,
      headers: { 'content-length': String(Buffer.byteLength(body)), 'content-type': 'application/json' },
    })
  })

  it.each([
    ['text/plain', '{}', 415, 'body-type-wrong'],
    ['application/vnd.api+json', '{}', 415, 'body-type-wrong'],
    ['application/json', 'x'.repeat(1_000_001), 413, 'body-large'],
  ])('is refused with a %s body of the wrong kind or size', async (type, body, status, code) => {
    const { cookie } = await on.start(plain)
    const answer = await request(`${on.path.url}/gradio_api/queue/join`, {
      method: 'POST',
      headers: { cookie, 'content-type': type },
      body,
    })
    expect(answer.statusCode).toBe(status)
    expect(on.path.audit.codes).toEqual([code])
    expect(on.upstream.reached).toEqual([])
  })

  it('is cut when a body without declared length grows beyond the limit', async () => {
    const { cookie } = await on.start(plain)
    async function* endless() {
      for (let sent = 0; sent < 2_000_000; sent += 50_000) yield Buffer.alloc(50_000, 'x')
    }
    const answer = await request(`${on.path.url}/gradio_api/queue/join`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: Readable.from(endless()),
    }).catch(() => undefined)
    if (answer !== undefined) expect(answer.statusCode).toBe(413)
    expect(on.path.audit.codes).toEqual(['body-large'])
    expect(on.upstream.reached).toEqual([])
  })

  it('has no body where none belongs', async () => {
    const { cookie } = await on.start(plain)
    const answer = await request(`${on.path.url}/config`, { method: 'GET', headers: { cookie }, body: 'x' })
    expect(answer.statusCode).toBe(400)
    expect(on.upstream.reached).toEqual([])
  })

  it("names each of Gradio's objects once", async () => {
    const { cookie } = await on.start(plain)
    const answer = await request(`${on.path.url}/gradio_api/queue/data?session_hash=a&session_hash=b`, {
      headers: { cookie },
    })
    expect(answer.statusCode).toBe(400)
    expect(on.upstream.reached).toEqual([])
  })
})
