/** Each reason has words of its own at the terminal. */
import { expect, test } from 'vitest'
import { guessPatterns, type PasswordReason } from '../contract/password-rules.ts'
import { explainPassword } from './password-words.ts'

const reasons: readonly PasswordReason[] = [
  { code: 'too-short', length: 14, least: 15 },
  { code: 'too-long', length: 2000, most: 1024 },
  { code: 'control-character' },
  { code: 'not-unicode' },
  { code: 'repeats' },
  { code: 'common' },
  { code: 'site-word', word: 'gpu.example.org' },
  { code: 'composition', missing: ['lower', 'upper', 'digit', 'symbol'] },
  ...guessPatterns.map((pattern) => ({ code: 'guessable', pattern }) as const),
]

test('every reason is told, each in its own words', () => {
  const told = reasons.map((reason) => explainPassword([reason]))
  expect(new Set(told).size).toBe(reasons.length)
  for (const text of told) expect(text).toMatch(/^This password can't be used\. .{20}/)
  expect(explainPassword(reasons.slice(0, 2))).toBe(
    "This password can't be used. It has 14 characters; at least 15 are needed. It is longer than 1024 characters.",
  )
})
