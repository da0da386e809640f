/** What an attribute may be called, and what it may hold. */
import { describe, expect, test } from 'vitest'
import { parseAttributeName, parseAttributeValue } from './attribute.ts'

describe('a name', () => {
  test.each(['a', 'Department', 'cost-centre', 'team.lead_2', 'x'.repeat(64)])('%s is one', (name) => {
    expect(parseAttributeName(name)).toBe(name)
  })

  test.each(['', '__proto__', '2nd', 'a b', 'a=b', 'a\n', '部署', 'аdmin', 'x'.repeat(65), '*', 'a"b'])(
    '%j is none',
    (name) => {
      expect(parseAttributeName(name)).toBeUndefined()
    },
  )
})

describe('a value', () => {
  test.each(['finance', 'a=b', '経理部', 'with blanks', 'x'.repeat(256)])('%s is one', (value) => {
    expect(parseAttributeValue(value)).toBe(value)
  })

  test('has one spelling', () => {
    expect(parseAttributeValue('e\u0301')).toBe('\u00e9')
  })

  test.each(['', 'x'.repeat(257), 'a\u0007', 'a\u202eb', 'a\nb', '\u200b'])('%j is none', (value) => {
    expect(parseAttributeValue(value)).toBeUndefined()
  })
})
