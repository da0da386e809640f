/** Tests of waiting: reading Retry-After, saying it, counting it down. */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { countDown, formatWait, parseRetryAfter } from './waiting.ts'

const now = Date.parse('2026-03-01T12:00:00Z')
const say = { seconds: '{n} s', minutes: '{n} min' }

beforeEach(() => void vi.useFakeTimers({ now }))
afterEach(() => void vi.useRealTimers())

test('Retry-After may be seconds or a date', () => {
  expect(parseRetryAfter('27', now)).toBe(27)
  expect(parseRetryAfter('Sun, 01 Mar 2026 12:00:30 GMT', now)).toBe(30)
})

test('without a usable Retry-After the wait is short', () => {
  for (const header of [null, '', 'soon', '-5x', '1.5.2']) expect(parseRetryAfter(header, now)).toBe(5)
})

test('whatever the header says, the wait is between a second and an hour', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.integer().map(String), fc.date().map(String)), (header) => {
      const wait = parseRetryAfter(header, now)
      expect(Number.isSafeInteger(wait) && wait >= 1 && wait <= 3600).toBe(true)
    }),
  )
})

test('a wait is said in minutes and seconds', () => {
  expect(formatWait(27, say)).toBe('27 s')
  expect(formatWait(60, say)).toBe('1 min')
  expect(formatWait(125, say)).toBe('2 min 5 s')
})

test('a count-down says each second and ends once', () => {
  const said: number[] = []
  const ended = vi.fn()
  countDown(3, (left) => said.push(left), ended)
  vi.advanceTimersByTime(10_000)
  expect(said).toEqual([3, 2, 1])
  expect(ended).toHaveBeenCalledOnce()
})

test('a count-down goes by the clock when the tab slept', () => {
  const said: number[] = []
  countDown(60, (left) => said.push(left), vi.fn())
  vi.setSystemTime(now + 50_000)
  vi.advanceTimersByTime(1000)
  expect(said).toEqual([60, 9])
})
