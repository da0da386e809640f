/** The pass-phrases that we make. */
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { describe, expect, it } from 'vitest'
import { loadGuessing } from '../cli/guessing.ts'
import { defaultPasswordRules, judgePassword } from '../contract/password-rules.ts'
import { generatePassphrase } from './passphrase.ts'

const guessing = await loadGuessing()

describe('a generated pass-phrase', () => {
  it('is seven words of the list, which make 77 bits, and passes our own rules', () => {
    expect(wordlist.length).toBe(2048)
    for (let n = 0; n < 100; n++) {
      const phrase = generatePassphrase()
      const words = phrase.split('-')
      expect(words.length).toBe(7)
      for (const word of words) expect(wordlist).toContain(word)
      expect(judgePassword(phrase, defaultPasswordRules, guessing)).toMatchObject({
        ok: true,
        password: phrase,
        strength: { score: 4 },
      })
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
