/** Tests of what the page believes of the gate's first answer. */
import fc from 'fast-check'
import { defaultStretching, leastStretching } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { isAllowedStretching, mostStretching, parseLoginStarted } from './started.ts'

const good = {
  loginResponse: 'abc-_9',
  state: 'c2VhbGVk',
  stretching: { ...defaultStretching },
  identifiers: { client: 'guest', server: 'demo' },
}

test('an answer with the fields of the contract passes, and nothing else comes along', () => {
  expect(parseLoginStarted({ ...good, extra: 1 })).toEqual(good)
  expect(parseLoginStarted({ ...good, keyOptional: true })).toEqual({ ...good, keyOptional: true })
  expect(parseLoginStarted({ ...good, keyOptional: 'yes' })).toEqual(good)
})

test('anything that is not an object of the contract is no answer', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(parseLoginStarted(value)).toBeUndefined()
    }),
  )
})

test('a field of the wrong kind is no answer', () => {
  const wrong = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.constant(''),
    fc.constant('with space'),
    fc.double({ noInteger: true }),
    fc.constant([]),
    fc.constant({}),
  )
  const field = fc.constantFrom('loginResponse', 'state', 'stretching', 'identifiers')
  fc.assert(
    fc.property(field, wrong, (name, value) => {
      expect(parseLoginStarted({ ...good, [name]: value })).toBeUndefined()
    }),
  )
  const cost = fc.constantFrom('memory', 'iterations', 'parallelism')
  fc.assert(
    fc.property(cost, wrong, (name, value) => {
      const stretching = { ...good.stretching, [name]: value }
      expect(parseLoginStarted({ ...good, stretching })).toBeUndefined()
    }),
  )
})

test('the default and the least stretching are allowed', () => {
  expect(isAllowedStretching(defaultStretching)).toBe(true)
  expect(isAllowedStretching(leastStretching)).toBe(true)
  expect(isAllowedStretching(mostStretching)).toBe(true)
})

test('one cost below the least or above the most is refused, however high the others are', () => {
  const cost = fc.constantFrom('memory' as const, 'iterations' as const, 'parallelism' as const)
  fc.assert(
    fc.property(cost, fc.integer({ min: 1, max: 1e9 }), (name, by) => {
      expect(isAllowedStretching({ ...mostStretching, [name]: leastStretching[name] - by })).toBe(false)
      expect(isAllowedStretching({ ...leastStretching, [name]: mostStretching[name] + by })).toBe(false)
    }),
  )
})
