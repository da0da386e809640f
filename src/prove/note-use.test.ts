/** What keeps a session alive, and what counts as the last use of a token. */
import { expect, it } from 'vitest'
import type { Principal, Proof, Proven } from '../request.ts'
import { noteUse } from './note-use.ts'
import { boundToken, guest, keyedGuest, keyedUser, nobody, plainToken } from './principals.contract.ts'

const used = 's1 192.0.2.7 Browser/1'

function notedOf(principal: Principal, proof: Proof['kind'], activity = true): readonly string[] {
  const noted: string[] = []
  const from = { client: '192.0.2.7', headers: { 'user-agent': 'Browser/1' } }
  noteUse({ principal, entry: { activity }, proof: { kind: proof }, ...from } as unknown as Proven, {
    sessions: {
      mark: ({ id }) => void noted.push(id),
      markUsed: ({ id }, { address, userAgent }) => void noted.push(`${id} ${address} ${userAgent}`),
    },
    tokens: { mark: ({ id }) => void noted.push(id) },
  })
  return noted
}

it.each<[string, Principal, Proof['kind'], readonly string[]]>([
  ['a session without a key', guest, 'none', [used, 's1']],
  ['a signed request of a session', keyedGuest, 'held', [used, 's1']],
  ['a signed request of a session of a user', keyedUser, 'held', [used, 's1']],
  ['a plain token', plainToken, 'none', ['t1']],
  ['a signed request of a bound token', boundToken, 'held', ['t1']],
])('counts: %s', (_, principal, proof, noted) => {
  expect(notedOf(principal, proof)).toEqual(noted)
})

it.each<[string, Principal]>([
  ['a copy of a cookie, without the key', keyedGuest],
  ['a copy of the cookie of a user, without the key', keyedUser],
  ['a copy of a bound token, without the key', boundToken],
  ['nobody', nobody],
])('does not count: %s', (_, principal) => {
  expect(notedOf(principal, 'none')).toEqual([])
})

it('counts polls for tokens, and for sessions only as to where they are used', () => {
  expect(notedOf(keyedUser, 'held', false)).toEqual([used])
  expect(notedOf(guest, 'none', false)).toEqual([used])
  expect(notedOf(keyedUser, 'none', false)).toEqual([])
  expect(notedOf(boundToken, 'held', false)).toEqual(['t1'])
})
