/** Whose something is, for each kind of principal. */
import { expect, it } from 'vitest'
import { ownerOf } from './owner.ts'

it('is the account, the token, or of a guest this one login', () => {
  expect(ownerOf({ kind: 'user', session: { account: 'u1' } })).toBe('user:u1')
  expect(ownerOf({ kind: 'token', token: { id: 't1' } })).toBe('token:t1')
  expect(ownerOf({ kind: 'guest', session: { id: 's1' } })).toBe('session:s1')
  expect(ownerOf({ kind: 'nobody' })).toBeUndefined()
})
