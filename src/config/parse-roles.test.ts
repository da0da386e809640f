/** `roles:` as people write them, and what they are told when it can't be meant. */
import { describe, expect, test } from 'vitest'
import { GateFault } from '../kit/fault.ts'
import { makeConfig } from './make-config.ts'

function read(roles: string) {
  const text = `upstream: http://127.0.0.1:7860\nroles:\n${roles}`
  return makeConfig({ text, file: '/etc/gate/sekisho.yaml' }, {}, { cwd: '/etc/gate', home: '/', env: {} })
    .roles
}

function refusal(roles: string): string {
  try {
    read(roles)
  } catch (fault) {
    if (fault instanceof GateFault) return fault.message.split('\n').slice(1).join('\n')
  }
  return 'taken'
}

describe('roles', () => {
  test('are read with the lines that they stand on', () => {
    const [viewer, analyst] = read(`  viewer:
  analyst:
    inherits: viewer
    given_to: [users, tokens]
    call: "report_*"
    upload: true
    files: [viewer]
    components: ["#tree", "fileexplorer.ls"]
    deep_links: true
    mcp: true
    pages: ["/", admin]
    monitoring: true
    when:
      mfa: true
      auth_age: 15m
      method: password
      network: [10.1.0.0/16, "::1"]
      hours: ["08:00-18:30", "22:00-24:00"]
      days: [fri-mon, wed]
      time_zone: Asia/Tokyo
      proof: true
      fresh: call
      attributes: { department: [finance, "legal-*"] }
      arguments: { month: [may, 5], amount: { max: 1000 }, ok: true }
`)
    expect(viewer).toEqual({
      ...{ name: 'viewer', file: 'sekisho.yaml', line: 3, lines: expect.any(Object) as object },
      ...{ inherits: [], givenTo: [], call: [], files: [], components: [] },
      ...{ upload: false, deepLinks: false, mcp: false, monitoring: false },
    })
    expect(analyst).toEqual({
      ...{ name: 'analyst', file: 'sekisho.yaml', line: 4 },
      lines: expect.objectContaining({ call: 7, when: 15 }) as object,
      ...{ inherits: ['viewer'], givenTo: ['users', 'tokens'], call: ['report_*'], upload: true },
      ...{ files: ['viewer'], components: ['#tree', 'fileexplorer.ls'], deepLinks: true, mcp: true },
      ...{ pages: ['/', 'admin'], monitoring: true },
      when: {
        ...{ mfa: true, authAge: 900_000, method: ['password'], network: ['10.1.0.0/16', '::1/128'] },
        hours: [
          { from: 480, to: 1110 },
          { from: 1320, to: 1440 },
        ],
        days: ['fri', 'sat', 'sun', 'mon', 'wed'],
        ...{
          timeZone: 'Asia/Tokyo',
          proof: true,
          fresh: 'call',
          attributes: { department: ['finance', 'legal-*'] },
        },
        arguments: {
          month: { kind: 'values', values: ['may', 5] },
          amount: { kind: 'range', max: 1000 },
          ok: { kind: 'values', values: [true] },
        },
      },
    })
  })

  test.each([
    ['an unknown key', '  viewer: { cal: [x] }', '3: roles.viewer.cal: ', 'Did you mean call?'],
    [
      'an unknown condition',
      '  viewer:\n    when: { mfa: true, age: 1m }',
      '4: roles.viewer.when.age: ',
      'auth_age',
    ],
    ['a name that nobody could type', '  Viewer: {}', '3: roles.Viewer: ', 'a-z, 0-9'],
    [
      'a role that is not there',
      '  viewer: {}\n  admin: { inherits: [viewr] }',
      '4: roles.admin.inherits: ',
      '"viewr" is none. Did you mean viewer?',
    ],
    [
      'files of a role that is not there',
      '  viewer: { files: [x] }',
      '3: roles.viewer.files: ',
      'There are: viewer',
    ],
    [
      'a circle',
      '  a: { inherits: b }\n  b: { inherits: c }\n  c: { inherits: a }',
      '3: roles.a.inherits: ',
      'does not inherit this one',
    ],
    ['a role within itself', '  a: { inherits: a }', '3: roles.a.inherits: ', 'does not inherit this one'],
    [
      'a kind that is none',
      '  a: { given_to: [everybody] }',
      'found "everybody"; allowed is a list of guests, users, tokens.',
      '',
    ],
    ['an empty list', '  a: { call: [] }', 'found an empty list', 'leave the key out'],
    ['exclusions alone', '  a: { call: ["!x"] }', '3: roles.a.call: ', 'with "!" alone nothing is granted'],
    ['a blank endpoint', '  a: { call: [" "] }', 'roles.a.call[1]: found " "', ''],
    [
      'the slash of the clients',
      '  a: { call: ["*", "!/x"] }',
      'roles.a.call[2]: found "!/x"',
      'without a slash',
    ],
    ['a pattern of groups', '  a: { call: ["group:"] }', 'roles.a.call[1]: found "group:"', ''],
    ['an odd component', '  a: { components: ["a b"] }', 'roles.a.components[1]: found "a b"', ''],
    ['a guard of nothing', '  a: { when: {} }', 'roles.a.when: found', 'leave the key out'],
    [
      'no attribute',
      '  a: { when: { attributes: {} } }',
      'roles.a.when.attributes: found',
      'leave the key out',
    ],
    ['no argument', '  a: { when: { arguments: {} } }', 'roles.a.when.arguments: found', 'leave the key out'],
    ['mfa switched off', '  a: { when: { mfa: false } }', 'roles.a.when.mfa: found false', 'allowed is true'],
    [
      'a password for something else',
      '  a: { when: { fresh: page } }',
      'roles.a.when.fresh: found',
      'call, which is',
    ],
    ['an age without unit', '  a: { when: { auth_age: 15 } }', 'roles.a.when.auth_age: found', '15m'],
    [
      'an age of less than a second',
      '  a: { when: { auth_age: 10ms } }',
      'roles.a.when.auth_age: found',
      'whole seconds',
    ],
    [
      'hours without zone',
      '  a: { when: { hours: "08:00-18:00" } }',
      'roles.a.when: ',
      'time_zone, such as Asia/Tokyo',
    ],
    [
      'an hour that no clock shows',
      '  a: { when: { hours: "08:00-25:00", time_zone: UTC } }',
      'roles.a.when.hours: found "08:00-25:00"',
      '',
    ],
    [
      'an hour of no length',
      '  a: { when: { hours: "08:00-08:00", time_zone: UTC } }',
      'roles.a.when.hours: found',
      '',
    ],
    [
      'a day that is none',
      '  a: { when: { days: monday, time_zone: UTC } }',
      'roles.a.when.days: found "monday"',
      '',
    ],
    [
      'a zone that is none',
      '  a: { when: { days: mon, time_zone: Tokyo } }',
      'roles.a.when.time_zone: found "Tokyo"',
      '',
    ],
    [
      'a network with bits too many',
      '  a: { when: { network: 10.1.2.3/8 } }',
      'roles.a.when.network: found',
      '',
    ],
    [
      'a range the wrong way round',
      '  a: { when: { arguments: { n: { min: 2, max: 1 } } } }',
      'roles.a.when.arguments.n.min: found 2',
      'at most max',
    ],
    [
      'a range of nothing',
      '  a: { when: { arguments: { n: {} } } }',
      'roles.a.when.arguments.n: ',
      'min, max or both',
    ],
    [
      'a number with five places',
      '  a: { when: { arguments: { n: 0.12345 } } }',
      'roles.a.when.arguments.n: found',
      'four decimal places',
    ],
    ['roles that are none', '  {}', 'roles: found a group of keys', 'at least one role'],
    ['roles that are a list', '  - viewer', 'roles: found a list of 1', 'a group of roles'],
  ])('with %s are refused', (_, roles, place, words) => {
    expect(refusal(roles)).toContain(place)
    expect(refusal(roles)).toContain(words)
  })
})
