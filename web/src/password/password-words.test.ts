/** The words for reasons and strength. */
import { guessPatterns, type PasswordReason, type PasswordVerdict, type Score } from 'sekisho/password-rules'
import { expect, test } from 'vitest'
import { describeReason, describeStrength, meterOf, passwordWords } from './password-words.ts'

const reasons: readonly PasswordReason[] = [
  { code: 'too-short', length: 3, least: 15 },
  { code: 'too-long', length: 2000, most: 1024 },
  { code: 'control-character' },
  { code: 'not-unicode' },
  { code: 'repeats' },
  { code: 'common' },
  { code: 'site-word', word: 'gpu.example.org' },
  { code: 'composition', missing: ['lower', 'upper', 'digit', 'symbol'] },
  ...guessPatterns.map((pattern) => ({ code: 'guessable', pattern }) as const),
]

function verdict(score: Score, ok: boolean): PasswordVerdict {
  const strength = { score, guessesLog10: 5, pattern: 'bruteforce' } as const
  return ok ? { ok, password: 'x', strength } : { ok, reasons: [{ code: 'common' }], strength }
}

test('every reason has its words in both languages, with its numbers and names', () => {
  for (const words of Object.values(passwordWords)) {
    const texts = reasons.map((reason) => describeReason(reason, words))
    expect(new Set(texts).size).toBe(reasons.length)
    for (const text of texts) expect(text).not.toMatch(/[{}]|^$/)
    expect(texts[0]).toMatch(/3.*15/)
    expect(texts[6]).toContain('gpu.example.org')
  }
})

test('the meter shows the score, but nothing good of what cannot be used', () => {
  const scores = [0, 1, 2, 3, 4] as const
  expect(scores.map((score) => meterOf(verdict(score, true)))).toEqual([0, 1, 2, 3, 4])
  expect(scores.map((score) => meterOf(verdict(score, false)))).toEqual([0, 1, 2, 2, 2])
  for (const words of Object.values(passwordWords)) {
    expect(new Set(scores.map((score) => describeStrength(verdict(score, true), words))).size).toBe(5)
  }
})
