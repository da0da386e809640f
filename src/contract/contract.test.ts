import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accountForNewPassword,
  normalizePassword,
  passwordLength,
  paths,
  safeReturnPath,
} from './contract.ts'

describe('the path to come back to', () => {
  it.each([
    '/',
    '/second',
    '/second?x=1#y',
    '/a/b?return_to=//evil.test',
    paths.account,
    accountForNewPassword,
  ])('%s is kept', (path) => {
    expect(safeReturnPath(path)).toBe(path)
  })

  it.each([
    null,
    undefined,
    '',
    'second',
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    'https://evil.test',
    'javascript:alert(1)',
    '/\tevil',
    '/a\nb',
    '/ /x',
    '/.sekisho/login',
    '/.sekisho/accounts',
    '/.sekisho/account/../login',
    '/.sekisho/account?return_to=/',
    '/.sekisho/account?reason=expired&return_to=/',
    '/関所',
    `/${'a'.repeat(3000)}`,
  ])('%j becomes /', (path) => {
    expect(safeReturnPath(path)).toBe('/')
  })

  it('never leads to another origin, as a browser reads it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const wanted of [text, `/${text}`, `//${text}`, `/\\${text}`]) {
          expect(new URL(safeReturnPath(wanted), 'https://gate.test').origin).toBe('https://gate.test')
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a password', () => {
  it('is one password in all its Unicode forms, counted by code points', () => {
    expect(normalizePassword('e\u0301')).toBe('\u00e9')
    expect(normalizePassword('ｐａｓｓ')).toBe('pass')
    expect(passwordLength('関所🗝️')).toBe(4)
  })
})
