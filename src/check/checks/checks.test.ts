/** Every check against the contract: one case with its fault, one without. */
import { describe, expect, test } from 'vitest'
import type { Risk } from '../../config/config.ts'
import type { Check } from '../check.ts'
import {
  answer,
  appConfig,
  appProcess,
  checkContract,
  component,
  day,
  func,
  gateConfig,
  now,
  planted,
  seenApp,
  seenGate,
  type AppCase,
  type GateCase,
} from '../check.contract.ts'
import { secretsInConfig } from './contents.ts'
import { cachedFunctions, fileExplorers } from './functions.ts'
import { gateAcceptedRisks, gateInsecureHttp, gateUnsignedCalls, gateWideProxies } from './gate-settings.ts'
import { checks } from './index.ts'
import { defaultCredentials } from './own-login.ts'
import { shareLink } from './ways-around.ts'

const risk = (name: Risk) => ({ risk: name, words: `words about ${name}` })
const exposed = [risk('app-exposed')]
const environment = (temp: object) => ({
  temp: { folder: '/srv/app/files', chosen: true, mode: 0o40700, ...temp },
  onSpaces: false,
})
const withComponents = (...components: ReturnType<typeof component>[]) =>
  seenApp({ config: appConfig({ components }) })
const withFunctions = (...functions: ReturnType<typeof func>[]) =>
  seenApp({ config: appConfig({ functions }) })
const told = 'window.gradio_api_info = {"named_endpoints":{"/predict":{}}}'
const file = { path: '/f', keeping: 'secret', owner: 1000, changedAt: now, mode: 0o600 } as const
const stateFolder = { ...file, what: 'the state folder', mode: 0o700 }
const weak = { memory: 1024, iterations: 1, parallelism: 1 }
const token = { name: 'ci', createdAt: now - day, expiresAt: now + day, lastUsedAt: now - day }
const inState = (given: object) =>
  seenGate({ state: { kind: 'read', key: 'fits', passwords: [], tokens: [], ...given } })

type Evidence = Pick<AppCase, 'bad' | 'good'> | Pick<GateCase, 'bad' | 'good'>

const cases: Readonly<Record<string, Evidence>> = {
  'app-exposed': {
    bad: seenApp({ risks: exposed }),
    good: seenApp({ front: 'other-login', config: undefined }),
  },
  'plain-http': {
    bad: seenApp({ url: new URL('http://192.0.2.7') }),
    good: seenApp({ url: new URL('https://192.0.2.7') }),
  },
  'share-link': { bad: seenApp({ risks: [risk('share-link')] }), good: seenApp({ risks: exposed }) },
  'static-workers': { bad: seenApp({ risks: [risk('static-workers')] }) },
  'server-rendering': { bad: seenApp({ risks: [risk('ssr')] }) },
  'gradio-unknown': { bad: seenApp({ risks: [risk('gradio-unknown')] }) },
  'known-advisories': { bad: seenApp({ config: appConfig({ version: '4.44.0' }) }) },
  'developer-modes': { bad: seenApp({ config: appConfig({ devMode: true }) }) },
  'own-login': { bad: seenApp({ front: 'own-login', config: undefined }) },
  'login-page-tells': {
    bad: seenApp({ front: 'own-login', config: undefined }, { page: answer(200, told) }),
    good: seenApp({}, { page: answer(200, told) }),
  },
  'default-credentials': {
    bad: seenApp({ guessing: { kind: 'tried', names: ['admin'] } }),
    good: seenApp({ guessing: { kind: 'tried', names: [] } }),
  },
  'file-reach': {
    bad: seenApp({}, { 'file:.env': answer(200) }),
    good: seenApp({}, { 'file:.env': answer(403) }),
  },
  'secrets-in-config': {
    bad: withComponents(
      component('textbox', { type: 'password', value: planted }),
      component('textbox', { value: `postgres://app:${planted}@db.internal/x` }),
    ),
    good: withComponents(
      component('textbox', { type: 'password', value: '' }),
      component('browserstate', { secret: `postgres://app:${planted}@db.internal/x` }),
    ),
  },
  'hidden-values': {
    bad: withComponents(component('textbox', { visible: false, value: planted })),
    good: withComponents(
      component('textbox', { visible: false, value: '' }),
      component('button', { visible: false, value: 'Fake API' }),
      component('textbox', { visible: true, value: 'x' }),
    ),
  },
  'raw-html': {
    bad: seenApp({
      config: appConfig({ components: [component('html')], functions: [func({ outputs: [1] })] }),
    }),
    good: seenApp({
      config: appConfig({
        components: [component('markdown', { sanitize_html: true }), component('html', {}, 2)],
        functions: [func({ outputs: [1] }), func({ outputs: [2], onServer: false })],
      }),
    }),
  },
  'error-text': { bad: seenApp({ config: appConfig({ showError: true }) }) },
  'deep-links': {
    bad: withComponents(component('button', { copied_value: 'Copied', value: 'Share' })),
    good: withComponents(component('button', { value: 'Share' })),
  },
  'unlimited-uploads': {
    bad: seenApp({ config: appConfig({ maxFileSize: undefined, components: [component('file')] }) }),
    good: seenApp({
      config: appConfig({
        maxFileSize: undefined,
        components: [component('file', { interactive: false }), component('gallery', {}, 2)],
        functions: [func({ outputs: [2] })],
      }),
    }),
  },
  'private-functions': {
    bad: withFunctions(func({ visibility: 'private' })),
    good: withFunctions(
      func({ visibility: 'private', onServer: false }),
      func({ visibility: 'undocumented' }),
    ),
  },
  'hidden-functions': {
    bad: seenApp({ config: appConfig({ functions: [func({ triggers: [5] })], hidden: new Set([5]) }) }),
    good: seenApp({ config: appConfig({ functions: [func({ triggers: [4] })], hidden: new Set([5]) }) }),
  },
  'unnamed-functions': {
    bad: withFunctions(func({ name: 'lambda_3' })),
    good: withFunctions(
      func({ name: 'lambda_calculus' }),
      func({ name: 'lambda', visibility: 'undocumented' }),
    ),
  },
  'batch-functions': { bad: withFunctions(func({ batch: true })), good: withFunctions(func()) },
  'cached-functions': {
    bad: seenApp({
      process: appProcess({ sources: [{ name: 'app.py', text: '@gr.cache\ndef f(x): ...' }] }),
    }),
    good: seenApp({
      process: appProcess({
        sources: [{ name: 'app.py', text: '@gr.cache(key=(1, 2), per_session=True)\ndef f(x): ...' }],
      }),
    }),
  },
  'file-explorer': {
    bad: withComponents(component('fileexplorer')),
    good: withComponents(component('file')),
  },
  'oauth-outside-spaces': {
    bad: withComponents(component('button', { logout_value: 'Logout' })),
    good: seenApp({
      config: appConfig({ spaceId: 'a/b', components: [component('button', { logout_value: 'Logout' })] }),
    }),
  },
  'monitoring-open': {
    bad: seenApp({}, { monitoring: answer(200) }),
    good: seenApp({}, { monitoring: answer(403) }),
  },
  'mcp-open': { bad: seenApp({}, { mcp: answer(200) }) },
  'api-docs-open': { bad: seenApp({}, { docs: answer(200) }) },
  'descriptions-open': {
    bad: seenApp({ risks: exposed }, { schema: answer(200) }),
    good: seenApp({}, { schema: answer(200) }),
  },
  'foreign-sites': {
    bad: seenApp({}, { nullOrigin: answer(200, '', { 'access-control-allow-origin': 'null' }) }),
    good: seenApp({}, { nullOrigin: answer(200, '', { 'access-control-allow-credentials': 'true' }) }),
  },
  'server-header': {
    bad: seenApp({ risks: exposed }, { page: answer(200, '', { server: 'uvicorn' }) }),
    good: seenApp({}, { page: answer(200, '', { server: 'uvicorn' }) }),
  },
  'browser-headers': {
    bad: seenApp({ risks: exposed }),
    good: seenApp(
      { risks: exposed },
      {
        page: answer(200, '', {
          'content-security-policy': "frame-ancestors 'self'",
          'x-content-type-options': 'nosniff',
        }),
      },
    ),
  },
  'shared-temp-folder': {
    bad: seenApp({
      process: appProcess({ environment: environment({ folder: '/tmp/gradio', chosen: false }) }),
    }),
  },
  'open-temp-folder': {
    bad: seenApp({ process: appProcess({ environment: environment({ mode: 0o40755 }) }) }),
  },
  'runs-as-root': { bad: seenApp({ process: appProcess({ uid: 0 }) }) },

  'gate-insecure-http': {
    bad: seenGate({ config: gateConfig({ insecureHttp: true, listen: { host: '0.0.0.0', port: 80 } }) }),
    good: seenGate({ config: gateConfig({ insecureHttp: true }) }),
  },
  'gate-accepted-risks': { bad: seenGate({ config: gateConfig({ acceptRisks: ['ssr'] }) }) },
  'gate-wide-proxies': {
    bad: seenGate({ config: gateConfig({ trustedProxies: ['10.0.0.0/8'] }) }),
    good: seenGate({
      config: gateConfig({ trustedProxies: ['10.1.2.3/32', '127.0.0.0/8', 'fd00::7/128', '10.2.3.0/24'] }),
    }),
  },
  'gate-long-sessions': {
    bad: seenGate({
      config: gateConfig({ session: { idleMs: day, absoluteMs: 30 * day, twoNetworks: 'record' } }),
    }),
  },
  'gate-unsigned-calls': {
    bad: seenGate({
      config: gateConfig({ proof: { calls: 'optional', files: 'optional', tokens: 'optional' } }),
    }),
    good: seenGate({
      config: gateConfig({ proof: { calls: 'required', files: 'optional', tokens: 'optional' } }),
    }),
  },
  'gate-embedded-sites': { bad: seenGate({ config: gateConfig({ embed: ['https://wiki.example'] }) }) },
  'gate-login-beside-app': {
    bad: seenGate({ config: gateConfig({ hosts: ['app.example', 'login.example'] }) }),
    good: seenGate({
      config: gateConfig({ hosts: ['app.example', 'login.example'], authHost: 'login.example' }),
    }),
  },
  'gate-password-rules': {
    bad: seenGate({ config: gateConfig({ passwords: { least: 8, composition: [] } }) }),
  },
  'gate-policy-invalid': { bad: seenGate({ policy: { kind: 'invalid', why: 'The policy is not valid.' } }) },
  'gate-policy-strangers': {
    bad: seenGate({ policy: { kind: 'own', strangers: ['callFunction'], guests: [] } }),
    good: seenGate({ policy: { kind: 'own', strangers: [], guests: ['useMcp'] } }),
  },
  'gate-policy-wide': { bad: seenGate({ policy: { kind: 'own', strangers: [], guests: ['useMcp'] } }) },
  'gate-config-secrets': {
    bad: seenGate({ configText: { path: '/s.yaml', text: `# postgres://app:${planted}@db.internal/x` } }),
  },
  'gate-key-in-environment': { bad: seenGate({ keyInEnvironment: true }) },
  'gate-file-modes': {
    bad: seenGate({ files: [{ ...file, what: 'the set-up key', mode: 0o640 }] }),
    good: seenGate({
      files: [
        { ...file, what: 'the configuration', keeping: 'trusted', mode: 0o644 },
        { ...file, what: "the set-up key's folder", keeping: 'trusted', mode: 0o1777 },
      ],
    }),
  },
  'gate-file-owners': {
    bad: seenGate({ files: [stateFolder, { ...file, what: 'the set-up key', owner: 1001 }] }),
    good: seenGate({ files: [stateFolder, { ...file, what: 'the certificate', owner: 0 }] }),
  },
  'gate-disk-space': { bad: seenGate({ freeBytes: 200e6 }) },
  'gate-clock': { bad: seenGate({ files: [{ ...file, what: 'the audit log', changedAt: now + day }] }) },
  'gate-certificate-ended': {
    bad: seenGate({ certificates: [{ path: '/c.pem', startsAt: 0, endsAt: now - 1 }] }),
  },
  'gate-certificate-ending': {
    bad: seenGate({ certificates: [{ path: '/c.pem', startsAt: now - 80 * day, endsAt: now + 10 * day }] }),
    // Six days in all, two thirds still to come: nothing is late.
    good: seenGate({ certificates: [{ path: '/c.pem', startsAt: now - 2 * day, endsAt: now + 4 * day }] }),
  },
  'gate-database': { bad: seenGate({ state: { kind: 'unreadable', why: 'The database is damaged.' } }) },
  'gate-key': { bad: inState({ key: 'differs' }) },
  'gate-audit-log': {
    bad: seenGate({
      audit: {
        kind: 'read',
        verification: {
          findings: [{ kind: 'record-changed', file: 'a.jsonl', line: 3 }],
          notes: [],
          segments: 1,
          records: 2,
        },
      },
    }),
  },
  'gate-stretching': {
    bad: inState({ passwords: [{ whose: 'the shared password', changedAt: now, stretching: weak }] }),
    good: inState({
      passwords: [
        { whose: 'bob', changedAt: now, stretching: { memory: 65536, iterations: 3, parallelism: 4 } },
      ],
    }),
  },
  'gate-endless-tokens': {
    bad: inState({ tokens: [{ ...token, expiresAt: undefined }] }),
    good: inState({ tokens: [token] }),
  },
  'gate-unused-tokens': {
    bad: inState({ tokens: [{ ...token, lastUsedAt: now - 100 * day }] }),
    good: inState({ tokens: [{ ...token, lastUsedAt: undefined }] }),
  },
}

/** A case stands under the name of the check that it is for, so both speak of the same thing. */
function caseOf(check: Check): AppCase | GateCase {
  const evidence = cases[check.id]
  if (evidence === undefined) throw new TypeError(`no case for ${check.id}`)
  return { check, ...evidence } as AppCase | GateCase
}

test('every check has a case, every case a check, every name is there once', () => {
  const ids = checks.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Object.keys(cases).sort()).toEqual([...ids].sort())
})

describe.each(checks)('$id', (check) => {
  checkContract(caseOf(check))
})

describe('a cache that all users share', () => {
  const outcome = (text: string) =>
    cachedFunctions.find(seenApp({ process: appProcess({ sources: [{ name: 'app.py', text }] }) }))

  test.each([
    ['import gradio as g\n@g.cache\ndef f(x): ...', 2],
    ['from gradio import Blocks, cache\n\n@cache(max_size=3)\ndef f(x): ...', 3],
    ['from gradio import (\n  Blocks,\n  Cache,\n)\ndef f(x, c=Cache()): ...', 5],
    ['def f(x, c=gr.Cache()): ...', 1],
  ])('is found in %j', (text, line) => {
    expect(outcome(text)).toEqual({ kind: 'found', at: [`app.py:${String(line)}`] })
  })

  test.each([
    '# no gr.cache here',
    'from functools import cache\n@cache\ndef f(): ...',
    'self.cache = {}; gr.cached_examples',
    'from gradio import Cache\ndef f(x, c=Cache(per_session=True)): ...',
  ])('is not in %j', (text) => {
    expect(outcome(text)).toEqual({ kind: 'passed' })
  })
})

describe('secrets', () => {
  test('are found in scripts and headers as well, by kind and place', () => {
    const others = { js: `() => "sk-proj-${'aBcD'.repeat(8)}"`, title: 'My app' }
    const outcome = secretsInConfig.find(seenApp({ config: appConfig({ others }) }))
    expect(outcome).toEqual({ kind: 'found', at: ['OpenAI key in js'] })
  })
})

test.each([gateInsecureHttp, gateAcceptedRisks, gateWideProxies])(
  '$id is not known of a gate without a configuration file',
  (check) => {
    expect(check.find(seenGate({ configText: undefined })).kind).toBe('unseen')
  },
)

describe('usual passwords', () => {
  test.each(['gate', 'other-login'] as const)('were not tried at a login of another kind (%s)', (front) => {
    expect(defaultCredentials.find(seenApp({ front, config: undefined })).kind).toBe('unseen')
  })
})

test('nobody signs in without a key where files have to be signed', () => {
  const proof = { calls: 'optional', files: 'required', tokens: 'optional' } as const
  expect(gateUnsignedCalls.find(seenGate({ config: gateConfig({ proof }) }))).toEqual({ kind: 'passed' })
})

test('an address of a share server is a share link', () => {
  const url = new URL('https://0123456789abcdef.gradio.live')
  expect(shareLink.find(seenApp({ url }))).toEqual({ kind: 'found', at: [url.origin] })
})

test('a finding names no more places than somebody reads', () => {
  const components = Array.from({ length: 3_000 }, (_, id) => component('fileexplorer', {}, id))
  const outcome = fileExplorers.find(seenApp({ config: appConfig({ components }) }))
  expect(outcome.kind === 'found' && outcome.at.length).toBe(1_001)
  expect(outcome.kind === 'found' && outcome.at.at(-1)).toBe('2000 more')
})

describe('severity follows what was seen', () => {
  test('an advisory is as bad as the worst one that concerns the version', () => {
    const outcome = (version: string) => {
      const check = checks.find(({ id }) => id === 'known-advisories')
      return check?.about === 'app' ? check.find(seenApp({ config: appConfig({ version }) })) : undefined
    }
    expect(outcome('6.10.0')).toMatchObject({ kind: 'found', severity: 'high' })
    expect(outcome('6.19.0')).toMatchObject({ kind: 'found', severity: 'medium' })
    expect(outcome('main')).toMatchObject({ kind: 'unseen' })
  })
})
