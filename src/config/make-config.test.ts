/** Configuration from text and options: what is read, key by key. */
import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { makeConfig } from './make-config.ts'
import type { Overrides } from './overrides.ts'

const surroundings = { cwd: '/work', home: '/home/op', env: {} }
const app = 'upstream: http://127.0.0.1:7860\n'

function read(text: string, overrides: Overrides = {}, env: Record<string, string> = {}): Config {
  return makeConfig({ text, file: '/etc/gate/sekisho.yaml' }, overrides, { ...surroundings, env })
}

describe('what is read', () => {
  test('one line is a configuration; the rest are the defaults', () => {
    expect(read(app)).toEqual({
      upstream: new URL('http://127.0.0.1:7860/'),
      listen: { host: '127.0.0.1', port: 8484 },
      hosts: [],
      insecureHttp: false,
      embed: [],
      trustedProxies: [],
      stateDir: '/home/op/.local/state/sekisho/127.0.0.1-7860',
      keyFile: '/home/op/.config/sekisho/127.0.0.1-7860.key',
      session: { idleMs: 3_600_000, absoluteMs: 86_400_000, twoNetworks: 'record' },
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
        connectionsPerAddress: 2048,
        handshakesPerAddress: { burst: 200, intervalMs: 20 },
        endpoints: [],
        mixedBatch: false,
      },
      uploads: { maxFiles: 1000 },
      proof: { calls: 'required', files: 'optional', tokens: 'optional' },
      audit: { maxBytes: 256_000_000, retentionMs: 15_552_000_000, strangerRecordsPerHour: 600 },
      assertion: { lifetimeMs: 3_600_000 },
      roles: [],
      policyFiles: [],
      inputs: [],
      answers: { all: { errors: 'reference', secrets: 'withhold', html: 'pass' }, endpoints: {} },
      mcp: { sharedState: false },
      acceptRisks: [],
      sharedFolders: [],
      formTargets: [],
      forwardHeaders: [],
    })
  })

  test.each(['https: { self_signed: true }', 'tls: { cert: c, key: k }', 'trusted_proxies: [10.1.2.3]'])(
    'sites that may show the app in a frame go with %s, as origins',
    (https) => {
      const host = read(
        `${app}${https}\nhosts: [demo.example.org, Login.Example.org]\nauth_host: LOGIN.example.org`,
      )
      expect(host.authHost).toBe('login.example.org')
      expect(read(`${app}${https}`)).not.toHaveProperty('authHost')
      const { embed } = read(`${app}${https}\nembed: [https://Portal.example:443/, "https://127.0.0.1:8443"]`)
      expect(embed).toEqual(['https://portal.example', 'https://127.0.0.1:8443'])
    },
  )

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
session: { idle: 10m, absolute: 7d, two_networks: end }
passwords: { length: 20, require: [digit, symbol], max_age: 365d }
pace: { address: "3, then 1 per 1m", everyone: "30, then 1 per 500ms", known_browser: "4, then 1 per 2h" }
limits:
  { call: 1MiB, upload: 2 GB, connections: 10, handshakes_per_address: "9, then 1 per 100ms", mixed_batch: true, endpoints: { "r_*": { rate: 10/min, body: 1kB }, x: { concurrent: 2 } } }
uploads: { max_files: 20, max_file_size: 5MB, types: [image/*, .csv], per_day: 2GB }
proof: { calls: optional, files: required, tokens: required }
audit: { max_size: 64MB, retention: 30d, stranger_records_per_hour: 0 }
assertion: { audience: demo, lifetime: 2h }
inputs: { buy: { amount: { min: 1 }, pin: [price] } }
answers: { errors: show, endpoints: { key: { secrets: pass }, safe: { errors: reference, html: sanitize } } }
mcp: { shared_state: true }
accept_risks: [ssr, app-exposed]
policy: gate.cedar
shared_folders: [/srv/reports/]
form_targets: [https://Pay.example:443/]
forward_headers: [X-Team]
`
    expect(read(text)).toEqual({
      upstream: new URL('https://[::1]:7860/demo'),
      listen: { host: '::', port: 443 },
      hosts: ['demo.example.org', 'xn--r8jz45g.jp'],
      tls: { cert: '/etc/gate/certs/c.pem', key: '/k.pem' },
      insecureHttp: true,
      embed: [],
      trustedProxies: ['10.0.0.0/8', '::1/128', '192.0.2.7/32'],
      stateDir: '/etc/gate/state',
      keyFile: '/home/op/gate.key',
      session: { idleMs: 600_000, absoluteMs: 604_800_000, twoNetworks: 'end' },
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
        connectionsPerAddress: 5,
        handshakesPerAddress: { burst: 9, intervalMs: 100 },
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
      proof: { calls: 'optional', files: 'required', tokens: 'required' },
      audit: { maxBytes: 64_000_000, retentionMs: 2_592_000_000, strangerRecordsPerHour: 0 },
      assertion: { audience: 'demo', lifetimeMs: 7_200_000 },
      inputs: [
        { endpoint: 'buy', parameters: new Map([['amount', { min: 1 }]]), require: [], pin: ['price'] },
      ],
      answers: {
        all: { errors: 'show', secrets: 'withhold', html: 'pass' },
        endpoints: {
          key: { errors: 'show', secrets: 'pass', html: 'pass' },
          safe: { errors: 'reference', secrets: 'withhold', html: 'sanitize' },
        },
      },
      mcp: { sharedState: true },
      acceptRisks: ['ssr', 'app-exposed'],
      roles: [],
      policyFiles: ['/etc/gate/gate.cedar'],
      sharedFolders: ['/srv/reports'],
      formTargets: ['https://pay.example'],
      forwardHeaders: ['x-team'],
    })
  })

  test('limits of endpoints stand as the file orders them, names that look like numbers too', () => {
    const text = `${app}limits: { endpoints: { "b*": { body: 1kB }, "*": { body: 2kB }, "7": { body: 3kB }, a: { body: 4kB } } }`
    expect(read(text).limits.endpoints.map(({ pattern }) => pattern)).toEqual(['b*', '*', '7', 'a'])
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
