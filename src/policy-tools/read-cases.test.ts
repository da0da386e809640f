/** Tests of a policy as they are written, and what is said of those that are written wrongly. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { appWith } from '../../test/rig/policy-desk.ts'
import { GateFault } from '../kit/fault.ts'
import { caseKeys } from './case.ts'
import { circumstanceKeys } from './circumstances.ts'
import { readCases } from './read-cases.ts'

vi.setConfig({ testTimeout: 60_000 })

const now = Date.UTC(2026, 10, 22)
const read = (text: string) => readCases({ text, file: 'policy-tests.yaml', now })
const one = (lines: string) => read(`tests:\n  - ${lines.trim().split('\n').join('\n    ')}\n`)[0]

describe('a test', () => {
  test('says who does what under which circumstances', () => {
    const full = one(`
test: analysts see reports
user: bob
roles: [analyst]
attributes: { department: 経理 }
call: [report_may, /report_june]
group: reports
arguments: { month: may, amount: 1.5, urgent: true, tags: [a, b] }
context: { mfa: true, auth_age: 15m, address: "2001:db8::1", tls: false, proof: true, fresh: true, method: token, time: "2026-11-22T09:30:00+09:00" }
expect: allow`)
    const endpoint = (name: string) => ({ kind: 'endpoint', name, group: 'reports' })
    expect(full).toEqual({
      ...{ where: 'policy-tests.yaml:2', name: 'analysts see reports', expect: 'allow' },
      principal: { kind: 'user', username: 'bob', roles: ['analyst'], attributes: { department: '経理' } },
      deeds: [
        { action: 'callFunction', resource: endpoint('report_may') },
        { action: 'callFunction', resource: endpoint('report_june') },
      ],
      arguments: { month: 'may', amount: 1.5, urgent: true, tags: ['a', 'b'] },
      context: {
        ...{
          method: 'token',
          mfa: true,
          authAge: 900,
          address: '2001:db8::1',
          tls: false,
          proof: true,
          fresh: true,
        },
        now: Date.UTC(2026, 10, 22, 0, 30),
      },
    })
  })

  test('assumes a fresh login by password over HTTPS, with nothing proved besides', () => {
    const short = one('call: predict\nexpect: deny')
    expect(short?.principal).toEqual({ kind: 'user', username: 'somebody', roles: [], attributes: {} })
    expect(short?.context).toEqual({
      ...{
        method: 'password',
        mfa: false,
        authAge: 0,
        address: '127.0.0.1',
        tls: true,
        proof: false,
        fresh: false,
        now,
      },
    })
    expect(one('principal: token\ncall: predict\nexpect: deny')?.context.method).toBe('token')
    expect(one('principal: nobody\ncall: predict\nexpect: deny')?.context.method).toBe('none')
  })

  test.each([
    ['page: /admin', { action: 'viewPage', resource: { kind: 'page', path: 'admin' } }],
    ['page: /', { action: 'viewPage', resource: { kind: 'page', path: '' } }],
    ['component: fileexplorer#tree.ls', { resource: { type: 'fileexplorer', name: 'tree', function: 'ls' } }],
    ['component: fileexplorer.ls', { resource: { type: 'fileexplorer', name: '', function: 'ls' } }],
    ['file: own', { action: 'readFile', resource: { standing: 'own', ownerRoles: [] } }],
    ['file: others\nowner_roles: boss', { resource: { standing: 'others', ownerRoles: ['boss'] } }],
    ['action: uploadFile', { action: 'uploadFile', resource: { kind: 'app' } }],
  ])('can be about %s', (what, deed) => {
    expect(one(`${what}\nexpect: allow`)?.deeds).toMatchObject([deed])
  })

  test.each([
    [
      'principal: token\ntoken: ci\nuser: bob\nroles: [a]',
      { kind: 'token', id: 'ci', user: 'bob', roles: ['a'] },
    ],
    ['principal: token', { kind: 'token', id: 'a-token' }],
    ['principal: guest', { kind: 'guest' }],
  ])('can be of %s', (who, principal) => {
    expect(one(`${who}\ncall: predict\nexpect: allow`)?.principal).toMatchObject(principal)
  })
})

describe('what is wrong is said with its line', () => {
  test.each([
    ['expect: allow', 'policy-tests.yaml:2: what is it about?'],
    ['call: a\npage: /b\nexpect: allow', 'what is it about?'],
    ['call: predict', 'expect: found nothing; allowed is allow or deny.'],
    ['call: predict\nexpect: yes', 'policy-tests.yaml:3: expect: found "yes"; allowed is allow or deny.'],
    [
      'call: predict\nexpct: allow\nexpect: allow',
      'policy-tests.yaml:3: expct: unknown key. Did you mean expect?',
    ],
    ['call: predict\nexpect: allow\nroles: [Two Words]', 'roles: found "Two Words"'],
    ['call: predict\nexpect: allow\nprincipal: guest\nroles: [a]', 'roles: a guest has none. Remove it.'],
    ['call: predict\nexpect: allow\ntoken: ci', 'token: a user has none. Remove it.'],
    ['call: predict\nexpect: allow\nprincipal: admin', 'allowed is user or token or guest or nobody'],
    [
      'call: predict\nexpect: allow\ncontext: { auth_age: 15 }',
      'context.auth_age: found 15; allowed is a duration',
    ],
    ['call: predict\nexpect: allow\ncontext: { time: "2026-11-22 09:30" }', 'with its zone'],
    ['call: predict\nexpect: allow\ncontext: { adress: "::1" }', 'Did you mean address?'],
    ['call: predict\nexpect: allow\nattributes: { level: 2 }', 'attributes.level'],
    ['file: mine\nexpect: allow', '"mine" is no kind of file: allowed is own, shared, others.'],
    ['component: fileexplorer\nexpect: allow', 'type.function'],
    ['action: uplodFile\nexpect: allow', 'Did you mean uploadFile?'],
    ['action: callFunction\nexpect: allow', 'name what it is done to'],
    ['page: /\narguments: { a: 1 }\nexpect: deny', 'policy-tests.yaml:3: arguments: only a call has some.'],
    ['page: /\ngroup: talk\nexpect: deny', 'Only a function has a group.'],
    ['page: /\nowner_roles: [a]\nexpect: deny', 'Only a file has owners with roles.'],
  ])('%j', (lines, words) => {
    expect(() => one(lines)).toThrow(words)
  })

  test.each([
    ['', 'tests: allowed is a list of tests, at least one'],
    ['tests: []', 'at least one'],
    ['cases: []', 'cases: unknown key. Known here: tests.'],
    ['tests:\n  - just words', 'found "just words"; allowed is a group of the keys'],
  ])('a file that holds %j', (text, words) => {
    expect(() => read(text)).toThrow(words)
  })

  test('a name that the app does not have, where the app is known', () => {
    const model = appWith({ predict: [], talk: [] })
    const ask = (what: string) => () =>
      readCases({ text: `tests: [{ ${what}, expect: allow }]`, file: 'f', now, model })
    expect(ask('call: predict')).not.toThrow()
    expect(ask('call: tolk')).toThrow('The app has no function "tolk". Did you mean talk?')
    expect(ask('page: /amin')).toThrow('The app has no page "/amin". Did you mean /admin?')
  })

  test('whatever stands there, it is a fault in words and not a crash', () => {
    const keys = fc.constantFrom(...caseKeys, ...circumstanceKeys, 'other')
    const file = fc.record({
      tests: fc.array(fc.dictionary(keys, fc.jsonValue(), { maxKeys: 8 }), { maxLength: 3 }),
    })
    fc.assert(
      fc.property(file, (written) => {
        try {
          read(stringify(written))
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(GateFault)
        }
      }),
      { numRuns: 300 },
    )
  })
})
