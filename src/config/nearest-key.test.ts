/** Suggestions for mistyped keys. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance, nearestKey } from './nearest-key.ts'

test.each([
  ['', 'upstrem', 'upstream'],
  ['', 'trusted-proxies', 'trusted_proxies'],
  ['', 'acceptRisks', 'accept_risks'],
  ['session', 'idel', 'session.idle'],
  ['', 'absolute', 'session.absolute'],
  ['limits', 'max_size', 'audit.max_size'],
  ['proof', 'call', 'proof.calls'],
  ['session', 'call', 'limits.call'],
  ['tls', 'Cert', 'tls.cert'],
])('in %j, %s is meant as %s', (folder, key, meant) => {
  expect(nearestKey(folder, key)).toBe(meant)
})

test.each(['x', 'zz', 'colour', ''])('%j is like nothing', (key) => {
  expect(nearestKey('', key)).toBeUndefined()
})

test('the distance is a distance', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
})
