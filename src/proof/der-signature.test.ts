/** Our conversion against Node's own, which reads both forms. */
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derSignature } from './der-signature.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const side = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const

const hex = (text: string) => Buffer.from(text, 'hex')

describe('a signature in DER', () => {
  it('holds for what was signed, and for nothing else', () => {
    // Every 128th has a number that is shorter than the others.
    for (let round = 0; round < 1000; round++) {
      const text = Buffer.from(`said ${String(round)}`)
      const der = derSignature(sign('sha256', text, side))
      expect(verify('sha256', text, publicKey, der)).toBe(true)
      expect(verify('sha256', Buffer.from('said by nobody'), publicKey, der)).toBe(false)
    }
  })

  it('of any 64 bytes is refused as Node refuses them', () => {
    const number = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom('00', '01', '7f', '80', 'ff').map((end) => hex(end.padStart(64, '0'))),
      // The group's order, and one less.
      fc
        .constantFrom('51', '50')
        .map((end) => hex(`ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc6325${end}`)),
    )
    fc.assert(
      fc.property(number, number, fc.uint8Array(), (r, s, text) => {
        const pair = Buffer.concat([r, s])
        const asNode = verify('sha256', text, { key: publicKey, dsaEncoding: 'ieee-p1363' }, pair)
        expect(verify('sha256', text, publicKey, derSignature(pair))).toBe(asNode)
      }),
    )
  })

  it.each([
    ['01', '01', '3006020101020101'],
    ['00', '7f', '300602010002017f'],
    ['80', 'ff', '300802020080020200ff'],
  ])('writes %s and %s in the shortest form that is not negative', (r, s, der) => {
    const pair = Buffer.concat([hex(r.padStart(64, '0')), hex(s.padStart(64, '0'))])
    expect(Buffer.from(derSignature(pair)).toString('hex')).toBe(der)
  })

  it('writes the largest numbers whole', () => {
    const der = Buffer.from(derSignature(Buffer.alloc(64, 0xff))).toString('hex')
    expect(der).toBe(`3046022100${'ff'.repeat(32)}022100${'ff'.repeat(32)}`)
  })
})
