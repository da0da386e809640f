import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBase64url, toBase64url } from '../kit/base64url.ts'
import { makeToken, parseToken } from './token.ts'

describe('a session token', () => {
  it('is the one canonical spelling of 32 bytes, and nothing else', () => {
    const bytes = fc.uint8Array({ minLength: 31, maxLength: 33 }).map(toBase64url)
    const text = fc.string({
      unit: fc.constantFrom(...'AEBabyz059-_=+/ \n'),
      minLength: 42,
      maxLength: 44,
    })
    fc.assert(
      fc.property(fc.oneof(bytes, text), fc.constantFrom('', 'A', 'B', '=', '\n'), (some, last) => {
        for (const one of [some, some + last, some.slice(0, -1) + last])
          expect(parseToken(one)).toBe(parseBase64url(one)?.length === 32 ? one : undefined)
      }),
      { numRuns: 3000 },
    )
  })

  it('is read as it is made', () => {
    const token = makeToken()
    expect(parseToken(token)).toBe(token)
  })
})
