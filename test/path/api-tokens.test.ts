/** A program with an API token on the whole path: what it may do, how it is recorded, and when it ends. */
import { once } from 'node:events'
import { request as openCall, type IncomingMessage } from 'node:http'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { paths } from '../../src/contract/contract.ts'
import type { Username } from '../../src/kit/username.ts'
import type { UserId } from '../../src/store/rows.ts'
import { predictCall } from '../upstreams/small-config.ts'
import { plain, streaming, useUpstream } from './with-upstream.ts'

const on = useUpstream()

const bob = { id: 'u1' as UserId, name: 'bob' as Username, createdAt: 1, roles: [], attributes: {} }
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
const status = async (target: string, headers: Record<string, string>, method: 'GET' | 'POST' = 'GET') => {
  const answer = await request(on.path.url + target, { method, headers })
  await answer.body.dump()
  return answer.statusCode
}

describe('a token', () => {
  it('uses the app, and stands in the log by its public name and that of its user', async () => {
    await on.start(plain)
    await on.path.store.users.insert(bob)
    const { text, id } = await on.path.issueToken({ user: bob.id })
    expect(await status('/config', bearer(text))).toBe(200)
    expect(on.path.audit.events).toMatchObject([
      {
        kind: 'request.granted',
        entry: 'config.read',
        asker: { principal: 'token', token: id, username: 'bob', address: '127.0.0.1' },
      },
    ])
    expect(JSON.stringify([on.path.audit.events, on.upstream.reached])).not.toContain(text)
  })

  it('is refused with the answer of any stranger when it is no good, and the log tells why', async () => {
    await on.start(plain)
    const { text, id } = await on.path.issueToken({ expiresAt: on.path.clock.time + 1 })
    on.path.clock.time += 1
    const answers = await Promise.all(
      [bearer(text), bearer('x'), {}].map((headers) => request(`${on.path.url}/config`, { headers })),
    )
    const shown = await Promise.all(
      answers.map(async ({ statusCode, headers: { date: _, ...headers }, body }) => [
        ...[statusCode, headers, await body.text()],
      ]),
    )
    expect(shown[0]).toEqual(shown[2])
    expect(shown[1]).toEqual(shown[2])
    expect(shown[2]?.[1]).toMatchObject({ 'www-authenticate': 'Bearer realm="sekisho"' })
    const refused = on.path.audit.events.map((event) => ('because' in event ? event : undefined))
    expect(refused.map((event) => event?.code).sort()).toEqual([
      'login-required',
      'token-invalid',
      'token-invalid',
    ])
    expect(refused.map((event) => event?.because)).toContainEqual(
      expect.objectContaining({ why: 'expired', id }),
    )
    expect(on.upstream.reached).toEqual([])
  })

  it.each([
    ['GET', paths.session],
    ['POST', paths.logout],
    ['GET', paths.account],
    ['GET', paths.passwordRules],
    ['POST', paths.passwordStart],
    ['POST', paths.passwordSet],
    ['POST', paths.joinLook],
    ['POST', paths.joinFinish],
    ['POST', paths.loginStart],
    ['GET', paths.login],
  ] as const)('may not %s %s, which is for people', async (method, target) => {
    await on.start(plain)
    const { text } = await on.path.issueToken()
    expect(await status(target, bearer(text), method)).toBe(403)
    expect(on.path.audit.codes).toEqual(['policy-denied'])
  })

  it('is not for pages of other sites, although nobody sends it unasked', async () => {
    await on.start(plain)
    const { text } = await on.path.issueToken()
    expect(await status('/config', { ...bearer(text), origin: 'https://evil.test' })).toBe(403)
    expect(await status('/config', { ...bearer(text), 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await status('/config', { ...bearer(text), origin: on.path.url })).toBe(200)
    expect(on.path.audit.codes).toEqual(['origin-foreign', 'origin-foreign'])
  })

  it('beside a session is one credential too many', async () => {
    const { cookie } = await on.start(plain)
    const { text } = await on.path.issueToken()
    expect(await status('/config', { ...bearer(text), cookie })).toBe(400)
    expect(on.path.audit.codes).toEqual(['credential-ambiguous'])
  })
})

describe('what is open in the name of a token', () => {
  const end = {
    revoked: async (id: Parameters<typeof on.path.store.tokens.revoke>[0]) => {
      await on.path.store.tokens.revoke(id, on.path.clock.time)
      // Own writes show at the sweep; in a gate the command line is another process.
      on.path.clock.time += 30_000
    },
    expired: async () => void (on.path.clock.time += 60_000),
    disabled: async () => {
      await on.path.store.users.disable(bob.id, on.path.clock.time)
      on.path.clock.time += 30_000
    },
  } as const

  it.each(['revoked', 'expired', 'disabled'] as const)('is cut when it is %s', async (how) => {
    await on.start(streaming)
    await on.path.store.users.insert(bob)
    const { text, id } = await on.path.issueToken({ user: bob.id, expiresAt: on.path.clock.time + 60_000 })
    const answer = await request(`${on.path.url}/gradio_api/queue/data?session_hash=a`, {
      headers: bearer(text),
    })
    const chunks = answer.body[Symbol.asyncIterator]()
    await chunks.next()
    await on.path.review()
    const ended = expect(chunks.next()).rejects.toThrow()
    await end[how](id)
    await on.path.review()
    await ended
    await expect
      .poll(() => on.path.audit.events)
      .toContainEqual(
        expect.objectContaining({
          kind: 'stream.ended',
          why: 'token-ended',
          asker: expect.objectContaining({ token: id }) as unknown,
        }),
      )
  })

  it('and has not reached the app yet never does', async () => {
    await on.start(plain)
    const { text, id } = await on.path.issueToken()
    const headers = {
      ...bearer(text),
      'content-type': 'application/json',
      'content-length': predictCall.length,
    }
    const call = openCall(`${on.path.url}/gradio_api/queue/join`, {
      method: 'POST',
      headers: { ...headers, expect: '100-continue' },
    })
    call.flushHeaders()
    // Only who was let in is asked for the body.
    await once(call, 'continue')
    await on.path.store.tokens.revoke(id, on.path.clock.time)
    const answered = once(call, 'response')
    call.end(predictCall)
    const [answer] = (await answered) as [IncomingMessage]
    answer.resume()
    expect(answer.statusCode).toBe(401)
    expect(on.upstream.reached).toEqual([])
    expect(on.path.audit.events).toMatchObject([
      { kind: 'request.refused', code: 'token-invalid', asker: { principal: 'token', token: id } },
    ])
  })
})
