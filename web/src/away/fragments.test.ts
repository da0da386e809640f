/** What travels in fragments between the app's origin and a login host. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeIn, keyOfApp, readConfirmed, writeConfirmed, writeKey } from './fragments.ts'

const key = 'B'.repeat(87)

test('the key goes there, if it is one', () => {
  expect(keyOfApp(`#${writeKey(key)}`)).toBe(key)
  for (const hash of ['', '#', '#part', `#sekisho-key=${key}A`, `#sekisho-key=${'+'.repeat(87)}`])
    expect(keyOfApp(hash)).toBeUndefined()
})

test('the code comes back, and a fragment of the app is none', () => {
  expect(codeIn('#sekisho-code=abc_-1')).toBe('abc_-1')
  for (const hash of ['', '#code=abc', '#sekisho-code=', '#sekisho-code=a b', '#sekisho-code=<b>'])
    expect(codeIn(hash)).toBeUndefined()
})

test('a confirmation comes back as it was', () => {
  for (const confirmation of [
    { ticket: 't-1', what: 'age' },
    { ticket: 't-1', what: 'call', code: 'c_2' },
    // Over.
    { ticket: 't-1', what: 'call' },
  ] as const)
    expect(readConfirmed(`#${writeConfirmed(confirmation)}`)).toEqual(confirmation)
})

test('whatever else stands there, what is read is base64url or nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webFragments()), (hash) => {
      const read = [codeIn(hash), keyOfApp(hash), readConfirmed(hash)?.ticket, readConfirmed(hash)?.code]
      return read.every((one) => one === undefined || /^[\w-]+$/.test(one))
    }),
  )
})
