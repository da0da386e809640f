/** What a new password must be, and the pass-phrases that we make. */
import { wordlist } from '@scure/bip39/wordlists/english.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generatePassphrase } from './passphrase.ts'
import { judgePassword } from './password-rules.ts'

describe('a password', () => {
  it('of 15 characters is enough, counted as code points after NFKC', () => {
    expect(judgePassword('hushed lantern!').ok).toBe(true)
    expect(judgePassword('hushed lantern')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('14') as string,
    })
    expect(judgePassword('🦊🐢🌵🍋🛶🎻🧭🪁🗿🧊🦀🪴🎲🧶🫖')).toMatchObject({ ok: true })
    // One ligature is three letters once normalised, and e with an accent is one character.
    expect(judgePassword('ﬃ wooden lamps').ok).toBe(true)
    expect(judgePassword('e\u0301te\u0301 sans nuage').ok).toBe(false)
  })

  it('is kept whole, in its normal form', () => {
    const long = `${'long pass phrase '.repeat(50)}end`
    expect(judgePassword(long)).toEqual({ ok: true, password: long })
    expect(judgePassword('ｆｕｌｌ　ｗｉｄｔｈ　ｔｅｘｔ')).toEqual({ ok: true, password: 'full width text' })
    expect(judgePassword('x y'.repeat(400)).ok).toBe(false)
  })

  it.each([
    ['a line break', 'seven sleepy\nherons'],
    ['a NUL', 'seven sleepy\0herons'],
    ['half a character', 'seven sleepy herons \ud800'],
    ['one letter again and again', 'aaaaaaaaaaaaaaaaaaaa'],
    ['one word again and again', 'PasswordpasswordPASSWORD'],
    ['a word and a half', 'hunter2hunter2hunt'],
    ['dashes', '---------------'],
    ['digits in order', '1234567890123456'],
    ['the alphabet', 'abcdefghijklmno'],
    ['a run of the keyboard', 'qwertyuiopasdfgh'],
    ['what everybody knows', 'Correct-Horse-Battery-Staple'],
  ])('with %s is refused with a reason', (_, password) => {
    const verdict = judgePassword(password)
    expect(verdict).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^This password can't be used\. .{20}/) as string,
    })
    if (!verdict.ok) expect(verdict.reason).not.toContain(password)
  })

  it('that is accepted is accepted in the form that it is kept in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 12, maxLength: 40 }), (typed) => {
        const verdict = judgePassword(typed)
        if (verdict.ok) expect(judgePassword(verdict.password)).toEqual(verdict)
      }),
    )
  })
})

describe('a generated pass-phrase', () => {
  it('is seven words of the list, which make 77 bits, and passes our own rules', () => {
    expect(wordlist.length).toBe(2048)
    for (let n = 0; n < 200; n++) {
      const phrase = generatePassphrase()
      const words = phrase.split('-')
      expect(words.length).toBe(7)
      for (const word of words) expect(wordlist).toContain(word)
      expect(judgePassword(phrase)).toEqual({ ok: true, password: phrase })
    }
  })

  it('uses the whole list evenly', () => {
    const seen = new Map<string, number>()
    for (let n = 0; n < 6000; n++) {
      for (const word of generatePassphrase().split('-')) seen.set(word, (seen.get(word) ?? 0) + 1)
    }
    // 42,000 draws, 20.5 expected of each word: chi-square with 2047 degrees of freedom, eight standard deviations.
    const expected = (6000 * 7) / 2048
    const counts = wordlist.map((word) => seen.get(word) ?? 0)
    const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(chi).toBeGreaterThan(2047 - 8 * Math.sqrt(2 * 2047))
    expect(chi).toBeLessThan(2047 + 8 * Math.sqrt(2 * 2047))
  })
})
