/** Tests of the choice of language. */
import { expect, test } from 'vitest'
import { chooseLanguage } from './language.ts'

test('the first wish that is one of ours wins', () => {
  expect(chooseLanguage(undefined, 'fr', 'ja-JP', 'en')).toBe('ja')
  expect(chooseLanguage('EN-us', 'ja')).toBe('en')
})

test('without a wish of ours it is English', () => {
  expect(chooseLanguage(null, '', 'java', 'enx')).toBe('en')
})
