/** Tests of what a link begins with. */
import { expect, test } from 'vitest'
import { makeConfig } from './make-config.ts'
import { parseOrigin, publicOrigin } from './public-origin.ts'

const around = { cwd: '/w', home: '/h', env: {} }
const origin = (text: string) =>
  publicOrigin(
    makeConfig({ text: `upstream: http://127.0.0.1:7860\n${text}`, file: '/w/sekisho.yaml' }, {}, around),
  )

test('on loopback it is the address that the gate listens at', () => {
  expect(origin('')).toBe('http://127.0.0.1:8484')
  expect(origin('listen: "[::1]:80"')).toBe('http://[::1]')
})

test('with a certificate it is the first host, and the port where it is not the usual one', () => {
  const tls = 'tls: { cert: c.pem, key: k.pem }\n'
  expect(origin(`${tls}listen: 0.0.0.0:443\nhosts: [demo.example.org, other.example.org]`)).toBe(
    'https://demo.example.org',
  )
  expect(origin(`${tls}listen: 0.0.0.0:8443\nhosts: [demo.example.org]`)).toBe(
    'https://demo.example.org:8443',
  )
  expect(origin(`${tls}listen: 192.0.2.7:8443`)).toBe('https://192.0.2.7:8443')
  expect(origin(`${tls}listen: 0.0.0.0:8443`)).toBeUndefined()
})

test('with a certificate of its own making or obtaining it is the first name of the certificate', () => {
  expect(origin('https: { names: [demo.example.org] }')).toBe('https://demo.example.org')
  expect(origin('https: { self_signed: true, names: [192.0.2.7] }\nlisten: 0.0.0.0:8443')).toBe(
    'https://192.0.2.7:8443',
  )
  expect(origin('https: { self_signed: true, names: ["2001:db8::1"] }')).toBe('https://[2001:db8::1]')
})

test('behind a proxy it is the host at the usual port', () => {
  expect(origin('trusted_proxies: [127.0.0.1]\nhosts: [demo.example.org]')).toBe('https://demo.example.org')
  expect(origin('trusted_proxies: [10.0.0.1]\nlisten: 0.0.0.0:8484')).toBeUndefined()
})

test('an origin is https, or http on this machine, and nothing but an origin', () => {
  expect(parseOrigin('https://demo.example.org:8443/')).toBe('https://demo.example.org:8443')
  expect(parseOrigin('http://localhost:8484')).toBe('http://localhost:8484')
  expect(parseOrigin('http://[::1]:8484')).toBe('http://[::1]:8484')
  const wrong = [
    'http://demo.example.org',
    'https://a:b@demo.example.org',
    'https://demo.example.org/x',
    'demo',
    'ftp://x/',
  ]
  expect(wrong.map(parseOrigin)).toEqual(wrong.map(() => undefined))
})
