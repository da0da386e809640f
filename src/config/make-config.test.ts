/** Configuration from text and options: what is read, and the exact words when it can't be. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import type { Config } from './config.ts'
import { makeConfig } from './make-config.ts'
import type { Overrides } from './overrides.ts'
import { knownKeys } from './schema.ts'

const surroundings = { cwd: '/work', home: '/home/op', env: {} }
const app = 'upstream: http://127.0.0.1:7860\n'

function read(text: string, overrides: Overrides = {}, env: Record<string, string> = {}): Config {
  return makeConfig({ text, file: '/etc/gate/sekisho.yaml' }, overrides, { ...surroundings, env })
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

describe('what is read', () => {
  test('one line is a configuration; the rest are the defaults', () => {
    expect(read(app)).toEqual({
      upstream: new URL('http://127.0.0.1:7860/'),
      listen: { host: '127.0.0.1', port: 8484 },
      hosts: [],
      insecureHttp: false,
      trustedProxies: [],
      stateDir: '/home/op/.local/state/sekisho/127.0.0.1-7860',
      keyFile: '/home/op/.config/sekisho/127.0.0.1-7860.key',
      session: { idleMs: 3_600_000, absoluteMs: 86_400_000 },
      passwords: { least: 15, composition: [] },
      pace: {
        address: { burst: 5, intervalMs: 10_000 },
        everyone: { burst: 60, intervalMs: 1_000 },
        knownBrowser: { burst: 10, intervalMs: 10_000 },
      },
      limits: {
        callBytes: 10_000_000,
        uploadBytes: 1_000_000_000,
        connections: 4096,
        endpoints: [],
        mixedBatch: false,
      },
      uploads: { maxFiles: 1000 },
      audit: { maxBytes: 256_000_000, retentionMs: 15_552_000_000, strangerRecordsPerHour: 600 },
      assertion: { lifetimeMs: 3_600_000 },
      roles: [],
      policyFiles: [],
      inputs: [],
      answers: { all: { errors: 'reference', secrets: 'withhold' }, endpoints: {} },
      mcp: { sharedState: false },
      acceptRisks: [],
      forwardHeaders: [],
    })
  })

  test('every key reaches its place', () => {
    const text = `
upstream: https://[::1]:7860/demo
listen: "[::]:443"
hosts: [Demo.Example.org, 例え.jp]
tls: { cert: certs/c.pem, key: /k.pem }
insecure_http: true
trusted_proxies: [10.0.0.0/8, "::1", 192.0.2.7]
state_dir: ./state
key_file: ~/gate.key
session: { idle: 10m, absolute: 7d }
passwords: { length: 20, require: [digit, symbol], max_age: 365d }
pace: { address: "3, then 1 per 1m", everyone: "30, then 1 per 500ms", known_browser: "4, then 1 per 2h" }
limits:
  { call: 1MiB, upload: 2 GB, connections: 10, mixed_batch: true, endpoints: { "r_*": { rate: 10/min, body: 1kB }, x: { concurrent: 2 } } }
uploads: { max_files: 20, max_file_size: 5MB, types: [image/*, .csv], per_day: 2GB }
audit: { max_size: 64MB, retention: 30d, stranger_records_per_hour: 0 }
assertion: { audience: demo, lifetime: 2h }
inputs: { buy: { amount: { min: 1 }, pin: [price] } }
answers: { errors: show, endpoints: { key: { secrets: pass }, safe: { errors: reference } } }
mcp: { shared_state: true }
accept_risks: [ssr, app-exposed]
policy: gate.cedar
forward_headers: [X-Team]
`
    expect(read(text)).toEqual({
      upstream: new URL('https://[::1]:7860/demo'),
      listen: { host: '::', port: 443 },
      hosts: ['demo.example.org', 'xn--r8jz45g.jp'],
      tls: { cert: '/etc/gate/certs/c.pem', key: '/k.pem' },
      insecureHttp: true,
      trustedProxies: ['10.0.0.0/8', '::1/128', '192.0.2.7/32'],
      stateDir: '/etc/gate/state',
      keyFile: '/home/op/gate.key',
      session: { idleMs: 600_000, absoluteMs: 604_800_000 },
      passwords: { least: 20, composition: ['digit', 'symbol'], maxAgeMs: 365 * 86_400_000 },
      pace: {
        address: { burst: 3, intervalMs: 60_000 },
        everyone: { burst: 30, intervalMs: 500 },
        knownBrowser: { burst: 4, intervalMs: 7_200_000 },
      },
      limits: {
        callBytes: 1_048_576,
        uploadBytes: 2_000_000_000,
        connections: 10,
        endpoints: [
          { pattern: 'r_*', rate: { burst: 10, intervalMs: 6_000 }, bodyBytes: 1_000 },
          { pattern: 'x', concurrent: 2 },
        ],
        mixedBatch: true,
      },
      uploads: {
        maxFiles: 20,
        maxFileBytes: 5_000_000,
        types: ['image/*', '.csv'],
        perDayBytes: 2_000_000_000,
      },
      audit: { maxBytes: 64_000_000, retentionMs: 2_592_000_000, strangerRecordsPerHour: 0 },
      assertion: { audience: 'demo', lifetimeMs: 7_200_000 },
      inputs: [
        { endpoint: 'buy', parameters: new Map([['amount', { min: 1 }]]), require: [], pin: ['price'] },
      ],
      answers: {
        all: { errors: 'show', secrets: 'withhold' },
        endpoints: {
          key: { errors: 'show', secrets: 'pass' },
          safe: { errors: 'reference', secrets: 'withhold' },
        },
      },
      mcp: { sharedState: true },
      acceptRisks: ['ssr', 'app-exposed'],
      roles: [],
      policyFiles: ['/etc/gate/gate.cedar'],
      forwardHeaders: ['x-team'],
    })
  })

  test('an option is stronger than the file, and its path is relative to the working directory', () => {
    const config = read(`${app}listen: 9000\ntls: { cert: a.pem, key: b.pem }\nhosts: [a.example]`, {
      upstream: 'http://127.0.0.1:7861',
      listen: '9001',
      'tls-key': 'c.pem',
      host: ['b.example'],
    })
    expect(config.upstream.port).toBe('7861')
    expect(config.listen.port).toBe(9001)
    expect(config.tls).toEqual({ cert: '/etc/gate/a.pem', key: '/work/c.pem' })
    expect(config.hosts).toEqual(['b.example'])
  })

  test.each(['off', 'false', '"off"'])('passwords don’t grow old: %s', (off) => {
    expect(read(`${app}passwords: { max_age: ${off} }`).passwords).toEqual({ least: 15, composition: [] })
  })

  test('state and key follow the XDG variables, unless those are relative', () => {
    const set = read(app, {}, { XDG_STATE_HOME: '/s', XDG_CONFIG_HOME: '/c' })
    expect([set.stateDir, set.keyFile]).toEqual([
      '/s/sekisho/127.0.0.1-7860',
      '/c/sekisho/127.0.0.1-7860.key',
    ])
    const relative = read(app, {}, { XDG_STATE_HOME: 's', XDG_CONFIG_HOME: '' })
    expect(relative.stateDir).toBe('/home/op/.local/state/sekisho/127.0.0.1-7860')
    expect(relative.keyFile).toBe('/home/op/.config/sekisho/127.0.0.1-7860.key')
  })

  test.each([
    ['http://[::1]:7860', '__1-7860'],
    ['http://Demo.example', 'demo.example-80'],
    ['https://demo.example/app', 'demo.example-443'],
  ])('the state of %s is in a folder of its own: %s', (upstream, slug) => {
    expect(read(`upstream: ${upstream}`).stateDir).toBe(`/home/op/.local/state/sekisho/${slug}`)
  })
})

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
    'a key nobody knows',
    `${app}session: { colour: 1 }`,
    '  sekisho.yaml:2: session.colour: unknown key. Known here: idle, absolute.',
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
