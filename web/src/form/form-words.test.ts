/** The words for what can go wrong with any form. */
import { expect, test } from 'vitest'
import { describeTrouble, formWords } from './form-words.ts'

test('every trouble has its words in both languages', () => {
  const kinds = ['unreachable', 'weakened', 'unsupported', 'faulty'] as const
  for (const words of Object.values(formWords)) {
    const texts = [
      ...kinds.map((kind) => describeTrouble({ kind }, words)),
      describeTrouble({ kind: 'paced', waitSeconds: 90 }, words),
      describeTrouble({ kind: 'busy', waitSeconds: 90 }, words),
    ]
    expect(new Set(texts).size).toBe(6)
    for (const text of texts) expect(text).not.toMatch(/[{}]|^$/)
  }
})

test('a wait stands in the sentence', () => {
  expect(describeTrouble({ kind: 'paced', waitSeconds: 65 }, formWords.en)).toContain('in 1 min 5 s.')
  expect(describeTrouble({ kind: 'paced', waitSeconds: 65 }, formWords.ja)).toContain('1 分 5 秒後')
})
