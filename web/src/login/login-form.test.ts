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

test('the name under which a browser saved the shared password means that one, as long as there is one', () => {
  expect(readCredentials({ ...both, value: 'Guest ' }, 'x')).toEqual({ password: 'x' })
  expect(readCredentials({ ...users, value: 'guest' }, 'x')).toEqual({ username: 'guest', password: 'x' })
})
