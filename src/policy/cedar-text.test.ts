/** Values as Cedar writes them: whatever an operator wrote stays the text that it was. */
import fc from 'fast-check'
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, it } from 'vitest'
import { anyOf, cedarActions, cedarPattern, cedarRole, cedarString, fitsPattern } from './cedar-text.ts'

/** The value of the one condition, as Cedar reads it. */
function readBack(expression: string): unknown {
  const answer = policyToJson(`permit (principal, action, resource) when { ${expression} };`)
  return answer.type === 'success' ? answer.json.conditions[0]?.body : answer.errors
}

describe('a text', () => {
  it('is read back by Cedar as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readBack(cedarString(text))).toEqual({ Value: text })
      }),
    )
  })

  it('shows what would act on whatever shows it', () => {
    expect(cedarString('a"b\\c')).toBe(String.raw`"a\"b\\c"`)
    expect(cedarString('a\u202eb\u0000\u2028\u2029\n')).toBe(
      String.raw`"a\u{202e}b\u{0}\u{2028}\u{2029}\u{a}"`,
    )
    expect(cedarString('é 試 *')).toBe('"é 試 *"')
  })
})

describe('a pattern', () => {
  it('has its stars, and all else as it was', () => {
    expect(cedarPattern('a*"b\n*')).toBe(String.raw`"a*\"b\u{a}*"`)
    expect(fitsPattern('resource.name', 'report_*')).toBe('resource.name like "report_*"')
    expect(fitsPattern('resource.name', 're"port')).toBe(String.raw`resource.name == "re\"port"`)
  })
})

it('roles and actions are named with their types', () => {
  expect(cedarRole('a"b')).toBe(String.raw`Sekisho::Role::"a\"b"`)
  expect(cedarActions(['viewPage'])).toBe('action == Sekisho::Action::"viewPage"')
  expect(cedarActions(['viewPage', 'readConfig'])).toBe(
    'action in [Sekisho::Action::"viewPage", Sekisho::Action::"readConfig"]',
  )
})

it('several conditions stand in brackets, one alone without', () => {
  expect(anyOf(['a'])).toBe('a')
  expect(anyOf(['a', 'b'])).toBe('(a || b)')
})
