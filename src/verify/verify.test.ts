/** Tests of `sekisho/verify`: what is a caller's word, and everything that only looks like it. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Assertions } from '../assertion/assertions.ts'
import type { Asserted } from '../assertion/claims.ts'
import { SigningKeys } from '../assertion/signing-keys.ts'
import { Secret } from '../kit/secret.ts'
import { AssertionError, makeAssertionVerifier, type AssertionVerifier } from './verify.ts'

const audience = 'http://127.0.0.1:7860'
const key = new Secret(new Uint8Array(32).fill(1))
const rolesOf = (principal: Asserted) => ('roles' in principal ? principal.roles : [])
const parts = { key, instance: 'testtest', audience, lifetimeMs: 3_600_000, rolesOf }
const gate = new Assertions(parts)
const session = { id: 's1', account: 'u1', createdAt: 0 }
const bob: Asserted = { kind: 'user', username: 'bob', session, roles: ['analyst'] }
const ofBob: Asserted = { kind: 'token', token: { id: 't1', user: 'u1' }, username: 'bob', roles: [] }

let server: Server
let jwksUrl: string
let verify: AssertionVerifier
let down = false
let good: string

beforeAll(async () => {
  server = createServer((_request, response) => {
    if (down) response.writeHead(500).end()
    else void gate.jwks(Date.now()).then((set) => response.end(JSON.stringify(set)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  jwksUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/.sekisho/jwks.json`
  good = await gate.assertionFor(bob, Date.now())
})

afterAll(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()))
})

beforeEach(() => {
  down = false
  verify = makeAssertionVerifier({ jwksUrl, audience, issuer: gate.issuer })
})

async function problemOf(assertion: Parameters<AssertionVerifier>[0]): Promise<string> {
  const thrown: unknown = await verify(assertion).then(
    () => 'accepted',
    (error: unknown) => error,
  )
  return thrown instanceof AssertionError ? thrown.problem : String(thrown)
}

/** The claims of a good one, signed by somebody else or in another way. */
function forged(change: Record<string, unknown> = {}): SignJWT {
  return new SignJWT({ ...decodeJwt(good), ...change }).setProtectedHeader({
    ...decodeProtectedHeader(good),
    alg: 'EdDSA',
  })
}

describe('an assertion of the gate', () => {
  it('tells who asks', async () => {
    expect(await verify(good)).toMatchObject({ subject: 'user:u1', username: 'bob', roles: ['analyst'] })
    const program = await verify(await gate.assertionFor(ofBob, Date.now()))
    expect(program).toMatchObject({ subject: 'user:u1', username: 'bob', program: 'token:t1' })
  })

  it('is good for five seconds more, for clocks that differ, and no longer', async () => {
    const minted = (ago: number) => gate.assertionFor({ ...bob, roles: [String(ago)] }, Date.now() - ago)
    expect(await problemOf(await minted(3_600_000 + 2_000))).toBe('accepted')
    expect(await problemOf(await minted(3_600_000 + 7_000))).toBe('expired')
  })
})

describe('what is not accepted', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty field', ''],
    ['a field that came twice', ['a', 'b']],
  ])('%s', async (_what, value) => {
    expect(await problemOf(value)).toBe('missing')
  })

  it('an assertion for another app, of another gate, or of this gate by another key', async () => {
    const others = [
      { audience: 'http://127.0.0.1:7861' },
      { instance: 'otherone' },
      { key: new Secret(new Uint8Array(32)) },
    ]
    for (const other of others) {
      const text = await new Assertions({ ...parts, ...other }).assertionFor(bob, Date.now())
      expect(await problemOf(text)).toBe('invalid')
    }
  })

  it('an assertion of a gate that is not the one expected, though its key is known', async () => {
    verify = makeAssertionVerifier({ jwksUrl, audience, issuer: 'sekisho-somebody' })
    expect(await problemOf(good)).toBe('invalid')
  })

  it("somebody's own key under the gate's key id, or in the token itself", async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    expect(await problemOf(await forged().sign(privateKey))).toBe('invalid')
    const jwk = publicKey.export({ format: 'jwk' })
    const header = { ...decodeProtectedHeader(good), alg: 'EdDSA', jwk } as const
    const text = await new SignJWT(decodeJwt(good)).setProtectedHeader(header).sign(privateKey)
    expect(await problemOf(text)).toBe('invalid')
  })

  it('no signature at all, or one with the public key as a password', async () => {
    expect(await problemOf(new UnsecuredJWT(decodeJwt(good)).encode())).toBe('invalid')
    const { keys } = await gate.jwks(Date.now())
    for (const { x, kid } of keys) {
      const header = { alg: 'HS256', typ: 'sekisho+jwt', kid }
      const text = await new SignJWT(decodeJwt(good))
        .setProtectedHeader(header)
        .sign(Buffer.from(x, 'base64url'))
      expect(await problemOf(text)).toBe('invalid')
    }
  })

  it('a JWT of another kind, though the gate had signed it', async () => {
    const signing = await new SigningKeys(key, 'testtest').at(Date.now())
    const sign = (header: { typ?: string }, change = {}) =>
      new SignJWT({ ...decodeJwt(good), ...change })
        .setProtectedHeader({ alg: 'EdDSA', kid: signing.kid, ...header })
        .sign(signing.key)
    expect(await problemOf(await sign({ typ: 'sekisho+jwt' }))).toBe('accepted')
    expect(await problemOf(await sign({ typ: 'JWT' }))).toBe('invalid')
    expect(await problemOf(await sign({}))).toBe('invalid')
    for (const change of [{ sub: undefined }, { roles: 'admin' }, { roles: [1] }, { exp: undefined }])
      expect(await problemOf(await sign({ typ: 'sekisho+jwt' }, change))).toBe('invalid')
  })

  it('anything that differs from an assertion in one character', async () => {
    const characters = 'ABCxyz019-_.= '
    // The last character of a group carries bits that base64url ignores; a signature's has four of them.
    const at = fc.nat(good.length - 2)
    await fc.assert(
      fc.asyncProperty(at, fc.constantFrom(...characters), async (index, character) => {
        fc.pre(good[index] !== character)
        const text = good.slice(0, index) + character + good.slice(index + 1)
        expect(await problemOf(text)).toBe('invalid')
      }),
      { numRuns: 500 },
    )
  })

  it('whatever else stands in the field', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary-ascii', minLength: 1 }), async (text) => {
        expect(await problemOf(text)).toBe('invalid')
      }),
    )
  })
})

describe('while the keys cannot be fetched', () => {
  it('nobody is accepted, and it is not said to be the caller’s fault', async () => {
    down = true
    expect(await problemOf(good)).toBe('keys-unreachable')
    verify = makeAssertionVerifier({ jwksUrl: 'http://127.0.0.1:1/', audience })
    expect(await problemOf(good)).toBe('keys-unreachable')
  })

  it('those that are known go on working', async () => {
    await verify(good)
    down = true
    expect(await problemOf(good)).toBe('accepted')
  })
})

it.each([[''], [undefined], [null], [[audience]]])('a verifier for the audience %j is not made', (given) => {
  expect(() => makeAssertionVerifier({ jwksUrl, audience: given as string })).toThrow(TypeError)
})
