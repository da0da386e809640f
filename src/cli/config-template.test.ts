/** The file that `init` writes: complete, true about the defaults, and what the loader reads. */
import { expect, test } from 'vitest'
import { httpsDefaults } from '../config/defaults.ts'
import { makeConfig } from '../config/make-config.ts'
import { readYaml } from '../config/read-yaml.ts'
import { knownKeys } from '../config/schema.ts'
import { configTemplate } from './config-template.ts'
import type { Choices } from './config-template.ts'

const surroundings = { cwd: '/work', home: '/home/op', env: {} }
const upstream = 'http://127.0.0.1:7860'

function load(text: string) {
  return makeConfig({ text, file: '/work/sekisho.yaml' }, {}, surroundings)
}

/** Every setting switched on: `#key:` and `#  key:` are settings, `# Words` are words. */
function allOn(text: string): string {
  return text.replace(/^#(?! \S)/gm, '')
}

function withoutGroup(text: string, group: string): string {
  return text.replace(new RegExp(`^${group}:\\n(?: .*\\n)+`, 'm'), '')
}

test('every known key stands in it', () => {
  const { raw } = readYaml(allOn(configTemplate({ upstream })), 'x')
  const top = raw as Record<string, Record<string, unknown>>
  for (const [group, keys] of Object.entries(knownKeys)) {
    expect(Object.keys(group === '' ? top : (top[group] ?? {})).sort()).toEqual([...keys].sort())
  }
})

test('what is switched off shows the defaults, but for places and examples', () => {
  const defaults = load(configTemplate({ upstream }))
  // It excludes frames of other sites, and has to be one of the names, of which the example has one.
  const all = allOn(configTemplate({ upstream })).replace(/^auth_host: .*\n/m, '')
  // The two ways to HTTPS exclude each other.
  const [own, obtained] = [withoutGroup(all, 'https'), withoutGroup(all, 'tls')].map(load)
  expect(own).toEqual({
    ...defaults,
    tls: {
      cert: '/work/cert.pem',
      key: '/work/key.pem',
      httpListen: { host: '127.0.0.1', port: 80 },
      hsts: httpsDefaults.hsts,
    },
    roles: ['viewer', 'analyst', 'admin', 'keeper'].map(
      (name) => expect.objectContaining({ name }) as object,
    ),
    policyFiles: ['/work/gate.cedar'],
    assertion: { ...defaults.assertion, audience: upstream },
    uploads: { ...defaults.uploads, maxFileBytes: 1e9, types: ['image/*', '.pdf'], perDayBytes: 10e9 },
    limits: {
      ...defaults.limits,
      endpoints: [
        { pattern: 'generate', rate: { burst: 10, intervalMs: 6000 }, concurrent: 1, bodyBytes: 1e6 },
      ],
    },
    answers: {
      ...defaults.answers,
      endpoints: {
        make_api_key: { errors: 'reference', secrets: 'pass', html: 'pass' },
        notice_board: { errors: 'reference', secrets: 'withhold', html: 'sanitize' },
      },
    },
    inputs: ['lookup', 'buy'].map((endpoint) => expect.objectContaining({ endpoint }) as object),
    hosts: ['demo.example.org'],
    embed: ['https://portal.example.org'],
    trustedProxies: ['10.1.2.3/32'],
    stateDir: '/var/lib/sekisho',
    keyFile: '/etc/sekisho/sekisho.key',
  })
  expect(obtained?.https).toEqual({
    names: ['demo.example.org'],
    selfSigned: false,
    directory: httpsDefaults.directory,
    email: 'you@example.org',
    caFile: '/work/private-ca.pem',
    httpListen: { host: '127.0.0.1', port: 80 },
    hsts: httpsDefaults.hsts,
  })
})

test.each<Choices>([
  { upstream: 'https://[::1]:1/a b'.replace(' ', '%20') },
  {
    upstream,
    listen: '0.0.0.0:443',
    host: 'demo.example.org',
    tls: { cert: 'c.pem', key: '/etc/my keys/k: #1.pem' },
  },
  { upstream, host: 'a.example.org', https: { name: '203.0.113.7', selfSigned: true } },
  { upstream, listen: '[::]:8484', host: 'a.example', trustedProxy: '2001:db8::/32' },
])('choices come back as chosen: %j', (choices) => {
  const config = load(configTemplate(choices))
  expect(config.upstream.href).toBe(new URL(choices.upstream).href)
  if (choices.listen !== undefined) expect(config.listen.port).toBe(Number(choices.listen.split(':').at(-1)))
  expect(config.hosts).toEqual(choices.host === undefined ? [] : [choices.host])
  expect(config.trustedProxies).toEqual(choices.trustedProxy === undefined ? [] : [choices.trustedProxy])
  if (choices.https !== undefined) {
    expect(config.https).toMatchObject({ names: [choices.https.name], selfSigned: choices.https.selfSigned })
  }
  if (choices.tls !== undefined) expect(config.tls?.key).toBe(choices.tls.key)
})
