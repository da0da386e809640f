/** Tests of the words for outcomes. */
import { expect, test } from 'vitest'
import { describeOutcome, loginWords } from './status.ts'

test('every outcome has its words in both languages', () => {
  const kinds = ['signed-in', 'refused', 'unreachable', 'weakened', 'unsupported', 'faulty'] as const
  for (const words of Object.values(loginWords)) {
    const texts = [
      ...kinds.map((kind) => describeOutcome({ kind }, words)),
      describeOutcome({ kind: 'paced', waitSeconds: 90 }, words),
      describeOutcome({ kind: 'busy', waitSeconds: 90 }, words),
    ]
    expect(new Set(texts).size).toBe(8)
    for (const text of texts) expect(text).not.toMatch(/[{}]|^$/)
  }
})

test('a wait stands in the sentence', () => {
  expect(describeOutcome({ kind: 'paced', waitSeconds: 65 }, loginWords.en)).toContain('in 1 min 5 s.')
  expect(describeOutcome({ kind: 'paced', waitSeconds: 65 }, loginWords.ja)).toContain('1 分 5 秒後')
})
