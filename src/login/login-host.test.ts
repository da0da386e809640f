/** Which requests are the login host's, and which origins are the app's. */
import { describe, expect, it } from 'vitest'
import { findApp, firstApp, isLoginHost, loginOrigin, type LoginHost } from './login-host.ts'

const host: LoginHost = { name: 'login.test', apps: ['app.test', 'other.test'] }
const at = (name: string) => ({ scheme: 'https', host: name }) as const

describe('the login host', () => {
  it.each(['login.test', 'login.test:8443', 'login.test.', 'login.test.:8443'])(
    'is known by its name at any port: %s',
    (name) => {
      expect(isLoginHost(host, at(name))).toBe(true)
    },
  )

  it.each([
    'app.test',
    'login.test.evil.test',
    'xlogin.test',
    'login.tes',
    'login.test..',
    'login.test.x',
    'login.test:',
    '[::1]:8443',
    '',
  ])('is no other one: %s', (name) => {
    expect(isLoginHost(host, at(name))).toBe(false)
  })

  it('is at the port that the browser came to', () => {
    expect(loginOrigin(host, at('app.test'))).toBe('https://login.test')
    expect(loginOrigin(host, at('app.test:8443'))).toBe('https://login.test:8443')
    expect(firstApp(host, at('login.test:8443'))).toBe('https://app.test:8443')
  })
})

describe('an app', () => {
  it('is one of the names at the same port and scheme, spelt as a browser spells an origin', () => {
    expect(findApp(host, 'https://app.test:8443', at('login.test:8443'))).toEqual(at('app.test:8443'))
    expect(findApp(host, 'https://other.test', at('login.test'))).toEqual(at('other.test'))
  })

  it('is one whose address was typed with a dot at its end', () => {
    expect(findApp(host, 'https://app.test.:8443', at('login.test:8443'))).toEqual(at('app.test.:8443'))
    expect(findApp(host, 'https://app.test.', at('login.test.'))).toEqual(at('app.test.'))
  })

  it.each([
    ...['https://app.test..', 'https://login.test.'],
    ...['https://login.test', 'https://evil.test', 'https://app.test.evil.test', 'https://app.test:444'],
    ...[
      'http://app.test',
      'https://app.test/',
      'https://app.test:443',
      'https://APP.test',
      'https://app.test@evil.test',
    ],
    ...['//app.test', 'app.test', 'null', '', null, undefined],
  ])('is not %s', (origin) => {
    expect(findApp(host, origin, at('login.test'))).toBeUndefined()
  })
})
