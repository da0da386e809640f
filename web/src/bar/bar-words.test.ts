/** Tests of the bar's words and addresses. */
import { expect, test } from 'vitest'
import { parseSessionState } from '../ask-session.ts'
import { formatTimeLeft } from '../time-left.ts'
import { barWords } from './bar-words.ts'
import { loginUrl, textFor } from './signed-out-dialog.ts'

test('time left is said in hours and minutes', () => {
  expect(formatTimeLeft(86_400, barWords.en)).toBe('24 h')
  expect(formatTimeLeft(3725, barWords.en)).toBe('1 h 2 min')
  expect(formatTimeLeft(3725, barWords.ja)).toBe('1 時間 2 分')
  expect(formatTimeLeft(59, barWords.en)).toBe('less than a minute')
  expect(formatTimeLeft(-5, barWords.ja)).toBe('1 分未満')
})

test('the way to the login page leads back to this page', () => {
  expect(loginUrl({ pathname: '/a b'.replace(' ', '%20'), search: '?q=1&r=2', hash: '#part' })).toBe(
    '/.sekisho/login?return_to=%2Fa%2520b%3Fq%3D1%26r%3D2#part',
  )
  expect(loginUrl({ pathname: '//elsewhere.example', search: '', hash: '' })).toBe(
    '/.sekisho/login?return_to=%2F',
  )
})

test('a session answer that is not of the contract says nothing', () => {
  const good = { id: 's', principal: 'guest', idleEndsIn: 10, endsIn: 20 }
  expect(parseSessionState(good)).toEqual(good)
  const user = { id: 's', principal: 'user', username: 'kenji', idleEndsIn: 10, endsIn: 20 }
  expect(parseSessionState({ ...user, extra: 1 })).toEqual(user)
  for (const bad of [
    { ...good, principal: 'user' },
    null,
    'x',
    {},
    { ...good, endsIn: '20' },
    { ...good, id: undefined },
    { ...good, idleEndsIn: -1 },
    { ...good, principal: 'x' },
  ]) {
    expect(parseSessionState(bad)).toBeUndefined()
  }
})

test('nobody is sent to another tab who would not be signed in here by it, and only users are told that all goes on', () => {
  const told = (embedded: boolean, guest: boolean) =>
    (['ended', 'unproven', 'blocked'] as const).map((why) => textFor(barWords.en, why, embedded, guest))
  for (const guest of [true, false]) for (const text of told(true, guest)) expect(text).not.toMatch(/new tab/)
  const [ended, unproven] = told(false, false)
  for (const text of [ended, unproven]) expect(text).toMatch(/This page stays as it is.*new tab/)
  const [guestEnded, guestUnproven] = told(false, true)
  for (const text of [guestEnded, guestUnproven]) expect(text).toMatch(/new tab.*gone.*reload/)
})
