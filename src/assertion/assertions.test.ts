/** Tests of what an assertion says, how long it is reused, and that nothing but it passes for one. */
import fc from 'fast-check'
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JSONWebKeySet,
} from 'jose'
import { describe, expect, it } from 'vitest'
import type { AssertionClaims } from '../contract/assertion.ts'
import { Secret } from '../kit/secret.ts'
import { Assertions, type AssertionParts } from './assertions.ts'
import type { Asserted } from './claims.ts'
import { periodMs } from './signing-keys.ts'

const audience = 'http://127.0.0.1:7860'
const hour = 3_600_000
const now = 1_800_000_000_000
const session = { id: 's1', account: 'u1', createdAt: now - 90_500 }
const bob: Asserted = { kind: 'user', username: 'bob', session, roles: ['analyst', 'viewer'] }
const guest: Asserted = { kind: 'guest', session: { ...session, account: 'shared' } }
const ofBob: Asserted = { kind: 'token', token: { id: 't1', user: 'u1' }, username: 'bob', roles: ['viewer'] }
const alone: Asserted = { kind: 'token', token: { id: 't2' }, roles: [] }

const rolesOf = (principal: Asserted) => ('roles' in principal ? principal.roles : [])

function open(more: Partial<AssertionParts> = {}) {
  const key = new Secret(new Uint8Array(32).fill(7))
  return new Assertions({ key, instance: 'testtest', audience, lifetimeMs: hour, rolesOf, ...more })
}

async function check(text: string, by: Assertions, at = now) {
  const keys = createLocalJWKSet((await by.jwks(at)) as unknown as JSONWebKeySet)
  const options = { issuer: by.issuer, audience, algorithms: ['EdDSA'], currentDate: new Date(at) }
  const { payload } = await jwtVerify<AssertionClaims>(text, keys, options)
  return payload
}

describe('an assertion', () => {
  it('says of a user who it is, in which roles, and by which login', async () => {
    const gate = open()
    const text = await gate.assertionFor(bob, now)
    expect(await check(text, gate)).toEqual({
      iss: 'sekisho-testtest',
      aud: audience,
      sub: 'user:u1',
      preferred_username: 'bob',
      roles: ['analyst', 'viewer'],
      sid: 's1',
      auth_time: Math.floor((now - 90_500) / 1000),
      amr: ['pwd'],
      iat: now / 1000,
      exp: now / 1000 + 3600,
      jti: expect.stringMatching(/^[\w-]{22}$/) as unknown,
    })
    expect(decodeProtectedHeader(text)).toMatchObject({ alg: 'EdDSA', typ: 'sekisho+jwt' })
  })

  it.each([
    ['a guest by the session', guest, { sub: 'session:s1', roles: [], sid: 's1', amr: ['pwd'] }],
    [
      "a user's program as acting for the user",
      ofBob,
      { sub: 'user:u1', preferred_username: 'bob', roles: ['viewer'], act: { sub: 'token:t1' } },
    ],
    ["nobody's program by its token", alone, { sub: 'token:t2', roles: [] }],
  ])('names %s', async (_what, principal, said) => {
    const gate = open()
    const payload = await check(await gate.assertionFor(principal, now), gate)
    expect(payload).toMatchObject(said)
    if (principal.kind === 'token') {
      for (const claim of ['auth_time', 'amr', 'sid']) expect(payload).not.toHaveProperty(claim)
    }
    if (!('preferred_username' in said)) expect(payload).not.toHaveProperty('preferred_username')
  })

  it('has the roles that policies see, also of whoever has none assigned', async () => {
    const gate = open({ rolesOf: ({ kind }) => [`every-${kind}`] })
    for (const principal of [guest, bob, alone])
      expect((await check(await gate.assertionFor(principal, now), gate)).roles).toEqual([
        `every-${principal.kind}`,
      ])
  })

  it('of the gate itself has no roles and is over after a minute', async () => {
    const gate = open()
    const { sub, roles, iat, exp } = await check(await gate.ownAssertion(now), gate)
    expect({ sub, roles, good: exp - iat }).toEqual({ sub: 'gate:testtest', roles: [], good: 60 })
  })

  it('never names two principals alike, whatever they are called', async () => {
    const gate = open()
    const id = fc.stringMatching(/^[a-z0-9]{1,6}$/)
    const principal: fc.Arbitrary<Asserted> = fc.oneof(
      id.map((account) => ({ ...bob, session: { ...session, account } })),
      id.map((one) => ({ kind: 'guest' as const, session: { ...session, id: one } })),
      id.map((one) => ({ kind: 'token' as const, token: { id: one }, roles: [] })),
    )
    await fc.assert(
      fc.asyncProperty(principal, principal, async (one, other) => {
        const subjects = [one, other].map(async (each) => decodeJwt(await gate.assertionFor(each, now)).sub)
        const [first, second] = await Promise.all(subjects)
        expect(first === second).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })
})

describe('minting', () => {
  it('is done again when half of a short life is over, so that nobody gets what is about to end', async () => {
    const gate = open({ lifetimeMs: 60_000 })
    const first = await gate.assertionFor(bob, now)
    expect(await gate.assertionFor(bob, now + 29_999)).toBe(first)
    expect(decodeJwt(await gate.assertionFor(bob, now + 30_000)).exp).toBe((now + 90_000) / 1000)
  })

  it('is done once a minute for a session', async () => {
    const gate = open()
    const first = gate.assertionFor(bob, now)
    expect(await gate.assertionFor({ ...bob }, now + 59_999)).toBe(await first)
    expect(await gate.assertionFor(bob, now + 60_000)).not.toBe(await first)
  })

  it('is done anew when a role changed, for another session and for another principal', async () => {
    const gate = open()
    const all = await Promise.all([
      gate.assertionFor(bob, now),
      gate.assertionFor({ ...bob, roles: ['viewer'] }, now),
      gate.assertionFor({ ...bob, session: { ...session, id: 's2' } }, now),
      gate.assertionFor(guest, now),
      gate.assertionFor(ofBob, now),
    ])
    expect(new Set(all).size).toBe(all.length)
  })

  it('is done anew when the clock was set back, so that nothing is dated in the future', async () => {
    const gate = open()
    await gate.assertionFor(bob, now)
    expect(decodeJwt(await gate.assertionFor(bob, now - hour)).iat).toBe((now - hour) / 1000)
  })

  it('keeps no more than it has room for', async () => {
    const gate = open()
    const minted = (one: number) =>
      gate.assertionFor({ kind: 'token', token: { id: String(one) }, roles: [] }, now)
    const first = await minted(0)
    await Promise.all(Array.from({ length: 10_000 }, (_, one) => minted(one + 1)))
    expect(await minted(0)).not.toBe(first)
  })
})

describe('the keys', () => {
  it('are the same at every gate on one state, and other ones at another', async () => {
    expect(await open().jwks(now)).toEqual(await open().jwks(now))
    const ids = async (gate: Assertions) => (await gate.jwks(now)).keys.map((key) => key.kid)
    const others = [open({ instance: 'other' }), open({ key: new Secret(new Uint8Array(32)) })]
    const all = await Promise.all([open(), ...others].map(ids))
    expect(new Set(all.flat()).size).toBe(all.flat().length)
  })

  it('show their public halves only', async () => {
    for (const key of (await open().jwks(now)).keys)
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  })

  it('change every thirty days', async () => {
    const kid = async (at: number) => decodeProtectedHeader(await open().assertionFor(bob, at)).kid
    const begin = Math.ceil(now / periodMs) * periodMs
    expect(await kid(begin)).not.toBe(await kid(begin - 1))
    expect(await kid(begin)).toBe(await kid(begin + periodMs - 1))
  })

  it('verify every assertion while it is good, by a set read any time in the day before or after', async () => {
    const gate = open()
    const begin = Math.ceil(now / periodMs) * periodMs
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -2 * hour, max: 2 * hour }),
        // One may be a minute old when it is handed out.
        fc.integer({ min: -hour, max: hour - 61_000 }),
        async (minted, read) => {
          const text = await gate.assertionFor(bob, begin + minted)
          const keys = (await gate.jwks(begin + minted + read)) as unknown as JSONWebKeySet
          const currentDate = new Date(begin + minted + Math.max(0, read))
          await jwtVerify(text, createLocalJWKSet(keys), { audience, currentDate })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('know nothing of a key that has been over for longer than its last assertion', async () => {
    const gate = open()
    const text = await gate.assertionFor(bob, now)
    const later = (Math.floor(now / periodMs) + 1) * periodMs + hour + 600_000
    await expect(check(text, gate, later)).rejects.toThrow(errors.JWKSNoMatchingKey)
  })
})
