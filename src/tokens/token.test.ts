/** API tokens as text. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findApiToken, hashApiToken, holdsApiToken, makeApiToken, parseApiToken } from './token.ts'

const make = () => makeApiToken().reveal()
const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

describe('an API token', () => {
  it('begins with our name and is read back as it is', () => {
    const text = make()
    expect(text).toMatch(/^sekisho_[0-9A-Za-z]{38}$/)
    expect(parseApiToken(text)).toBe(text)
  })

  it('prints as dots wherever nobody asked for its value', () => {
    expect(`${String(makeApiToken())} ${JSON.stringify([makeApiToken()])}`).not.toContain('sekisho_')
  })

  it('uses every letter at every place', () => {
    const seen = Array.from({ length: 32 }, () => new Set<string>())
    for (let turn = 0; turn < 2000; turn++) {
      const text = make()
      for (const [place, letter] of [...text.slice(8, 40)].entries()) seen[place]?.add(letter)
    }
    // One letter missing at one place after 2000 draws: 62 × 32 × (61/62)^2000, about 1.5e-11.
    expect(seen.map((set) => set.size)).toEqual(seen.map(() => letters.length))
  })

  it('has a checksum that this program and any other compute alike', () => {
    // By Python's zlib.crc32, in base 62.
    expect(parseApiToken('sekisho_sekishoTokenChecksumReference01237wVuE')).toBeDefined()
  })

  it('is told from one with a single letter changed, two swapped, or a piece missing', () => {
    fc.assert(
      fc.property(fc.nat(37), fc.constantFrom(...letters), (place, letter) => {
        const text = make()
        const at = 8 + place
        const changed = text.slice(0, at) + letter + text.slice(at + 1)
        if (changed !== text) expect(parseApiToken(changed)).toBeUndefined()
        const swapped = text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2)
        if (swapped !== text) expect(parseApiToken(swapped)).toBeUndefined()
        expect(parseApiToken(text.slice(0, at))).toBeUndefined()
      }),
    )
  })

  it('is nothing else: no blank, line end, other case or text around it', () => {
    const text = make()
    for (const wrong of [
      '',
      ` ${text}`,
      `${text}\n`,
      `${text}0`,
      text.toUpperCase(),
      text.replace('sekisho_', 'sekisho-'),
      `Bearer ${text}`,
    ])
      expect(parseApiToken(wrong), JSON.stringify(wrong)).toBeUndefined()
    fc.assert(fc.property(fc.string(), (any) => parseApiToken(any) === undefined))
  })

  it('is stored as a hash of which nothing leads back', () => {
    const text = make()
    const token = parseApiToken(text)
    const hash = token && hashApiToken(token)
    expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(hash).toBe(token && hashApiToken(token))
    expect(text).not.toContain(hash)
  })
})

describe('a token in the wrong place', () => {
  const encode = (text: string) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const again = (text: string) => text.replaceAll('%', '%25')

  it('is seen whatever stands around it, however often it was encoded, and without its end', () => {
    const around = fc.string({ unit: fc.constantFrom(...'/?=&;%+ aZ0257_-.é') })
    fc.assert(
      fc.property(around, around, fc.nat(6), fc.nat(6), (before, after, times, missing) => {
        const token = make()
        let text = token.slice(0, 46 - missing)
        for (let time = 0; time < times; time++) text = time === 0 ? encode(text) : again(text)
        const whole = `${before}${text}${after}`
        expect(holdsApiToken(whole)).toBe(true)
        if (missing === 0) expect(findApiToken(whole)).toBe(token)
      }),
    )
  })

  it('is seen with its prefix in capitals too, since the rest is all of the secret', () => {
    const token = make()
    const shouted = `/?t=${token.replace('sekisho', 'SEKISHO')}`
    expect([holdsApiToken(shouted), findApiToken(shouted)]).toEqual([true, token])
  })

  it('is not seen where there is none', () => {
    const addresses = fc.string({ unit: fc.constantFrom(...'/?=&;%25+sekisho_aZ0.'), maxLength: 200 })
    fc.assert(fc.property(addresses, (address) => !holdsApiToken(address)))
    for (const address of [
      '/gradio_api/file=/tmp/sekisho_report-2026-11-22.txt',
      '/?__theme=dark',
      'a'.repeat(8192),
      '%'.repeat(8192),
      `sekisho_${'0'.repeat(31)}`,
    ])
      expect([holdsApiToken(address), findApiToken(address)], address.slice(0, 60)).toEqual([
        false,
        undefined,
      ])
    // It looks like one, and is none.
    expect(findApiToken(`/?t=sekisho_${'0'.repeat(38)}`)).toBeUndefined()
  })
})
