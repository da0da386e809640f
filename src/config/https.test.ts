/** The keys under `https:`: what they mean, what they default to, and what they exclude. */
import { describe, expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { parseCertificateName } from './addresses.ts'
import type { Config } from './config.ts'
import { makeConfig } from './make-config.ts'
import type { Overrides } from './overrides.ts'

const app = 'upstream: http://127.0.0.1:7860\n'
const surroundings = { cwd: '/work', home: '/home/op', env: {} }

function read(text: string, overrides: Overrides = {}): Config {
  return makeConfig({ text: app + text, file: '/work/sekisho.yaml' }, overrides, surroundings)
}

function refusal(text: string, overrides: Overrides = {}): string {
  try {
    read(text, overrides)
  } catch (thrown) {
    if (thrown instanceof GateFault && thrown.code === 'config-invalid')
      return thrown.message.replace("The configuration can't be used:\n", '')
    throw thrown
  }
  throw new TypeError('The configuration was accepted.')
}

const usual = {
  names: [],
  selfSigned: false,
  directory: 'https://acme-v02.api.letsencrypt.org/directory',
  httpListen: { host: '::', port: 80 },
  hsts: 31_536_000,
}

describe('https', () => {
  test('alone is everything by default, at port 443 of every address', () => {
    for (const config of [read('https: {}'), read('', { https: true })]) {
      expect(config.https).toEqual(usual)
      expect(config.listen).toEqual({ host: '::', port: 443 })
    }
    expect(read('').https).toBeUndefined()
  })

  test('has the names of the hosts, and its own names are served', () => {
    expect(read('hosts: [a.example.org]\nhttps: {}').https?.names).toEqual(['a.example.org'])
    const config = read('hosts: [a.example.org]\nhttps: { names: [B.example.org, 8.8.8.8] }')
    expect(config.https?.names).toEqual(['b.example.org', '8.8.8.8'])
    expect(config.hosts).toEqual(['a.example.org', 'b.example.org'])
  })

  test('takes every key', () => {
    const text = `https:
  names: ["[2001:4860:4860::8888]"]
  directory: https://ca.lan/acme
  email: ops@example.org
  ca_file: ca.pem
  http_listen: 127.0.0.1:8080
  hsts: 1d
`
    expect(read(text).https).toEqual({
      names: ['2001:4860:4860::8888'],
      selfSigned: false,
      directory: 'https://ca.lan/acme',
      email: 'ops@example.org',
      caFile: '/work/ca.pem',
      httpListen: { host: '127.0.0.1', port: 8080 },
      hsts: 86_400,
    })
  })

  test('answers plain HTTP beside its own address, elsewhere, or not', () => {
    const at = (value: string) =>
      read(`listen: 8.8.8.8:8443\nhttps: { http_listen: ${value} }`).https?.httpListen
    expect(at('8080')).toEqual({ host: '8.8.8.8', port: 8080 })
    expect(at('127.0.0.1:80')).toEqual({ host: '127.0.0.1', port: 80 })
    expect(at('off')).toBe('off')
  })

  test.each<readonly [string, Overrides, object]>([
    ['a name', { https: true, 'https-name': ['a.example.org'] }, { names: ['a.example.org'] }],
    ['names by --host', { https: true, host: ['a.example.org'] }, { names: ['a.example.org'] }],
    ['--self-signed alone', { 'self-signed': true }, { selfSigned: true }],
    ['--acme-ca', { 'acme-ca': 'ca.pem', 'acme-directory': 'https://ca.lan/' }, { caFile: '/work/ca.pem' }],
    ['--http-listen', { 'http-listen': 'off' }, { httpListen: 'off' }],
  ])('is set by options: %s', (_, overrides, expected) => {
    expect(read('', overrides).https).toMatchObject(expected)
  })

  test('options are added to what the file says', () => {
    const config = read('https: { email: ops@example.org, hsts: off }', { 'https-name': ['a.example.org'] })
    expect(config.https).toMatchObject({ email: 'ops@example.org', hsts: 'off', names: ['a.example.org'] })
  })

  test('a name that is written twice counts once', () => {
    expect(read('hosts: [a.example.org, A.example.org]\nhttps: {}').https?.names).toEqual(['a.example.org'])
  })

  test('hsts and http_listen stand under tls too, for files of the operator', () => {
    const own = { cert: '/work/c.pem', key: '/work/k.pem' }
    expect(read('tls: { cert: c.pem, key: k.pem, hsts: off }').tls).toEqual({ ...own, hsts: 'off' })
    const file = 'listen: 8.8.8.8:443\ntls: { cert: c.pem, key: k.pem }'
    const httpListen = { host: '8.8.8.8', port: 80 }
    expect(read(file, { 'http-listen': '80' }).tls).toEqual({ ...own, httpListen })
    const options = { 'tls-cert': 'c.pem', 'tls-key': 'k.pem', 'http-listen': '80' }
    expect(read('listen: 8.8.8.8:443', options).tls).toEqual({ ...own, httpListen })
    expect(read('listen: 8.8.8.8:443', options).https).toBeUndefined()
  })
})

describe('what is refused, in words', () => {
  test.each<readonly [string, string, Overrides, string]>([
    [
      'two ways at once',
      'tls: { cert: c.pem, key: k.pem }\nhttps: {}',
      {},
      '  sekisho.yaml:3: https and tls stand together. Keep https (the gate obtains a certificate) or tls (your own files).',
    ],
    [
      'two ways by options',
      '',
      { https: true, 'tls-cert': 'c.pem', 'tls-key': 'k.pem' },
      '  --https: https and tls stand together. Keep https (the gate obtains a certificate) or tls (your own files).',
    ],
    [
      'a CA that is not asked',
      '',
      { 'self-signed': true, 'acme-email': 'ops@example.org' },
      '  --acme-email: https.email means nothing with https.self_signed: no CA is asked. Remove one of them.',
    ],
    [
      'one port for both',
      'https: { http_listen: 443 }',
      {},
      '  sekisho.yaml:2: https.http_listen is the address of the gate itself. Choose another port, or off.',
    ],
    [
      'one port for both, beside own files',
      'tls: { cert: c.pem, key: k.pem }',
      { 'http-listen': '8484' },
      '  --http-listen: tls.http_listen is the address of the gate itself. Choose another port, or off.',
    ],
    [
      'an address that no CA vouches for',
      '',
      { 'https-name': ['192.168.1.2'] },
      '  --https: 192.168.1.2 is not public, and no public CA vouches for it. Use --self-signed (https.self_signed), or name a private CA with --acme-directory (https.directory).',
    ],
    [
      'a host that no CA vouches for',
      'hosts: [gate.local]\nhttps: {}',
      {},
      '  sekisho.yaml:2: gate.local is not public, and no public CA vouches for it. Use --self-signed (https.self_signed), or name a private CA with --acme-directory (https.directory).',
    ],
    [
      'a directory in clear',
      'https: { directory: "http://ca.lan/" }',
      {},
      '  sekisho.yaml:2: https.directory: found "http://ca.lan/"; allowed is the https URL of an ACME directory.',
    ],
    [
      'a wildcard',
      '',
      { 'https-name': ['*.example.org'] },
      '  --https: found "*.example.org"; allowed is a host name or an IP address such as demo.example.org or 203.0.113.7, without scheme, port or *.',
    ],
    [
      'no address to write to',
      '',
      { 'acme-email': 'ops' },
      '  --acme-email: found "ops"; allowed is one e-mail address.',
    ],
    [
      'half a second',
      'https: { hsts: 500ms }',
      {},
      '  sekisho.yaml:2: https.hsts: found "500ms"; allowed is off, or a duration in whole seconds such as 365d.',
    ],
    [
      'a name to listen at',
      '',
      { 'http-listen': 'example.org:80' },
      '  --http-listen: found "example.org:80"; allowed is off, a port, or an IP address and a port, such as 80 or 127.0.0.1:8080.',
    ],
  ])('%s', (_, text, overrides, words) => {
    expect(refusal(text, overrides)).toBe(words)
  })

  test('a private CA vouches for what it likes', () => {
    const text = `https: { names: [gate.local, 10.0.0.5], directory: "https://ca.lan/acme" }`
    expect(read(text).https?.names).toEqual(['gate.local', '10.0.0.5'])
  })
})

test.each(['256.1.1.1', '1.2.3', '10.1', 'a.b.1', 'fe80::1%eth0', 'a b', 'https://a.b', 'a.b:443', '', 7])(
  '%j is nothing to certify',
  (value) => {
    expect(parseCertificateName(value)).toBeUndefined()
  },
)
