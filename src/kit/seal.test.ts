/** Sealing: what comes back is what went out, or nothing. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBase64url, toBase64url } from './base64url.ts'
import { Secret } from './secret.ts'
import { makeSeal } from './seal.ts'

const key = new Secret<Uint8Array>(randomBytes(32))
const seal = makeSeal(key, 'login/abcd')

describe('a seal', () => {
  it('gives back what it sealed, and shows nothing of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const sealed = seal.seal(text)
        expect(seal.unseal(sealed)).toBe(text)
        expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/)
      }),
    )
    expect(seal.seal('same')).not.toBe(seal.seal('same'))
  })

  it('is broken by any change of any bit', () => {
    const sealed = parseBase64url(seal.seal('state')) ?? Buffer.alloc(0)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(seal.unseal(toBase64url(changed)), `bit ${String(bit)}`).toBeUndefined()
    }
  })

  it('opens nothing that is cut, longer, or not base64url', () => {
    const sealed = seal.seal('state')
    for (let length = 0; length < sealed.length; length++) {
      expect(seal.unseal(sealed.slice(0, length))).toBeUndefined()
    }
    for (const wrong of [`${sealed}A`, `${sealed}=`, ` ${sealed}`, sealed.replace(/.$/, '+')]) {
      expect(seal.unseal(wrong)).toBeUndefined()
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(seal.unseal(text)).toBeUndefined()
      }),
    )
  })

  it('of another key, purpose or instance opens nothing', () => {
    const sealed = seal.seal('state')
    expect(makeSeal(key, 'login/abce').unseal(sealed)).toBeUndefined()
    expect(makeSeal(new Secret<Uint8Array>(randomBytes(32)), 'login/abcd').unseal(sealed)).toBeUndefined()
    expect(makeSeal(key, 'login/abcd').unseal(sealed)).toBe('state')
  })
})
