/** Each key of a role as Cedar, word for word: which actions, under which conditions, of which line. */
import { describe, expect, it } from 'vitest'
import { compileRoles } from './compile-roles.ts'
import { rolesFrom } from './sample-roles.contract.ts'

const actions = (...names: readonly string[]) =>
  names.length === 1
    ? `action == Sekisho::Action::"${names.join()}"`
    : `action in [${names.map((name) => `Sekisho::Action::"${name}"`).join(', ')}]`
const sight = [
  ...['readSchema', 'loadAsset', 'checkLiveness', 'readIdentity', 'openStream', 'cancelEvent'],
  ...['feedEvent', 'holdSession', 'readMedia'],
]
const pages = ['viewPage', 'readConfig']
const rule = (id: string, what: string, ...conditions: readonly string[]) =>
  `@id("role:r:${id}")\npermit (principal in Sekisho::Role::"r", ${what}, resource)` +
  (conditions.length === 0 ? ';' : `\nwhen {\n  ${conditions.join(' &&\n  ')}\n};`)
const own = (...more: readonly string[]) =>
  rule('own_files:3', actions('readFile'), '(resource.own || resource.shared)', ...more)

/** The rules of the role `r`, whose keys are on line 3, but for its sight and its own files. */
const grants = (keys: string, others = '') => {
  const { text } = compileRoles(rolesFrom(`  r: { ${keys} }\n${others}`))
  const [mine = ''] = text.trimEnd().split('\n\n')
  expect(mine.split('\n')[0]).toMatch(/^\/\/ r/)
  const rules = mine.split(/\n(?=@id)/).slice(1)
  return rules.filter(
    (one) => !one.startsWith('@id("role:r:sees') && !one.startsWith('@id("role:r:own_files'),
  )
}

describe('a role', () => {
  it('sees the app and its own files', () => {
    expect(compileRoles(rolesFrom('  r: {}\n')).text).toBe(
      `// r\n${rule('sees:3', actions(...pages, ...sight))}\n${own()}\n`,
    )
  })

  it('says whose grants it has and to whom it is given', () => {
    const text = compileRoles(
      rolesFrom('  a: {}\n  b: {}\n  r: { inherits: [a, b], given_to: [users, tokens] }\n'),
    ).text
    expect(text).toContain('// r, has all that a, b has, given to all users, tokens\n')
    // Pages come from the roles below alone.
    expect(text).toContain(`${rule('sees:5', actions(...sight))}\n`)
  })

  it('has a place in the file for each rule', () => {
    const { places, roles } = compileRoles(rolesFrom('  r:\n    mcp: false\n    call: x\n    upload: true\n'))
    expect([...places]).toEqual([
      ['role:r:sees:3', { file: 'sekisho.yaml', line: 3 }],
      ['role:r:own_files:3', { file: 'sekisho.yaml', line: 3 }],
      ['role:r:call:5', { file: 'sekisho.yaml', line: 5 }],
      ['role:r:upload:6', { file: 'sekisho.yaml', line: 6 }],
    ])
    expect(roles.map(({ name }) => name)).toEqual(['r'])
  })

  it.each<[string, readonly string[]]>([
    ['call: "*"', [rule('call:3', actions('callFunction'))]],
    ['call: a', [rule('call:3', actions('callFunction'), 'resource.name == "a"')]],
    [
      'call: ["*", "!a", "!b_*"]',
      [rule('call:3', actions('callFunction'), '!(resource.name == "a")', '!(resource.name like "b_*")')],
    ],
    [
      'call: [a, "group:g", "!group:h"]',
      [
        rule(
          'call:3',
          actions('callFunction'),
          '(resource.name == "a" || resource in Sekisho::Group::"g")',
          '!(resource in Sekisho::Group::"h")',
        ),
      ],
    ],
    ['upload: true', [rule('upload:3', actions('uploadFile', 'watchUpload', 'processRecording'))]],
    ['upload: false', []],
    ['deep_links: true', [rule('deep_links:3', actions('exportState'))]],
    ['mcp: true', [rule('mcp:3', actions('useMcp'))]],
    ['monitoring: true', [rule('monitoring:3', actions('readMonitoring'))]],
    ['components: "*"', [rule('components:3', actions('callComponent'))]],
    [
      'components: fileexplorer',
      [rule('components:3', actions('callComponent'), '(resource.type == "fileexplorer")')],
    ],
    [
      'components: ["file*#shelf.ls", "#x", ".ls", "*.*"]',
      [
        rule(
          'components:3',
          actions('callComponent'),
          '((resource.type like "file*" && resource.name == "shelf" && resource.function == "ls") || ' +
            '(resource.name == "x") || (resource.function == "ls") || true)',
        ),
      ],
    ],
    [
      'components: ["*", "!fileexplorer.ls"]',
      [
        rule(
          'components:3',
          actions('callComponent'),
          '!((resource.type == "fileexplorer" && resource.function == "ls"))',
        ),
      ],
    ],
  ])('with %s grants it', (keys, expected) => {
    expect(grants(keys)).toEqual(expected)
  })

  const page = (condition: string) =>
    rule(
      'pages:3',
      actions(...pages),
      `((action == Sekisho::Action::"readConfig" && resource is Sekisho::App) || (${condition}))`,
    )

  it.each([
    ['pages: ["*"]', page('resource is Sekisho::Page')],
    ['pages: ["/*"]', page('resource is Sekisho::Page')],
    ['pages: ["/"]', page('resource is Sekisho::Page && resource.path == "/"')],
    ['pages: [second]', page('resource is Sekisho::Page && resource.path == "/second"')],
    [
      'pages: [/second, "a/*"]',
      page('resource is Sekisho::Page && (resource.path == "/second" || resource.path like "/a/*")'),
    ],
    // A star in a place of its own is no page without that place.
    ['pages: ["*/x"]', page('resource is Sekisho::Page && resource.path like "/*/x"')],
    ['pages: ["*", "!admin"]', page('resource is Sekisho::Page && !(resource.path == "/admin")')],
  ])('with %s has these and sees no others', (keys, expected) => {
    expect(grants(keys)).toEqual([expected])
    expect(compileRoles(rolesFrom(`  r: { ${keys} }\n`)).text).toContain(rule('sees:3', actions(...sight)))
  })

  it('has the files of other roles', () => {
    const others = '  a: {}\n  b: {}\n'
    expect(grants('files: a', others)).toEqual([
      rule('files:3', actions('readOthersFile'), 'resource.ownerRoles.contains(Sekisho::Role::"a")'),
    ])
    expect(grants('files: [a, b]', others)).toEqual([
      rule(
        'files:3',
        actions('readOthersFile'),
        '(resource.ownerRoles.contains(Sekisho::Role::"a") || resource.ownerRoles.contains(Sekisho::Role::"b"))',
      ),
    ])
  })

  it('is under its conditions: the visit for all of it, the act for all but what is only seen', () => {
    const when = 'when: { mfa: true, auth_age: 1m, arguments: { n: "x*" } }'
    const argument = '(context.arguments.texts.hasTag("n") && context.arguments.texts.getTag("n") like "x*")'
    const act = ['context.mfa', 'context.authAge <= 60']
    const { text } = compileRoles(
      rolesFrom(`  r: { call: "*", pages: ["*"], upload: true, files: a, ${when} }\n  a: {}\n`),
    )
    expect(text.split('\n\n')[0]).toBe(
      [
        '// r',
        rule('sees:3', actions(...sight), 'context.mfa'),
        rule(
          'pages:3',
          actions(...pages),
          '((action == Sekisho::Action::"readConfig" && resource is Sekisho::App) || (resource is Sekisho::Page))',
          'context.mfa',
        ),
        own('context.mfa'),
        rule(
          'files:3',
          actions('readOthersFile'),
          'resource.ownerRoles.contains(Sekisho::Role::"a")',
          ...act,
        ),
        rule('call:3', actions('callFunction'), argument, ...act),
        rule('upload:3', actions('uploadFile', 'watchUpload', 'processRecording'), ...act),
      ].join('\n'),
    )
  })
})
