import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBearer } from './bearer.ts'

describe('the Authorization field', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
    'names the scheme as %s or in any other case',
    (scheme) => {
      expect(readBearer(`${scheme} abc`)).toEqual({ kind: 'token', text: 'abc' })
      expect(readBearer(`${scheme}   abc`)).toEqual({ kind: 'token', text: 'abc' })
    },
  )

  it.each([undefined, '', 'Basic YTpi', 'Digest username="a"', 'Bearerabc', 'abc', 'hf_abc'])(
    'with %j has nothing for us',
    (field) => {
      expect(readBearer(field)).toEqual({ kind: 'none' })
    },
  )

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer, Bearer a',
    'Bearer\ta',
    'Bearer "a"',
    'Bearer a=b',
    'Bearer ä',
    'Bearer token=a',
  ])('with %j is of our scheme and no token', (field) => {
    expect(readBearer(field)).toEqual({ kind: 'malformed' })
  })

  it('gives nothing but the characters of RFC 6750 section 2.1', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bearer = readBearer(`Bearer ${text}`)
        if (bearer.kind === 'token') expect(bearer.text).toMatch(/^[A-Za-z0-9._~+/-]+=*$/)
      }),
    )
  })
})
