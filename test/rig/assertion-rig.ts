/** A gate's keys without the gate: mints assertions, good ones and forged ones, and hands out the keys at an address. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose'
import { Assertions } from '../../src/assertion/assertions.ts'
import type { Asserted } from '../../src/assertion/claims.ts'
import { Secret } from '../../src/kit/secret.ts'

export interface AssertionRig {
  readonly assertions: Assertions
  readonly jwksUrl: string
  /** Begins to answer there. */
  open(): Promise<void>
  close(): Promise<void>
  /** What somebody may try who can't sign with the gate's key, by what they would call it. */
  forgeries(): Promise<Readonly<Record<string, string>>>
}

export const session = { id: 's1', account: 'u1', createdAt: 0 }
export const bob: Asserted = { kind: 'user', username: 'bob', session, roles: ['viewer'] }
export const carol: Asserted = {
  kind: 'user',
  username: 'carol',
  session: { ...session, account: 'u2' },
  roles: ['payroll'],
}

export function makeAssertionRig(audience: string, port: number): AssertionRig {
  const own = {
    key: new Secret(new Uint8Array(32).fill(1)),
    instance: 'testtest',
    audience,
    lifetimeMs: 3_600_000,
    rolesOf: (principal: Asserted) => ('roles' in principal ? principal.roles : []),
  }
  const assertions = new Assertions(own)
  const server = createServer((_request, response) => {
    void assertions.jwks(Date.now()).then((set) => response.end(JSON.stringify(set)))
  })
  return {
    assertions,
    jwksUrl: `http://127.0.0.1:${String(port)}/.sekisho/jwks.json`,
    open: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
    forgeries: async () => {
      const good = await assertions.assertionFor(carol, Date.now())
      const [claims, header] = [decodeJwt(good), { ...decodeProtectedHeader(good), alg: 'EdDSA' }]
      const { privateKey, publicKey } = generateKeyPairSync('ed25519')
      const [first] = (await assertions.jwks(Date.now())).keys
      const by = (more: object) => new Assertions({ ...own, ...more }).assertionFor(carol, Date.now())
      const hmac = { typ: 'sekisho+jwt', alg: 'HS256', kid: first?.kid ?? '' }
      const [head, , signature] = good.split('.')
      const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'user:u9' })).toString('base64url')
      return {
        nothing: '',
        'a word': 'carol',
        'no signature': new UnsecuredJWT(claims).encode(),
        'another key under the name of the right one': await new SignJWT(claims)
          .setProtectedHeader(header)
          .sign(privateKey),
        'a key of its own': await new SignJWT(claims)
          .setProtectedHeader({ ...header, jwk: publicKey.export({ format: 'jwk' }) })
          .sign(privateKey),
        'the public key as a password': await new SignJWT(claims)
          .setProtectedHeader(hmac)
          .sign(Buffer.from(first?.x ?? '', 'base64url')),
        'another subject under the right signature': `${head ?? ''}.${changed}.${signature ?? ''}`,
        'one that is over': await assertions.assertionFor(carol, Date.now() - 3_610_000),
        'one for another app': await by({ audience: 'http://127.0.0.1:7' }),
        'one of another gate': await by({ instance: 'otherone' }),
      }
    },
  }
}
