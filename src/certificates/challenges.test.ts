/** By what name a CA asks for the challenge of an address (RFC 8738 section 6). */
import { expect, test } from 'vitest'
import { Challenges, challengeServerName } from './challenges.ts'

test.each([
  ['Demo.Example.org', 'demo.example.org'],
  ['203.0.113.7', '7.113.0.203.in-addr.arpa'],
  ['2001:db8::567:89ab', 'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
])('%s is asked for as %s', (name, servername) => {
  expect(challengeServerName(name)).toBe(servername)
})

test('a token is answered for as long as it is offered', () => {
  const challenges = new Challenges()
  const takeBack = challenges.offerHttp('token', 'token.thumbprint')
  expect(challenges.httpAnswer('token')).toBe('token.thumbprint')
  expect(challenges.httpAnswer('other')).toBeUndefined()
  takeBack()
  expect(challenges.httpAnswer('token')).toBeUndefined()
})
