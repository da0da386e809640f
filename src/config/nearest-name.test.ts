/** What is suggested in place of a name that nobody knows. */
import { expect, test } from 'vitest'
import { didYouMean, nearestName } from './nearest-name.ts'

const known = ['admin', 'analyst', 'viewer']

test.each([
  ['anlayst', 'analyst'],
  ['Admin', 'admin'],
  ['adm', undefined],
  ['x'.repeat(1000), undefined],
])('for %s', (typed, meant) => {
  expect(nearestName(typed, known)).toBe(meant)
})

test('it is a question, or nothing', () => {
  expect(didYouMean('viewr', known)).toBe(' Did you mean viewer?')
  expect(didYouMean('viewer', [])).toBe('')
})
