/** Tests of the bar's words and addresses. */
import { expect, test } from 'vitest'
import { parseSessionState } from '../ask-session.ts'
import { formatTimeLeft } from '../time-left.ts'
import { barWords } from './bar-words.ts'
import { loginUrl } from './signed-out-dialog.ts'

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
  const good = { principal: 'guest', idleEndsIn: 10, endsIn: 20 }
  expect(parseSessionState(good)).toEqual(good)
  const user = { principal: 'user', username: 'kenji', idleEndsIn: 10, endsIn: 20 }
  expect(parseSessionState({ ...user, extra: 1 })).toEqual(user)
  for (const bad of [
    { ...good, principal: 'user' },
    null,
    'x',
    {},
    { ...good, endsIn: '20' },
    { ...good, idleEndsIn: -1 },
    { ...good, principal: 'x' },
  ]) {
    expect(parseSessionState(bad)).toBeUndefined()
  }
})
