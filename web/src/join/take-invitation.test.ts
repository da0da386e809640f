/** The invitation's secret leaves the address bar. */
import { expect, test } from 'vitest'
import { takeInvitation } from './take-invitation.ts'

function take(hash: string, search = '') {
  const shown: unknown[] = []
  const location = { pathname: '/.sekisho/join', search, hash }
  const history = { replaceState: (_state: unknown, _unused: string, url: unknown) => void shown.push(url) }
  return { secret: takeInvitation({ location, history }), shown }
}

test('the secret is kept, and the address is shown without it', () => {
  expect(take('#abc_-1', '?lang=ja')).toEqual({ secret: 'abc_-1', shown: ['/.sekisho/join?lang=ja'] })
})

test('without a secret there is none, and nothing is changed', () => {
  expect(take('')).toEqual({ secret: undefined, shown: [] })
})
