/** What the login form makes of what was typed. */
import { expect, test } from 'vitest'
import { readCredentials } from './login-form.ts'

const guest = { readOnly: true, required: false }
const users = { readOnly: false, required: true }
const both = { readOnly: false, required: false }

test('where only the shared password is asked for, its name stays here', () => {
  expect(readCredentials({ ...guest, value: 'guest' }, 'x')).toEqual({ password: 'x' })
  expect(readCredentials({ ...guest, value: 'guest' }, '')).toBe('no-password')
})

test('where users sign in, a name is needed', () => {
  expect(readCredentials({ ...users, value: ' Kenji ' }, 'x')).toEqual({ username: 'Kenji', password: 'x' })
  expect(readCredentials({ ...users, value: '  ' }, 'x')).toBe('no-name')
  expect(readCredentials({ ...users, value: 'kenji' }, '')).toBe('no-password')
})

test('where both are possible, an empty name means the shared password', () => {
  expect(readCredentials({ ...both, value: ' ' }, 'x')).toEqual({ password: 'x' })
  expect(readCredentials({ ...both, value: 'kenji' }, ' x ')).toEqual({ username: 'kenji', password: ' x ' })
})
