/** The way of the gate's own pages to another sign-in. */
import { paths } from 'sekisho/contract'
import { expect, test } from 'vitest'
import { signInAgainUrl } from './sign-in-again.ts'

const wayBack = (pathname: string, search = '') => {
  const url = new URL(signInAgainUrl({ pathname, search }), 'https://app.example')
  expect([url.pathname, url.searchParams.get('again')]).toEqual([paths.login, '1'])
  return url.searchParams.get('return_to')
}

test('leads back to the account page, and from a confirmation to what it was for', () => {
  expect(wayBack(paths.account, '?reason=expired')).toBe(paths.account)
  expect(wayBack(paths.confirm)).toBe('/')
  expect(wayBack(paths.confirm, '?return_to=%2Fa%3Fb%3D1')).toBe('/a?b=1')
  expect(wayBack(paths.confirm, '?return_to=%2F%2Felsewhere.example')).toBe('/')
})
