/** `sekisho policy` in front of a real Gradio app: what each command says, and with which exit code. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCli } from '../../test/rig/run-cli.ts'
import { startTestApp, type GradioApp } from '../../test/rig/test-app.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

let app: GradioApp
let home = ''
beforeAll(async () => {
  app = await startTestApp('kitchen')
})
afterAll(() => app.stop())
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-policy-'))
  await writeConfig(`
  viewer:  { call: [echo, "count*"], given_to: [users] }
  analyst: { inherits: viewer, call: ["group:talk", shout], upload: true }
  admin:   { call: "*", when: { mfa: true } }`)
})
afterEach(async () => {
  await rm(home, { recursive: true })
})

const run = (args: readonly string[]) => runCli(home, ['policy', ...args])
const writeConfig = (roles: string, more = '') =>
  writeFile(join(home, 'sekisho.yaml'), `upstream: ${app.url}\n${more}roles:${roles}\n`)

describe('policy check', () => {
  test('finds nothing in a policy whose names are all there, and says who is left out', async () => {
    await writeConfig('\n  viewer: { call: [echo] }\n  admin: { call: "*", when: { auth_age: 5m } }')
    const { code, out, err } = await run(['check'])
    expect([code, out]).toEqual([0, ''])
    expect(err).toMatch(/Errors: 0\. Warnings: 0\.$/m)
    await writeConfig('\n  viewer: { call: [echo] }')
    expect((await run(['check'])).err).toMatch(/^Nobody may call: .*\bcrash\b.*\.$/m)
  })

  test('names each that is not there, with file, line and the nearest one', async () => {
    await writeConfig('\n  viewer:\n    call: [ecko, "group:tolk"]\n    pages: [second-pag]')
    const { code, out } = await run(['check'])
    expect(code).toBe(3)
    expect(out.split('\n').slice(0, -1)).toEqual([
      'sekisho.yaml:4: error: roles.viewer.call: the app has no function "ecko". Did you mean echo?',
      'sekisho.yaml:4: error: roles.viewer.call: the app has no group "tolk". Did you mean talk?',
      'sekisho.yaml:5: error: roles.viewer.pages: the app has no page "second-pag". Did you mean /second-page?',
    ])
    const { code: alone } = await run(['check', '--offline'])
    expect(alone).toBe(0)
    const json = await run(['check', '--json'])
    expect(JSON.parse(json.out)).toMatchObject({
      valid: false,
      findings: [{ line: 4, severity: 'error' }, {}, {}],
    })
  })

  test('names what limits, inputs and answers name and the app does not have', async () => {
    await writeConfig(
      '\n  viewer: { call: [echo] }',
      `limits: { endpoints: { ecko: { rate: 5/min } } }
inputs: { echo: { txt: { max_length: 5 } } }
answers: { endpoints: { shoot: { errors: show } } }
`,
    )
    const { code, out } = await run(['check'])
    expect(code).toBe(3)
    expect(out.split('\n').slice(0, -1)).toEqual([
      expect.stringMatching(/^error: inputs\.echo\.txt: .*\btext\b/),
      expect.stringMatching(/^error: limits\.endpoints\.ecko: .*\becho\b/),
      expect.stringMatching(/^error: answers\.endpoints\.shoot: .*\bshout\b/),
    ])
    const { settings, valid } = JSON.parse((await run(['check', '--json'])).out) as Record<string, unknown>
    expect([valid, settings]).toEqual([false, expect.objectContaining({ length: 3 })])
    expect((await run(['check', '--offline'])).code).toBe(0)
  })

  test('takes no policy that is not valid', async () => {
    await writeFile(join(home, 'extra.cedar'), 'permit (principal, action, resource')
    await writeConfig('\n  viewer: { call: [echo] }', 'policy: [extra.cedar]\n')
    const { code, err } = await run(['check', '--offline'])
    expect([code, err]).toEqual([2, expect.stringContaining('extra.cedar:1')])
  })

  test('warns of what is valid and probably not meant', async () => {
    const forbid = 'forbid (principal == Sekisho::User::"bob", action, resource);'
    await writeFile(join(home, 'extra.cedar'), forbid)
    await writeConfig('\n  viewer: { call: [echo] }', 'policy: [extra.cedar]\n')
    const { code, out } = await run(['check', '--offline'])
    expect([code, out]).toEqual([0, expect.stringMatching(/^warning: .*extra\.cedar:1: .*API tokens/)])
  })

  test('says how to go on where the app does not answer', async () => {
    await writeFile(join(home, 'sekisho.yaml'), 'upstream: http://127.0.0.1:9\nroles: { a: { call: [b] } }\n')
    const { code, err } = await run(['check'])
    expect([code, err]).toEqual([1, expect.stringContaining('--offline')])
  })
})

describe('policy test', () => {
  const tests = (text: string, file = 'policy-tests.yaml') => writeFile(join(home, file), text)

  test('passes, fails, and says with which exit code', async () => {
    await tests(`tests:
  - { roles: [analyst], call: [echo, talk], group: talk, expect: allow }
  - { principal: guest, call: echo, expect: deny }`)
    const passed = await run(['test'])
    expect([passed.code, passed.out]).toEqual([0, ''])
    expect(passed.err).toContain('Tests: 2. Passed: 2. Failed: 0.')
    expect(passed.err).toContain('Rules that decided no test: role:analyst:upload')
    await tests('tests:\n  - { test: strangers, principal: nobody, call: echo, expect: allow }', 'more.yaml')
    const failed = await run(['test', 'more.yaml'])
    expect([failed.code, failed.out]).toEqual([
      3,
      'more.yaml:2: failed: strangers: call echo: expected allow, got deny (not-permitted)\n',
    ])
  })

  test('without a file says where one belongs, and what stands in it', async () => {
    const { code, err } = await run(['test'])
    expect([code, err]).toEqual([2, expect.stringContaining('policy-tests.yaml')])
    expect((await run(['test', '--help'])).out).toContain('expect: allow')
  })

  test('knows the groups and the names of the running app when told to ask it', async () => {
    await tests('tests:\n  - { roles: [analyst], call: _submit_fn, expect: allow }')
    expect((await run(['test'])).code).toBe(3)
    expect((await run(['test', '--app'])).code).toBe(0)
    await tests('tests:\n  - { roles: [analyst], call: eco, expect: allow }')
    const { code, err } = await run(['test', '--app'])
    expect([code, err]).toEqual([2, expect.stringContaining('Did you mean echo?')])
  })
})

describe('policy explain', () => {
  const which = () => ['--upstream', app.url] as const
  const addBob = () => runCli(home, ['user', 'add', 'bob', '--role', 'analyst', ...which()])

  test('speaks of a user as the gate knows them, and names rule, file and line', async () => {
    expect((await addBob()).code).toBe(0)
    const { code, out } = await run(['explain', '--user', 'bob', '--call', 'shout', '--arg', 'file=x'])
    expect(code).toBe(0)
    expect(out).toContain('Allowed.\n  user bob (analyst): call shout\n')
    expect(out).toMatch(/^ {2}role:analyst:call:4 \(sekisho\.yaml:4\)$/m)
    await runCli(home, ['user', 'change', 'bob', '--remove-role', 'analyst', ...which()])
    const { out: then } = await run(['explain', '--user', 'bob', '--call', 'shout'])
    expect(then).toContain('Denied: no rule permits it.')
    expect(then).toContain('Roles that may: analyst, admin.')
  })

  test('speaks of a token with the roles that it was narrowed to', async () => {
    await addBob()
    await runCli(home, ['user', 'change', 'bob', '--role', 'admin', ...which()])
    const lesser = ['--user', 'bob', '--role', 'viewer', '--name', 'lesser', ...which()]
    expect((await runCli(home, ['token', 'create', ...lesser])).code).toBe(0)
    await runCli(home, ['token', 'create', '--name', 'ci', '--user', 'bob', '--role', 'analyst', ...which()])
    const asJson = async (call: string) =>
      JSON.parse((await run(['explain', '--token', 'ci', '--call', call, '--json'])).out) as object
    expect(await asJson('shout')).toMatchObject({
      allow: true,
      principal: { kind: 'token', roles: ['analyst'] },
    })
    expect(await asJson('crash')).toMatchObject({ allow: false, elsewise: [] })
    // Bob has it by inheritance.
    const { out } = await run(['explain', '--token', 'lesser', '--call', 'echo', '--json'])
    expect(JSON.parse(out)).toMatchObject({ allow: true, principal: { roles: ['viewer'] } })
  })

  test('says of whom the gate lets nobody in', async () => {
    await addBob()
    await runCli(home, ['token', 'create', '--name', 'ci', '--user', 'bob', ...which()])
    await runCli(home, ['user', 'disable', 'bob', ...which()])
    const call = ['--call', 'echo', '--offline'] as const
    expect((await run(['explain', '--user', 'bob', ...call])).err).toContain('bob is disabled')
    expect((await run(['explain', '--token', 'ci', ...call])).err).toContain('of a disabled user')
  })

  test('says what would have to be otherwise', async () => {
    const { out } = await run(['explain', '--role', 'admin', '--call', 'crash'])
    expect(out).toContain('Under other circumstances')
    expect(out).toMatch(/^ {4} {2}context\.mfa$/m)
    expect((await run(['explain', '--role', 'admin', '--call', 'crash', '--mfa'])).out).toContain('Allowed.')
  })

  test.each([
    [['--call', 'echo'], 'Who?'],
    [['--guest', '--nobody', '--call', 'echo'], 'Who?'],
    [['--guest'], 'What is it about?'],
    [['--guest', '--call', 'ecko'], 'Did you mean echo?'],
    [['--guest', '--call', 'shout', '--arg', 'fil=x'], 'no parameter fil. Did you mean file?'],
    [['--guest', '--call', 'shout', '--arg', 'file'], 'NAME=VALUE'],
    [['--guest', '--call', 'echo', '--auth-age', 'long'], '--auth-age: allowed is a duration'],
    [['--role', 'analist', '--call', 'echo'], 'Did you mean analyst?'],
    [['--user', 'bob', '--attribute', 'a=b', '--call', 'echo'], '--attribute goes with --role'],
    [['--guest', '--page', '/', '--arg', 'a=b'], '--arg goes with --call'],
    [['--guest', '--page', '/', '--owner-role', 'viewer'], '--owner-role goes with --file'],
    [['--guest', '--page', '/', '--group', 'talk'], '--group goes with --call'],
  ])('with %j says what is missing', async (options, words) => {
    const { code, out, err } = await run(['explain', ...options])
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)])
  })
})

describe('policy table, print and schema', () => {
  test('show the same answers as text, as JSON and as a page', async () => {
    const { code, out } = await run(['table'])
    expect(code).toBe(0)
    expect(out).toMatch(/^FUNCTIONS +guest +no role +token +viewer +analyst +admin$/m)
    expect(out).toMatch(/^echo +- +yes +- +yes +yes +yes$/m)
    expect(out).toMatch(/^talk \(and \d+ more of its group\) +- +- +- +- +yes +if \[1\]$/m)
    expect(out).toMatch(/^\[1\] admin \(sekisho\.yaml:5\): with a second factor$/m)
    const json = JSON.parse((await run(['table', '--json'])).out) as { columns: { label: string }[] }
    expect(json.columns.map(({ label }) => label)).toContain('analyst')
    const page = (await run(['table', '--html', '--language', 'ja'])).out
    expect(page).toMatch(/^<!doctype html>\n<html lang="ja">/)
    expect(page.trimEnd().endsWith('</html>')).toBe(true)
  })

  test('has a column for each user when asked for', async () => {
    const given = ['--role', 'analyst', '--upstream', app.url]
    expect((await runCli(home, ['user', 'add', 'bob', ...given])).code).toBe(0)
    const { out } = await run(['table', '--users'])
    expect(out).toMatch(/^FUNCTIONS .* admin +bob$/m)
    expect(out).toMatch(/^shout +- +- +- +- +yes +if \[1\] +yes$/m)
  })

  test('print what decides, as Cedar that the schema allows', async () => {
    const { code, out } = await run(['print'])
    expect(code).toBe(0)
    expect(out).toContain(
      '// sekisho.yaml:4\n@id("role:analyst:call:4")\npermit (principal in Sekisho::Role::"analyst"',
    )
    expect(out).toContain('// built in\n@id("always-never")')
    await writeFile(join(home, 'printed.cedar'), out.replace('@id("always-never")', '@id("mine")'))
    await writeFile(join(home, 'sekisho.yaml'), `upstream: ${app.url}\npolicy: printed.cedar\n`)
    const again = await run(['check', '--offline'])
    expect([again.code, again.err]).toEqual([0, expect.stringContaining('Errors: 0')])
    expect((await run(['schema'])).out).toContain('namespace Sekisho {')
  })
})
