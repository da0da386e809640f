/** Who answers, as the evidence tells it, and what is said of a certificate that nobody vouches for. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { afterEach, describe, expect, it } from 'vitest'
import { startUpstream } from '../../test/upstreams/start-upstream.ts'
import { isBehind } from './app-evidence.ts'
import { lookAtApp } from './look-at-app.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const looking = { gated: false, tryDefaultCredentials: true, now: () => Date.now() }

async function look(status: number, config: string, page: string, base = '') {
  const upstream = await startUpstream(({ target, method }, _message, response) => {
    if (method === 'POST') response.writeHead(target === `${base}/login` ? 400 : 404).end()
    else if (target === `${base}/config`) response.writeHead(status).end(config)
    else if (target === `${base}/`) response.end(page)
    else response.writeHead(404).end()
  })
  closers.push(() => upstream.close())
  return { upstream, seen: await lookAtApp(new URL(upstream.url.href + base.slice(1)), looking) }
}

describe('who answers', () => {
  it.each([
    ['app', 200, '{"version":"6.31.0","components":[]}', 'window.gradio_config = {}'],
    ['own-login', 401, '{}', 'window.gradio_config = {"auth_required":true}'],
    ['gate', 401, '{}', '<script src="/.sekisho/assets/login.js">'],
    ['other-login', 401, '{}', 'Sign in'],
  ] as const)('%s', async (front, status, config, page) => {
    const { seen, upstream } = await look(status, config, page)
    expect(seen.front).toBe(front)
    expect(seen.config === undefined).toBe(front !== 'app')
    expect(seen.guessing.kind).toBe(front === 'own-login' ? 'tried' : 'no-login')
    expect(upstream.reached.filter(({ method }) => method === 'POST')).toHaveLength(
      front === 'own-login' ? 12 : 0,
    )
  })

  it('is not the app where a login of another machine does', () => {
    const far = new URL('https://demo.example.org')
    expect(isBehind({ front: 'other-login', url: far })).toBe(true)
    expect(isBehind({ front: 'other-login', url: new URL('http://[::1]:7860') })).toBe(false)
    expect(isBehind({ front: 'own-login', url: far })).toBe(false)
  })
})

describe('what is asked', () => {
  it.each([
    ['4.44.1', '/info', '/gradio_api/info'],
    ['5.0.2', '/gradio_api/info', '/info'],
    ['6.31.0', '/gradio_api/info', '/info'],
  ])('of Gradio %s is asked where it has its routes', async (version, there, elsewhere) => {
    const { upstream, seen } = await look(200, `{"version":"${version}","components":[]}`, '')
    const asked = upstream.reached.map(({ target }) => target.replace(/\?.*/, ''))
    expect(asked).toContain(there)
    expect(asked).not.toContain(elsewhere)
    expect(seen.api + '/info').toBe(there)
  })

  it('is asked below the path that the app is mounted at, and never as its owner', async () => {
    const { upstream } = await look(200, '{"version":"6.31.0","components":[]}', '', '/sub')
    for (const { target, headers } of upstream.reached) {
      expect(target.startsWith('/sub/')).toBe(true)
      expect(headers['x-forwarded-for']).toBe('0.0.0.0')
      expect(headers['cookie']).toBeUndefined()
    }
  })
})

describe('what is no Gradio app', () => {
  it.each([
    ['https://elsewhere.example/login?token=t0ken', 'leads to https://elsewhere.example/login, which'],
    ['/app/', /leads to http:\/\/127\.0\.0\.1:\d+\/app\/, which/],
    [undefined, 'holds no configuration (status 302)'],
  ])('is named by where it leads: %s', async (location, words) => {
    const upstream = await startUpstream((_request, _message, response) => {
      response.writeHead(302, location === undefined ? {} : { location }).end()
    })
    closers.push(() => upstream.close())
    const looked = lookAtApp(upstream.url, looking)
    await expect(looked).rejects.toThrow(words)
    await expect(looked).rejects.not.toThrow('t0ken')
  })
})

describe('an app that means ill', () => {
  it('gets no more read than is used', async () => {
    const huge = 'a'.repeat(4 * 1024 * 1024)
    const upstream = await startUpstream(({ target }, _message, response) => {
      if (target === '/config') response.end('{"version":"6.31.0","components":[]}')
      else response.end(huge)
    })
    closers.push(() => upstream.close())
    const { answers } = await lookAtApp(upstream.url, looking)
    const kept = Array.from(answers, ([name, { text }]) => (name === 'page' ? 0 : text.length))
    expect(Math.max(...kept)).toBeLessThan(1024 * 1024)
  })

  it('is given up when it never ends an answer', async () => {
    const upstream = await startUpstream((_request, _message, response) => void response.write('{'))
    closers.push(() => upstream.close())
    const impatient = { ...looking, patience: 50 }
    await expect(lookAtApp(upstream.url, impatient)).rejects.toMatchObject({ code: 'app-busy' })
  })
})

it.runIf(process.platform === 'linux')('a program that is no Python is not taken for the app', async () => {
  const { seen } = await look(200, '{"version":"6.31.0","components":[]}', 'window.gradio_config')
  expect(seen.process).toBeUndefined()
})

it('a page that was refused says nothing about who renders it', async () => {
  const upstream = await startUpstream(({ target }, _message, response) => {
    if (target === '/config') response.end('{"version":"6.31.0","components":[]}')
    else response.writeHead(403).end()
  })
  closers.push(() => upstream.close())
  expect((await lookAtApp(upstream.url, looking)).risks).toEqual([])
})

it('a certificate that nobody vouches for is named as the trouble', async () => {
  const pair = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' })
  const server = createServer({ cert: pair.cert, key: pair.private })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  await expect(lookAtApp(new URL(`https://127.0.0.1:${String(port)}`), looking)).rejects.toMatchObject({
    code: 'app-unreachable',
    message: expect.stringMatching(
      /certificate there is not to be trusted \(.*\).*NODE_EXTRA_CA_CERTS/,
    ) as string,
  })
})
