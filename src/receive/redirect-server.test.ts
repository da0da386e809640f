/** Port 80: whom it leads to HTTPS, and everybody else. */
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rawRequest, sendRaw, type RawAnswer } from '../../test/rig/raw-http.ts'
import type { Misreceived } from '../request.ts'
import { makeRedirectServer, type RedirectSettings } from './redirect-server.ts'

const names = ['demo.example.org', '127.0.0.1', '2001:db8::7']
const page = 'Accept: text/html,application/xhtml+xml'
const refused: Misreceived[] = []
const counts: string[] = []
let port = 0
let server: ReturnType<typeof makeRedirectServer> | undefined

async function start(ports: RedirectSettings['ports'] = { https: 443, http: () => 80 }): Promise<void> {
  const made = makeRedirectServer(
    { hosts: ['demo.example.org', 'other.example.org'], covers: (name) => names.includes(name), ports },
    {
      handle: async (request) => {
        refused.push(request)
        return Promise.resolve(request.refusal)
      },
      count: (what) => counts.push(what),
      challengeAnswer: (token) => (token === 'known-token' ? 'known-token.thumbprint' : undefined),
      page: () => new Uint8Array(),
      now: () => 0,
    },
  )
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  port = (made.address() as AddressInfo).port
  server = made
}

beforeEach(async () => {
  refused.length = 0
  counts.length = 0
  await start()
})

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => server?.close(resolve))
})

function ask(startLine: string, ...headers: readonly string[]): Promise<RawAnswer> {
  return sendRaw(port, rawRequest(startLine, headers), { until: 'close' })
}

function header({ headers }: RawAnswer, wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1]
}

describe('a page that is opened', () => {
  it.each<readonly [string, string, string]>([
    ['/', 'demo.example.org', 'https://demo.example.org/'],
    ['/a/b?x=1&y=%2F', 'demo.example.org', 'https://demo.example.org/a/b?x=1&y=%2F'],
    ['/', 'DEMO.example.org', 'https://demo.example.org/'],
    ['/', 'demo.example.org:80', 'https://demo.example.org/'],
    ['/', 'demo.example.org:8080', 'https://demo.example.org/'],
    ['/', '127.0.0.1', 'https://127.0.0.1/'],
    ['/', '[2001:db8::7]', 'https://[2001:db8::7]/'],
  ])('%s of %s is led to %s', async (target, host, location) => {
    const answer = await ask(`GET ${target}`, `Host: ${host}`, page)
    expect([answer.status, header(answer, 'location')]).toEqual([308, location])
    expect(header(answer, 'connection')).toBe('close')
    expect(answer.closed).toBe(true)
    expect(counts).toEqual(['redirectToHttps'])
    expect(refused).toEqual([])
  })

  it('is led there by HEAD as well, and no cookie is looked at or set', async () => {
    const answer = await ask('HEAD /', 'Host: demo.example.org', page, 'Cookie: __Host-sekisho-x=secret')
    expect(answer.status).toBe(308)
    expect(answer.raw.toLowerCase()).not.toContain('cookie')
    expect(answer.raw).not.toContain('secret')
  })

  it('goes to the port where HTTPS is, unless both are behind a mapping', async () => {
    server?.close()
    await start({ https: 8443, http: () => 8080 })
    const open = async (host: string) => header(await ask('GET /', `Host: ${host}`, page), 'location')
    expect(await open('demo.example.org:8080')).toBe('https://demo.example.org:8443/')
    expect(await open('demo.example.org')).toBe('https://demo.example.org/')
    expect(await open('[2001:db8::7]:8080')).toBe('https://[2001:db8::7]:8443/')
  })
})

describe('everything else', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['a host that is not ours', 'GET /', ['Host: evil.example', page]],
    ['a host that is served but not certified', 'GET /', ['Host: other.example.org', page]],
    ['an address that is not ours', 'GET /', ['Host: 127.0.0.2', page]],
    ['no host', 'GET /', ['Host:', page]],
    ['two hosts', 'GET /', ['Host: demo.example.org', 'Host: evil.example', page]],
    ['a host with a user', 'GET /', ['Host: demo.example.org@evil.example', page]],
    ['a program', 'GET /config', ['Host: demo.example.org', 'Accept: */*']],
    ['a program without a wish', 'GET /config', ['Host: demo.example.org']],
    ['an image', 'GET /x.png', ['Host: demo.example.org', 'Accept: image/avif,image/*,*/*;q=0.8']],
    ['a form', 'POST /', ['Host: demo.example.org', page, 'Content-Length: 0']],
    ['a deletion', 'DELETE /', ['Host: demo.example.org', page]],
    ['a proxy request', 'GET http://evil.example/', ['Host: demo.example.org', page]],
    ['a path with two slashes', 'GET //evil.example/', ['Host: demo.example.org', page]],
    ['a path with an encoded slash', 'GET /%2Fevil.example/', ['Host: demo.example.org', page]],
    ['a fragment', 'GET /?a=#b', ['Host: demo.example.org', page]],
    ['a challenge of nobody', 'GET /.well-known/acme-challenge/other', ['Host: demo.example.org', page]],
    [
      'a challenge that is posted',
      'POST /.well-known/acme-challenge/known-token',
      ['Host: demo.example.org'],
    ],
  ])('%s gets the same refusal and no redirect', async (_, startLine, headers) => {
    const answer = await ask(startLine, ...headers)
    expect(answer.status).toBe(403)
    expect(answer.body).toBe('{"detail":"This is served over HTTPS only."}')
    expect(header(answer, 'location')).toBeUndefined()
    expect(answer.closed).toBe(true)
    expect(refused.map(({ refusal }) => refusal.code)).toEqual(['https-required'])
    expect(counts).toEqual([])
  })

  it('of an upgrade to HTTP/2 in clear nothing comes', async () => {
    const answer = await ask('GET /', 'Host: demo.example.org', 'Connection: Upgrade', 'Upgrade: h2c')
    expect(answer.status).toBe(403)
  })

  it.each([
    ['garbage', 'hello\r\n\r\n'],
    ['TLS', Buffer.from([22, 3, 1, 0, 4, 1, 0, 0, 0])],
    ['a header beyond 8 KiB', rawRequest('GET /', [`Accept: ${'x'.repeat(9000)}`])],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
  ])('%s is cut and recorded', async (_, bytes) => {
    expect(await sendRaw(port, bytes, { until: 'close' })).toMatchObject({ closed: true })
    expect(refused.length).toBe(1)
  })

  it('a second request on the same connection is not answered', async () => {
    const two = rawRequest('GET /', ['Host: demo.example.org', page]).repeat(2)
    const { raw } = await sendRaw(port, two, { until: 'close' })
    expect(raw.match(/HTTP\/1\.1/g)?.length).toBe(1)
  })
})

describe('a CA that verifies', () => {
  it('gets the key authorization, under whatever host it asks', async () => {
    for (const host of ['demo.example.org', '127.0.0.1', 'new.example.org']) {
      const answer = await ask('GET /.well-known/acme-challenge/known-token', `Host: ${host}`)
      expect([answer.status, answer.body]).toEqual([200, 'known-token.thumbprint'])
    }
    expect(counts).toEqual(['answerChallenge', 'answerChallenge', 'answerChallenge'])
  })
})
