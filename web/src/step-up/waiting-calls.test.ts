/** Which of the waiting calls is asked for, and which ones go on with what was given. */
import { beforeEach, expect, test } from 'vitest'
import type { StepUpEnd, StepUpRequest } from './after-step-up.ts'
import { WaitingCalls } from './waiting-calls.ts'

let shown: (string | undefined)[]
let ends: Record<string, StepUpEnd>
let waiting: WaitingCalls

const request = (
  what: 'age' | 'call',
  ticket: string,
  { signal } = new AbortController(),
): StepUpRequest => ({
  ...{ what, ticket, signal },
  settle: (end) => void (ends[ticket] = end),
})

beforeEach(() => {
  shown = []
  ends = {}
  waiting = new WaitingCalls((one) => void shown.push(one?.ticket))
})

test('one is shown at a time, in order', () => {
  for (const ticket of ['a', 'b']) waiting.add(request('call', ticket))
  expect(shown).toEqual(['a'])
  waiting.confirm({ what: 'call', ticket: 'a', code: '1' })
  waiting.confirm({ what: 'call', ticket: 'b', code: '2' })
  expect(shown).toEqual(['a', 'b', undefined])
  expect(ends).toEqual({ a: { kind: 'given', code: '1' }, b: { kind: 'given', code: '2' } })
})

test('a code is for its own call, also for one that isn’t shown', () => {
  for (const ticket of ['a', 'b']) waiting.add(request('call', ticket))
  waiting.confirm({ what: 'call', ticket: 'b', code: '2' })
  expect(ends).toEqual({ b: { kind: 'given', code: '2' } })
  expect(shown).toEqual(['a'])
})

test('whichever ticket is over, what waits with it asks again, and nothing else', () => {
  waiting.add(request('age', 'a'))
  for (const ticket of ['b', 'c']) waiting.add(request('call', ticket))
  waiting.confirm({ what: 'call', ticket: 'b' })
  waiting.confirm({ what: 'call', ticket: 'a' })
  expect(ends).toEqual({ a: { kind: 'given' }, b: { kind: 'given' } })
  expect(shown).toEqual(['a', 'c'])
})

test('a password counts for all that asked for a new one, from whichever window', () => {
  waiting.add(request('age', 'a'))
  waiting.add(request('call', 'b'))
  waiting.add(request('age', 'c'))
  waiting.confirm({ what: 'age', ticket: 'of another page' })
  expect(ends).toEqual({ a: { kind: 'given' }, c: { kind: 'given' } })
  expect(shown).toEqual(['a', 'b'])
})

test('what is declined is refused to the app, and whatever would ask the same right after', () => {
  waiting.add(request('age', 'a'))
  waiting.add(request('age', 'b'))
  waiting.add(request('call', 'c'))
  waiting.decline()
  expect(ends).toEqual({ a: { kind: 'declined' }, b: { kind: 'declined' } })
  waiting.decline()
  waiting.decline()
  expect(ends['c']).toEqual({ kind: 'declined' })
  expect(shown).toEqual(['a', 'c', undefined])
})

test('all is refused to the app where somebody else came', () => {
  waiting.add(request('age', 'a'))
  waiting.add(request('call', 'b'))
  waiting.declineAll()
  expect(ends).toEqual({ a: { kind: 'declined' }, b: { kind: 'declined' } })
  expect(shown).toEqual(['a', undefined])
})

test('where no password can be given, one answer of the person does for all that waits and all that comes', () => {
  waiting.add(request('call', 'a'))
  waiting.add(request('call', 'b'))
  waiting.declineForGood()
  waiting.add(request('call', 'c'))
  waiting.add(request('age', 'd'))
  const declined = { kind: 'declined' }
  expect(ends).toEqual({ a: declined, b: declined, c: declined, d: declined })
  expect(shown).toEqual(['a', undefined])
})

test('a call that the app gave up is asked about no more', () => {
  const given = new AbortController()
  waiting.add(request('call', 'a', given))
  waiting.add(request('call', 'b'))
  given.abort()
  expect(shown).toEqual(['a', 'b'])
  expect(ends).toEqual({ a: { kind: 'declined' } })
})

test('news of something else changes nothing', () => {
  waiting.confirm({ what: 'age', ticket: 'x' })
  waiting.add(request('call', 'a'))
  waiting.confirm({ what: 'call', ticket: 'x', code: '1' })
  expect([ends, shown]).toEqual([{}, ['a']])
})
