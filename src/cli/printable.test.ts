/** What reaches a terminal. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable, printableJson, table } from './printable.ts'

test.each([
  ['\u001b[2J', '\\u001b[2J'],
  ['a\u009b31m', 'a\\u009b31m'],
  ['\u202egnp.exe', '\\u202egnp.exe'],
  ['a\nb', 'a\\u000ab'],
  ['\u{e0041}', '\\udb40\\udc41'],
  ['\ud800', '\\ud800'],
  ['日本語 é 🙂', '日本語 é 🙂'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('nothing that steers a terminal is left, and JSON still says the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = printableJson({ text })
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
      expect(JSON.parse(shown)).toEqual({ text })
    }),
  )
})

test('columns line up', () => {
  expect(
    table([
      ['A', 'B'],
      ['long', 'x'],
    ]),
  ).toBe('A     B\nlong  x')
})
