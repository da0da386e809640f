import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeApiToken } from './token.ts'
import { parseApiTokenName } from './token-name.ts'

describe('the name of a token', () => {
  it('is what a person calls it, in any language', () => {
    for (const name of ['ci', 'Nightly build #3', '夜間バッチ', '🤖', 'x'.repeat(64)])
      expect(parseApiTokenName(name)).toBe(name)
  })

  it('has one spelling: no blanks around it, composed letters', () => {
    expect(parseApiTokenName('  ci ')).toBe('ci')
    expect(parseApiTokenName('cafe\u0301')).toBe('caf\u00e9')
  })

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['65 characters', 'x'.repeat(65)],
    ['a line end', 'a\nb'],
    ['an escape', 'a\u001b[2Jb'],
    ['a reversed reading direction', 'a\u202eb'],
    ['a hidden sign', 'a\u200bb'],
    ['half a character', 'a\ud800b'],
    ['a token', makeApiToken().reveal()],
  ])('is not %s', (_, typed) => {
    expect(parseApiTokenName(typed)).toBeUndefined()
  })

  it('that was accepted is accepted again as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        const name = parseApiTokenName(typed)
        if (name !== undefined) expect(parseApiTokenName(name)).toBe(name)
      }),
    )
  })
})
