/** Which of the waiting calls is asked for, and which ones go on with what was given. */
import { beforeEach, expect, test } from 'vitest'
import type { StepUpEnd, StepUpRequest } from './after-step-up.ts'
import { mostAtOnce, mostWaiting, WaitingCalls } from './waiting-calls.ts'

let shown: (string | undefined)[]
let ends: Record<string, StepUpEnd>
let waiting: WaitingCalls
let now: number

const request = (
  what: 'age' | 'call',
  ticket: string,
  { signal } = new AbortController(),
  view = new EventTarget(),
): StepUpRequest => ({
  ...{ what, ticket, signal, view },
  settle: (end) => void (ends[ticket] = end),
})

beforeEach(() => {
  shown = []
  ends = {}
  now = 5_000
  waiting = new WaitingCalls(
    (one) => void shown.push(one?.ticket),
    () => now,
  )
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

test('once one was declined, nothing asks again until the person does something', () => {
  const declined = { kind: 'declined' }
  waiting.add(request('age', 'a'))
  waiting.add(request('call', 'b'))
  waiting.decline()
  waiting.add(request('age', 'c'))
  waiting.add(request('call', 'd'))
  expect(ends).toEqual({ a: declined, c: declined, d: declined })
  waiting.decline()
  waiting.noticeDeed()
  // However many calls come of it.
  waiting.add(request('call', 'e'))
  waiting.confirm({ what: 'call', ticket: 'e', code: '1' })
  waiting.add(request('age', 'f'))
  waiting.decline()
  waiting.add(request('age', 'g'))
  expect(ends).toMatchObject({ f: declined, g: declined })
  expect(shown).toEqual(['a', 'b', undefined, 'e', undefined, 'f', undefined])
})

test('once one was declined, nothing asks again until a password is given for what waits here, or for all', () => {
  const declined = { kind: 'declined' }
  waiting.add(request('call', 'a'))
  waiting.add(request('call', 'b'))
  waiting.decline()
  // Of another page.
  waiting.confirm({ what: 'call', ticket: 'x', code: '1' })
  waiting.add(request('age', 'c'))
  expect(ends).toEqual({ a: declined, c: declined })
  waiting.confirm({ what: 'call', ticket: 'b', code: '2' })
  waiting.add(request('age', 'd'))
  waiting.decline()
  expect(ends).toMatchObject({ d: declined })
  waiting.confirm({ what: 'age', ticket: 'of another page' })
  waiting.add(request('age', 'e'))
  expect(shown).toEqual(['a', 'b', undefined, 'd', undefined, 'e'])
})

test('whoever comes after has declined nothing', () => {
  waiting.add(request('age', 'a'))
  waiting.decline()
  waiting.declineAll()
  waiting.add(request('age', 'b'))
  expect(shown).toEqual(['a', undefined, 'b'])
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

test('of a page in a frame that goes nothing is asked any more, of one that may come back it is', () => {
  const frame = new EventTarget()
  const go = (persisted: boolean) => frame.dispatchEvent(Object.assign(new Event('pagehide'), { persisted }))
  waiting.add(request('call', 'a', undefined, frame))
  waiting.add(request('call', 'b'))
  waiting.add(request('age', 'c', undefined, frame))
  go(true)
  expect([ends, shown]).toEqual([{}, ['a']])
  go(false)
  const declined = { kind: 'declined' }
  expect([ends, shown]).toEqual([{ a: declined, c: declined }, ['a', 'b']])
})

test('no more wait than so many: what comes then is refused, and none of those that came before', () => {
  const tickets = Array.from({ length: mostWaiting }, (_, n) => String(n))
  const given = new AbortController()
  waiting.add(request('age', 'first', given))
  now += 10_000
  for (const ticket of tickets) waiting.add(request('age', ticket))
  const declined = { kind: 'declined' }
  const last = String(mostWaiting - 1)
  expect([ends, shown]).toEqual([{ [last]: declined }, ['first']])
  // The place of one that is given up is free.
  given.abort()
  for (const ticket of ['x', 'y']) waiting.add(request('age', ticket))
  expect(ends).toEqual({ [last]: declined, first: declined, y: declined })
})

test('news of something else changes nothing', () => {
  waiting.confirm({ what: 'age', ticket: 'x' })
  waiting.add(request('call', 'a'))
  waiting.confirm({ what: 'call', ticket: 'x', code: '1' })
  expect([ends, shown]).toEqual([{}, ['a']])
})

test('what is called at once waits together, up to a bound', () => {
  for (let n = 0; n <= mostAtOnce; n++) {
    now += 9_999 / mostAtOnce
    waiting.add(request('age', String(n)))
  }
  expect(Object.keys(ends)).toEqual([String(mostAtOnce)])
})
