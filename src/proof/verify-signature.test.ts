/** A signature is good under the stored key alone, and a stored key that can't be read verifies nothing. */
import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Signer } from '../../test/rig/signer.ts'
import { enterText } from '../contract/proof.ts'
import { Secret } from '../kit/secret.ts'
import { makeSeal } from '../kit/seal.ts'
import type { ProofKey } from '../store/rows.ts'
import { makeVerifySignature } from './verify-signature.ts'

const seal = makeSeal(new Secret(randomBytes(32)), 'test')
const verify = makeVerifySignature(seal)
const secret = randomBytes(32)

const secretKey = (bytes: Uint8Array): ProofKey => ({
  alg: 'hmac-sha256',
  keyid: 'k',
  key: seal.seal(Buffer.from(bytes).toString('base64url')),
})
const macOf = (base: string) => createHmac('sha256', secret).update(base, 'latin1').digest()

describe('with a public key', () => {
  const signer = new Signer()
  const origin = 'https://app.example'
  const { publicKey, signature } = signer.enter('code', origin, signer)
  const base = enterText(origin, 'code', publicKey)
  const bytes = Buffer.from(signature, 'base64url')

  it('what it signed is good, as often as it is asked', () => {
    expect([verify(signer.row, base, bytes), verify(signer.row, base, bytes)]).toEqual([true, true])
    expect(verify(signer.row, `${base} `, bytes)).toBe(false)
    expect(verify(new Signer().row, base, bytes)).toBe(false)
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['too little', bytes.subarray(0, 63)],
    ['too much', Buffer.concat([bytes, Buffer.alloc(1)])],
    ['zeros', Buffer.alloc(64)],
  ])('is not signed by %s', (_, other) => {
    expect(verify(signer.row, base, other)).toBe(false)
  })

  it.each([
    ['is no base64url', 'no key'],
    ['is too short', signer.row.key.slice(0, 40)],
    ['is too long', `${signer.row.key}AAAA`],
    ['is no point of the curve', Buffer.alloc(65, 4).toString('base64url')],
  ])('a stored one that %s verifies nothing', (_, key) => {
    for (let again = 0; again < 2; again++) expect(verify({ ...signer.row, key }, base, bytes)).toBe(false)
  })
})

describe('with a secret key', () => {
  const base = '"@method": GET\n"@target-uri": https://app.example/\u00e9'

  it('what it signed is good, byte for byte', () => {
    expect(verify(secretKey(secret), base, macOf(base))).toBe(true)
    expect(verify(secretKey(secret), `${base} `, macOf(base))).toBe(false)
    expect(verify(secretKey(randomBytes(32)), base, macOf(base))).toBe(false)
  })

  it('is not signed by a part of it, or more', () => {
    expect(verify(secretKey(secret), base, macOf(base).subarray(0, 31))).toBe(false)
    expect(verify(secretKey(secret), base, Buffer.concat([macOf(base), Buffer.alloc(1)]))).toBe(false)
  })

  it('a stored one that can’t be unsealed, or is of another size, verifies nothing', () => {
    const empty = createHmac('sha256', '').update(base, 'latin1').digest()
    expect(verify({ ...secretKey(secret), key: 'not sealed' }, base, empty)).toBe(false)
    const half = createHmac('sha256', secret.subarray(0, 16)).update(base, 'latin1').digest()
    expect(verify(secretKey(secret.subarray(0, 16)), base, half)).toBe(false)
  })
})
