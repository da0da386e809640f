/** The way to the other language. */
import { expect, test } from 'vitest'
import { languageUrl } from './surroundings.ts'

test('the other language keeps where the page was to lead, and its fragment', () => {
  expect(languageUrl('ja', '', '')).toBe('?lang=ja')
  expect(languageUrl('ja', '?return_to=%2Fa%3Fb%3D1&lang=en', '#part')).toBe(
    '?return_to=%2Fa%3Fb%3D1&lang=ja#part',
  )
  expect(languageUrl('en', '?reason=expired', '')).toBe('?reason=expired&lang=en')
})
