/** The examples of services behind the app, in the frameworks they are written for: whom they answer. */
import type { AddressInfo, Server } from 'node:net'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../scripts/loopback.ts'
import { assertionHeader } from '../src/contract/assertion.ts'
import { bob, carol, makeAssertionRig, type AssertionRig } from '../test/rig/assertion-rig.ts'

const audience = 'http://127.0.0.1:7860'
const services = ['express', 'hono', 'fastify'] as const
const urls = new Map<string, string>()
const closers: (() => unknown)[] = []
let rig: AssertionRig

function note(name: (typeof services)[number], server: Server): void {
  urls.set(name, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)
  closers.push(() => server.close())
}

beforeAll(async () => {
  rig = makeAssertionRig(audience, await freePort())
  // The examples read them when they are loaded.
  process.env['SEKISHO_JWKS'] = rig.jwksUrl
  process.env['SEKISHO_AUDIENCE'] = audience

  const express = await import('../examples/verify-express/server.ts')
  const inExpress = await new Promise<Server>((resolve) => {
    const server = express.app.listen(0, '127.0.0.1', () => resolve(server))
  })
  note('express', inExpress)

  const hono = await import('../examples/verify-hono/server.ts')
  const inHono = await new Promise<Server>((resolve) => {
    const server = serve({ fetch: hono.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(server))
  })
  note('hono', inHono)

  const fastify = await import('../examples/verify-fastify/server.ts')
  await fastify.app.listen({ port: 0, host: '127.0.0.1' })
  note('fastify', fastify.app.server)
})

afterAll(async () => {
  for (const close of closers) close()
  await rig.close()
})

function ask(name: string, path: string, assertion: string | undefined): Promise<Response> {
  const headers = assertion === undefined ? {} : { [assertionHeader]: assertion }
  const method = path === '/me' ? 'GET' : 'POST'
  return fetch(`${urls.get(name) ?? ''}${path}`, { method, headers })
}

it('while the keys can’t be fetched, all of them say that they can’t tell', async () => {
  const assertion = await rig.assertions.assertionFor(bob, Date.now())
  for (const name of services) expect((await ask(name, '/me', assertion)).status).toBe(503)
  await rig.open()
})

describe.each(services)('a service in %s', (name) => {
  it('knows who asks', async () => {
    const answer = await ask(name, '/me', await rig.assertions.assertionFor(bob, Date.now()))
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ subject: 'user:u1', username: 'bob', roles: ['viewer'] })
  })

  it('keeps what is for a role from others', async () => {
    const asked = async (principal: typeof bob) =>
      ask(name, '/reports', await rig.assertions.assertionFor(principal, Date.now()))
    expect((await asked(bob)).status).toBe(403)
    expect((await asked({ ...carol, roles: ['analyst'] } as typeof bob)).status).toBe(200)
  })

  it('answers nobody who brings no assertion, or none of the gate’s for this app', async () => {
    const forgeries = { ...(await rig.forgeries()), none: undefined }
    for (const [what, assertion] of Object.entries(forgeries)) {
      const answers = [await ask(name, '/me', assertion), await ask(name, '/reports', assertion)]
      expect([what, ...answers.map(({ status }) => status)]).toEqual([what, 401, 401])
    }
  })
})
