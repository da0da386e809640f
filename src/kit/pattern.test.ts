import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePattern, type Pattern } from './pattern.ts'

function compiled(source: string): Pattern {
  const pattern = compilePattern(source)
  if (typeof pattern === 'string') throw new TypeError(pattern)
  return pattern
}

describe('an allow-list pattern', () => {
  test.each([
    ['a', 'ab', false],
    ['a|ab', 'ab', true],
    ['^a$', 'a', true],
    ['^a$', 'a\n', false],
    ['(?m)^a$', 'a\nb', false],
    ['[\\p{L}\\p{N} -]{1,64}', '見積 書-1', true],
    ['[\\p{L}\\p{N} -]{1,64}', "x'; DROP TABLE users; --", false],
    ['.', '😀', true],
    ['.', 'ab', false],
    ['', '', true],
    ['', 'a', false],
  ])('%s on %j: %s', (source, text, expected) => {
    expect(compiled(source).matches(text)).toBe(expected)
  })

  test.each(['[', 'a(?=b)', '(a)\\1', 'a{1,1001}', 'x'.repeat(1001)])(
    '%s is none, and it is said why',
    (source) => {
      expect(compilePattern(source)).toEqual(expect.any(String))
    },
  )

  test('matches what the standard engine matches as a whole', () => {
    const piece = fc.constantFrom('a', 'b', '[ab]', '[^a]', 'a*', '(a|b)+', 'b?', 'a{1,3}', '\\d', '\\w', '.')
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')),
        fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 12 }),
        (source, text) => {
          expect(compiled(source).matches(text)).toBe(new RegExp(`^(?:${source})$`, 'u').test(text))
        },
      ),
    )
  })
})
