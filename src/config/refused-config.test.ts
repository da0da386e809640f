/** Configuration that can't be used: the exact words, whatever came in. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { makeConfig, type Purpose } from './make-config.ts'
import type { Overrides } from './overrides.ts'
import { knownKeys } from './schema.ts'

const app = 'upstream: http://127.0.0.1:7860\n'

function read(text: string, overrides: Overrides = {}, purpose?: Purpose): void {
  const surroundings = { cwd: '/work', home: '/home/op', env: {} }
  makeConfig({ text, file: '/etc/gate/sekisho.yaml' }, overrides, surroundings, purpose)
}

function refusal(text: string, overrides: Overrides = {}): string {
  try {
    read(text, overrides)
  } catch (thrown) {
    if (thrown instanceof GateFault && thrown.code === 'config-invalid') {
      return thrown.message.replace("The configuration can't be used:\n", '').replaceAll('/etc/gate/', '')
    }
    throw thrown
  }
  throw new TypeError('The configuration was accepted.')
}

const refused: readonly (readonly [what: string, text: string, words: string])[] = [
  [
    'no app',
    '# nothing here',
    '  sekisho.yaml:1: which app? Name its address, as in `sekisho gate http://127.0.0.1:7860`, or write `upstream:` into sekisho.yaml.',
  ],
  [
    'an app without a scheme',
    'upstream: 127.0.0.1:7860',
    '  sekisho.yaml:1: upstream: found "127.0.0.1:7860"; allowed is the URL of the app, such as http://127.0.0.1:7860, without user name, password, query or fragment.',
  ],
  [
    'an app with a credential, which is not repeated',
    'upstream: http://bob:hunter2@127.0.0.1:7860',
    '  sekisho.yaml:1: upstream: found "http://…@127.0.0.1:7860"; allowed is the URL of the app, such as http://127.0.0.1:7860, without user name, password, query or fragment.',
  ],
  [
    'a name to listen at',
    `${app}\n# words\nlisten: example.org:80`,
    '  sekisho.yaml:4: listen: found "example.org:80"; allowed is a port, or an IP address and a port, such as 8484, 127.0.0.1:8484 or "[::1]:8484".',
  ],
  [
    'a key mistyped',
    `${app}trustedproxies: [10.0.0.1]`,
    '  sekisho.yaml:2: trustedproxies: unknown key. Did you mean trusted_proxies?',
  ],
  [
    'more connections of one address than of all',
    `${app}limits: { connections: 100, connections_per_address: 200 }`,
    '  sekisho.yaml:2: limits.connections_per_address (200) is more than limits.connections (100); it would never be reached. Leave it out for half of them.',
  ],
  [
    'no connection for an address',
    `${app}limits: { connections_per_address: 0 }`,
    '  sekisho.yaml:2: limits.connections_per_address: found 0; allowed is a whole number from 1 to 1000000.',
  ],
  [
    'a key in the wrong group',
    `${app}idle: 1h`,
    '  sekisho.yaml:2: idle: unknown key. Did you mean session.idle?',
  ],
  [
    'a key mistyped in a group',
    `${app}session:\n  idel: 1h`,
    '  sekisho.yaml:3: session.idel: unknown key. Did you mean session.idle?',
  ],
  [
    'a key mistyped in a group, and right in another one',
    `${app}proof: { call: required }`,
    '  sekisho.yaml:2: proof.call: unknown key. Did you mean proof.calls?',
  ],
  [
    'a key mistyped in a role',
    `${app}roles: { a: { call: x, when: { frsh: call } } }`,
    '  sekisho.yaml:2: roles.a.when.frsh: unknown key. Did you mean fresh? Known here: mfa, auth_age, method, network, hours, days, time_zone, proof, fresh, attributes, arguments.',
  ],
  [
    'a password of no age at all',
    `${app}roles: { a: { when: { auth_age: 0s } } }`,
    '  sekisho.yaml:2: roles.a.when.auth_age: found "0s"; allowed is a duration in whole seconds, of at least 1s, such as 15m.',
  ],
  [
    'a password for calls of a role that has none',
    `${app}roles: { a: { upload: true, when: { fresh: call } } }`,
    '  sekisho.yaml:2: roles.a.when.fresh: found "call"; allowed is this only beside call:, since it guards calls alone and this role grants none (auth_age guards whatever a role does).',
  ],
  [
    'arguments for a role that has no calls',
    `${app}roles: { a: { upload: true, when: { arguments: { month: may } } } }`,
    '  sekisho.yaml:2: roles.a.when.arguments: found a group of keys; allowed is this only beside call:, since it guards calls alone and this role grants none.',
  ],
  [
    'a key nobody knows',
    `${app}session: { colour: 1 }`,
    '  sekisho.yaml:2: session.colour: unknown key. Known here: idle, absolute, two_networks.',
  ],
  [
    'a password, which is not repeated',
    `${app}password: hunter2`,
    '  sekisho.yaml:2: password: a password never stands in the configuration. Remove it, and set one with: sekisho password set',
  ],
  [
    'a number without unit',
    `${app}session:\n  idle: 30`,
    '  sekisho.yaml:3: session.idle: found 30; allowed is a duration from 1m to 30d, such as 45m, 12h or 7d.',
  ],
  [
    'a session longer than NIST allows',
    `${app}session: { absolute: 31d }`,
    '  sekisho.yaml:2: session.absolute: found "31d"; allowed is a duration from 1m to 30d, such as 45m, 12h or 7d.',
  ],
  [
    'a site that anybody on the way could be',
    `${app}embed: [http://portal.example]`,
    '  sekisho.yaml:2: embed[1]: found "http://portal.example"; allowed is the origin of a site, https and without a path, such as https://portal.example.org.',
  ],
  [
    'a page where a site is meant',
    `${app}embed: [https://portal.example/apps]`,
    '  sekisho.yaml:2: embed[1]: found "https://portal.example/apps"; allowed is the origin of a site, https and without a path, such as https://portal.example.org.',
  ],
  [
    'a pattern of sites',
    `${app}embed: ["https://*.example.org"]`,
    '  sekisho.yaml:2: embed[1]: found "https://*.example.org"; allowed is the origin of a site, https and without a path, such as https://portal.example.org.',
  ],
  [
    'every site',
    `${app}embed: ["https://*"]`,
    '  sekisho.yaml:2: embed[1]: found "https://*"; allowed is the origin of a site, https and without a path, such as https://portal.example.org.',
  ],
  [
    'a site, and a directive of the policy that would name it',
    `${app}form_targets: ["https://pay.example.org;sandbox"]`,
    '  sekisho.yaml:2: form_targets[1]: found "https://pay.example.org;sandbox"; allowed is the origin of a site, https and without a path, such as https://pay.example.org.',
  ],
  [
    'a site, and a second policy',
    `${app}form_targets: ["https://pay.example.org,shop.example.org"]`,
    '  sekisho.yaml:2: form_targets[1]: found "https://pay.example.org,shop.example.org"; allowed is the origin of a site, https and without a path, such as https://pay.example.org.',
  ],
  [
    'a site by an address that no policy can name',
    `${app}form_targets: ["https://[2001:db8::1]"]`,
    '  sekisho.yaml:2: form_targets[1]: found "https://[2001:db8::1]"; allowed is the origin of a site, https and without a path, such as https://pay.example.org.',
  ],
  [
    'frames without HTTPS',
    `${app}embed: [https://portal.example]`,
    '  sekisho.yaml:2: embed needs HTTPS: a browser keeps no cookie of a frame without it. Use --https (https:) or your own certificate (tls:), or name the proxy that ends TLS in trusted_proxies.',
  ],
  [
    'frames over plain HTTP that somebody accepted',
    `${app}insecure_http: true\nembed: [https://portal.example]`,
    '  sekisho.yaml:3: embed and insecure_http stand together, and a browser keeps no cookie of a frame over plain HTTP. Remove one of them.',
  ],
  [
    'a login host that the gate does not serve',
    `${app}https: { self_signed: true }\nhosts: [demo.example.org]\nauth_host: login.example.org`,
    '  sekisho.yaml:4: auth_host: login.example.org is none of the names that the gate serves. Add it to hosts (and, with https, to https.names).',
  ],
  [
    'a login host without an app',
    `${app}https: { self_signed: true }\nhosts: [login.example.org]\nauth_host: login.example.org`,
    "  sekisho.yaml:4: auth_host: login.example.org is the only name in hosts, and the app isn't served there. Add the app's own name to hosts.",
  ],
  [
    'a login host without HTTPS',
    `${app}hosts: [demo.example.org, login.example.org]\nauth_host: login.example.org`,
    '  sekisho.yaml:3: auth_host needs HTTPS. Use --https (https:) or your own certificate (tls:), or name the proxy that ends TLS in trusted_proxies.',
  ],
  [
    'a login host over plain HTTP that somebody accepted',
    `${app}insecure_http: true\nhosts: [demo.example.org, login.example.org]\nauth_host: login.example.org`,
    '  sekisho.yaml:4: auth_host and insecure_http stand together, and whoever changes traffic changes the login page. Remove one of them.',
  ],
  [
    'a login host, and frames',
    `${app}https: { self_signed: true }\nhosts: [demo.example.org, login.example.org]\nauth_host: login.example.org\nembed: [https://portal.example]`,
    '  sekisho.yaml:4: auth_host and embed stand together, and a login in a frame would have to be shown by the other site. Remove one of them.',
  ],
  [
    'a login host with a port',
    `${app}auth_host: login.example.org:8443`,
    '  sekisho.yaml:2: auth_host: found "login.example.org:8443"; allowed is a host name such as login.example.org, without scheme, port or *.',
  ],
  [
    'a word that says nothing of two networks',
    `${app}session: { two_networks: refuse }`,
    '  sekisho.yaml:2: session.two_networks: found "refuse"; allowed is record or end.',
  ],
  [
    'an idle limit beyond the absolute one',
    `${app}session:\n  idle: 2d`,
    '  sekisho.yaml:3: session.idle (2880m) is longer than session.absolute (1440m); it would never be reached.',
  ],
  [
    'passwords shorter than one that stands alone may be',
    `${app}passwords: { length: 8 }`,
    '  sekisho.yaml:2: passwords.length: found 8; allowed is a whole number from 15 to 64 (a password that stands alone has at least 15: NIST SP 800-63B-4).',
  ],
  [
    'a kind of character that there is not',
    `${app}passwords: { require: [emoji] }`,
    '  sekisho.yaml:2: passwords.require[1]: found "emoji"; allowed is one of lower, upper, digit, symbol.',
  ],
  [
    'passwords that are over before anybody knows them',
    `${app}passwords: { max_age: 7d }`,
    '  sekisho.yaml:2: passwords.max_age: found "7d"; allowed is off, or a duration from 30d to 3650d.',
  ],
  [
    'a pace that can be read in two ways',
    `${app}pace: { address: 5 per 10s }`,
    '  sekisho.yaml:2: pace.address: found "5 per 10s"; allowed is a pace such as "5, then 1 per 10s" (5 attempts at once, then 1 per 10 seconds).',
  ],
  [
    'a network with host bits, and everybody',
    `${app}trusted_proxies:\n  - 10.0.0.5/8\n  - ::1\n  - 0.0.0.0/0`,
    '  sekisho.yaml:3: trusted_proxies[1]: found "10.0.0.5/8"; allowed is an address or a network such as 10.1.2.3 or 10.1.0.0/16, with no bits set beyond its length and not everybody (/0).\n' +
      '  sekisho.yaml:5: trusted_proxies[3]: found "0.0.0.0/0"; allowed is an address or a network such as 10.1.2.3 or 10.1.0.0/16, with no bits set beyond its length and not everybody (/0).',
  ],
  [
    'one where a list belongs',
    `${app}hosts: demo.example.org`,
    '  sekisho.yaml:2: hosts: found "demo.example.org"; allowed is a list, each entry a host name such as demo.example.org, without scheme, port or *.',
  ],
  [
    'a word for a truth value',
    `${app}insecure_http: yes`,
    '  sekisho.yaml:2: insecure_http: found "yes"; allowed is true or false.',
  ],
  [
    'a risk that is none',
    `${app}accept_risks: [all]`,
    '  sekisho.yaml:2: accept_risks[1]: found "all"; allowed is one of share-link, ssr, static-workers, app-exposed, gradio-unknown.',
  ],
  [
    'a site for forms that anybody on the way would be',
    `${app}form_targets: ["http://pay.example"]`,
    '  sekisho.yaml:2: form_targets[1]: found "http://pay.example"; allowed is the origin of a site, https and without a path, such as https://pay.example.org.',
  ],
  [
    'a header that speaks for somebody',
    `${app}forward_headers: [X-Forwarded-For]`,
    '  sekisho.yaml:2: forward_headers[1]: found "X-Forwarded-For"; allowed is the name of a header that the app reads, such as x-team; not one that frames the message or speaks for somebody.',
  ],
  [
    'a kind of file without dot or slash',
    `${app}uploads: { types: [image/png, png] }`,
    '  sekisho.yaml:2: uploads.types[2]: found "png"; allowed is a media type such as image/png or image/*, or an extension such as .csv, in lower case.',
  ],
  [
    'more files at once than the app takes',
    `${app}uploads: { max_files: 1001 }`,
    '  sekisho.yaml:2: uploads.max_files: found 1001; allowed is a whole number from 1 to 1000.',
  ],
  [
    'an audience with a blank',
    `${app}assertion: { audience: my app }`,
    '  sekisho.yaml:2: assertion.audience: found "my app"; allowed is a name for the app of 1 to 200 visible ASCII characters, such as https://demo.example.org.',
  ],
  [
    'an assertion for ever',
    `${app}assertion: { lifetime: 30d }`,
    '  sekisho.yaml:2: assertion.lifetime: found "30d"; allowed is a duration from 1m to 1d, such as 1h.',
  ],
  [
    'a certificate without key',
    `${app}tls: { cert: c.pem }`,
    '  sekisho.yaml:2: tls.cert stands without tls.key. HTTPS needs both (--tls-cert and --tls-key).',
  ],
  [
    'an empty group',
    `${app}tls:`,
    '  sekisho.yaml:2: tls: found nothing; allowed is a group of the keys cert, key, http_listen, hsts.',
  ],
  [
    'the key among the state',
    `${app}state_dir: /var/lib/gate\nkey_file: /var/lib/gate/keys/gate.key`,
    '  sekisho.yaml:3: key_file lies inside state_dir. Whoever copies that folder could then guess the password offline; keep the key elsewhere.',
  ],
  [
    'the gate as its own app',
    'upstream: http://localhost:8484',
    '  sekisho.yaml:1: listen is the address of the app itself; the gate would call itself. Choose another port.',
  ],
  [
    'several things at once',
    'upstream: x\nlisten: x\npolicy: 1',
    '  sekisho.yaml:1: upstream: found "x"; allowed is the URL of the app, such as http://127.0.0.1:7860, without user name, password, query or fragment.\n' +
      '  sekisho.yaml:2: listen: found "x"; allowed is a port, or an IP address and a port, such as 8484, 127.0.0.1:8484 or "[::1]:8484".\n' +
      '  sekisho.yaml:3: policy: found 1; allowed is the path of a Cedar file, or a list of them.',
  ],
  [
    'signs that steer a terminal',
    `${app}policy: "a\\e[2Jb\\0"`,
    '  sekisho.yaml:2: policy: found "a\\u001b[2Jb\\u0000"; allowed is the path of a Cedar file, or a list of them.',
  ],
  ['a list', '- a', '  sekisho.yaml:1: found a list of 1; allowed is a mapping of keys to values.'],
  [
    'a prototype',
    `${app}__proto__: { listen: 1 }`,
    `  sekisho.yaml:2: __proto__: unknown key. Known here: ${(knownKeys[''] ?? []).join(', ')}.`,
  ],
]

describe('what is refused, in words', () => {
  test.each(refused)('%s', (_, text, words) => {
    expect(refusal(text)).toBe(words)
  })

  test.each([
    `${app}embed: [https://portal.example]`,
    `${app}auth_host: login.example.org`,
    `${app}tls: { cert: c.pem }`,
    `${app}https: { names: [localhost] }`,
    'upstream: http://localhost:8484',
  ])('is no hindrance to what has nothing to do with browsers: %s', (text) => {
    expect(() => read(text)).toThrow(GateFault)
    expect(() => read(text, {}, 'state')).not.toThrow()
    const always = `${text}\nsession: { idle: 2d }`
    expect(() => read(always, {}, 'state')).toThrow('session.idle')
  })

  test('an option is called by its own name', () => {
    expect(refusal(app, { listen: 'x', 'trusted-proxy': ['x'] })).toBe(
      '  --listen: found "x"; allowed is a port, or an IP address and a port, such as 8484, 127.0.0.1:8484 or "[::1]:8484".\n' +
        '  --trusted-proxy: found "x"; allowed is an address or a network such as 10.1.2.3 or 10.1.0.0/16, with no bits set beyond its length and not everybody (/0).',
    )
  })

  test('a contradiction is laid to the option when the option made it', () => {
    expect(refusal(app, { 'tls-cert': 'c.pem' })).toBe(
      '  --tls-cert: tls.cert stands without tls.key. HTTPS needs both (--tls-cert and --tls-key).',
    )
  })
})

test('any text is a configuration or GateFault config-invalid', { timeout: 60_000 }, () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null))
  const value = fc.oneof(
    scalar,
    fc.array(scalar),
    fc.dictionary(fc.string(), scalar),
    fc.object({ maxDepth: 3 }),
  )
  const key = fc.oneof(fc.constantFrom(...(knownKeys[''] ?? []), '__proto__', 'constructor'), fc.string())
  const text = fc.oneof(
    fc.dictionary(key, value).map((mapping) => JSON.stringify(mapping)),
    fc.dictionary(key, value).map((mapping) => `${app}${JSON.stringify(mapping).slice(1, -1)}`),
    fc.string(),
    fc.string({
      unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '"', "'", '&', '*', '!', '|', '#', '?'),
    }),
  )
  fc.assert(
    fc.property(text, (yaml) => {
      try {
        read(yaml)
      } catch (thrown) {
        if (!(thrown instanceof GateFault)) throw thrown
        expect(thrown.code).toBe('config-invalid')
        // Lines of the report are ours: nothing from the file breaks out of its quotes.
        const lines = thrown.message.split('\n').slice(1)
        expect(lines.every((line) => /^ {2}\S/.test(line))).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})
