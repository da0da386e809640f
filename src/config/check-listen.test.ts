/** The binding rule, as a table. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { checkListen } from './check-listen.ts'
import { makeConfig } from './make-config.ts'
import type { Overrides } from './overrides.ts'

function expose(overrides: Overrides) {
  const surroundings = { cwd: '/work', home: '/home/op', env: {} }
  return checkListen(makeConfig(undefined, { upstream: 'http://127.0.0.1:7860', ...overrides }, surroundings))
}

const tls = { 'tls-cert': 'c.pem', 'tls-key': 'k.pem' }

test.each<[string, Overrides, string]>([
  ['the default', {}, 'loopback'],
  ['another loopback address', { listen: '127.9.9.9:1' }, 'loopback'],
  ['IPv6 loopback', { listen: '[::1]:1' }, 'loopback'],
  ['IPv4 loopback in IPv6', { listen: '[::ffff:127.0.0.1]:1' }, 'loopback'],
  ['localhost', { listen: 'localhost:1' }, 'loopback'],
  ['loopback with TLS', tls, 'tls'],
  ['everywhere with TLS', { listen: '0.0.0.0:443', ...tls }, 'tls'],
  ['everywhere with --https', { https: true }, 'tls'],
  ['an address with --https', { listen: '192.0.2.1:443', https: true }, 'tls'],
  ['TLS and a needless --insecure-http', { listen: '0.0.0.0:443', 'insecure-http': true, ...tls }, 'tls'],
  ['everywhere behind a proxy elsewhere', { listen: '0.0.0.0:80', 'trusted-proxy': ['10.0.0.2'] }, 'proxied'],
  ['everywhere, loss accepted', { listen: '0.0.0.0:80', 'insecure-http': true }, 'insecure'],
])('%s is allowed', (_, overrides, kind) => {
  expect(expose(overrides).kind).toBe(kind)
})

test.each<[string, Overrides]>([
  ['everywhere', { listen: '0.0.0.0:80' }],
  ['everywhere in IPv6', { listen: '[::]:80' }],
  ['everywhere in a long spelling', { listen: '[0:0:0:0:0:0:0:0]:80' }],
  ['a private network', { listen: '192.168.1.2:80' }],
  ['link-local', { listen: '[fe80::1]:80' }],
  ['an IPv4 address in IPv6', { listen: '[::ffff:192.168.1.2]:80' }],
  ['proxies on this machine only', { listen: '0.0.0.0:80', 'trusted-proxy': ['127.0.0.1', '::1'] }],
])('%s without TLS is refused', (_, overrides) => {
  expect(() => expose(overrides)).toThrow(GateFault)
})

test('the refusal names the address, the three ways out and what is lost', () => {
  const words =
    "The gate doesn't listen on [::]:80 without TLS: other machines reach that address, and their traffic would travel in clear. Ways out:\n" +
    '  1. A certificate: --https, which obtains one (https: in sekisho.yaml), or your own with --tls-cert and\n' +
    '     --tls-key (tls: with cert: and key:).\n' +
    '  2. A proxy in front that ends TLS: name its address in trusted_proxies (--trusted-proxy).\n' +
    '  3. --insecure-http (insecure_http: true), if you accept the loss. Without TLS, whoever can listen on the way sees ' +
    'everything but the password: the pages, what people type into the app, its answers, and the cookie that stands for a ' +
    'signed-in browser. Requests are then signed with a key that every script of the page can read. Whoever can change the ' +
    'traffic can change the login page too, and then gets the password as well.\n' +
    'Or stay on this machine: --listen 127.0.0.1:8484.'
  expect(() => expose({ listen: '[::]:80' })).toThrow(new GateFault('config-invalid', words))
})

test('no address but loopback ever passes in clear on its own', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV4(),
        fc.ipV6().map((address) => `[${address}]`),
      ),
      (address) => {
        const bare = address.replace(/[[\]]/g, '')
        const isLocal =
          bare.startsWith('127.') || /^(?:0*:)*:?(?:0*:)*0*1$/.test(bare) || /ffff:(?:127\.|7f)/i.test(bare)
        fc.pre(!isLocal)
        expect(() => expose({ listen: `${address}:80` })).toThrow(GateFault)
      },
    ),
  )
})
