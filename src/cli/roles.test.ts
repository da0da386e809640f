/** Roles and attributes from the command line: who gets what, and what is refused. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCli } from '../../test/rig/run-cli.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-roles-'))
})
afterEach(async () => {
  await rm(home, { recursive: true })
})

const run = (args: readonly string[]) => runCli(home, [...args, '--upstream', 'http://127.0.0.1:7999'])

const addBob = (...options: string[]) => run(['user', 'add', 'bob', ...options])

async function shown(name = 'bob') {
  const { out } = await run(['user', 'show', name, '--json'])
  const { roles, attributes } = JSON.parse(out) as { roles: string[]; attributes: Record<string, string> }
  return { roles, attributes }
}

async function auditText(): Promise<string> {
  const folder = join(home, '.local/state/sekisho/127.0.0.1-7999/audit')
  const names = (await readdir(folder)).sort()
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('')
}

describe('user add', () => {
  test('gives roles and attributes from the start, and lists show them', async () => {
    const added = await addBob('--role', 'viewer', '--role', 'analyst', '--attribute', 'department=finance')
    expect(added.code).toBe(0)
    expect(await shown()).toEqual({ roles: ['analyst', 'viewer'], attributes: { department: 'finance' } })
    expect((await run(['user', 'list'])).out).toMatch(/^bob +invited +analyst, viewer /m)
    const { out } = await run(['user', 'show', 'bob'])
    expect(out).toMatch(/^roles +analyst, viewer$/m)
    expect(out).toMatch(/^attributes +department=finance$/m)
  })

  test.each([
    [['--role', 'two words'], '1 to 32 of a-z'],
    [['--role', '__proto__'], '1 to 32 of a-z'],
    [['--attribute', 'department'], 'NAME=VALUE'],
    [['--attribute', '=finance'], 'NAME=VALUE'],
    [['--attribute', 'department='], 'NAME=VALUE'],
    [['--attribute', 'a=1', '--attribute', 'a=2'], 'twice'],
  ])('with %j adds nobody and says what is wrong', async (options, words) => {
    const { code, err } = await addBob(...options)
    expect([code, err]).toEqual([2, expect.stringContaining(words)])
    expect((await run(['user', 'show', 'bob'])).code).toBe(2)
  })
})

describe('user change', () => {
  beforeEach(async () => {
    expect((await addBob('--role', 'admin', '--attribute', 'level=2')).code).toBe(0)
  })

  test('gives and takes at once, and is on record with before and after', async () => {
    const { code, err } = await run([
      ...['user', 'change', 'bob', '--role', 'viewer', '--remove-role', 'admin'],
      ...['--attribute', 'department=経理', '--remove-attribute', 'level'],
    ])
    expect([code, err]).toEqual([0, 'Changed. Roles: viewer. Attributes: department=経理.\n'])
    expect(await shown()).toEqual({ roles: ['viewer'], attributes: { department: '経理' } })
    const tail = await run(['audit', 'tail', '-n', '1'])
    expect(JSON.parse(tail.out)).toMatchObject({
      ...{ kind: 'user.changed', user_name: 'bob', roles_before: ['admin'], roles: ['viewer'] },
      ...{ attributes_before: '{"level":"2"}', attributes: '{"department":"経理"}' },
      event: expect.stringMatching(/^authz_change:operator,[a-z0-9]{12},admin,viewer$/) as string,
    })
    expect((await run(['audit', 'verify'])).code).toBe(0)
  })

  test('leaves the values of attributes out of the chain, beside it', async () => {
    await run(['user', 'change', 'bob', '--attribute', 'department=finance'])
    const record = (await auditText()).split('\n').find((line) => line.includes('user.changed')) ?? ''
    const [chained = ''] = record.split('"personal"')
    expect(record).toContain('finance')
    expect(chained).not.toContain('finance')
  })

  test('that changes nothing says so and writes nothing', async () => {
    const { code, out } = await run(['user', 'change', 'bob', '--role', 'admin', '--json'])
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { user: 'bob', changed: false, roles: ['admin'], attributes: { level: '2' } },
    ])
    expect(await auditText()).not.toContain('user.changed')
  })

  test.each([
    [[], 'What is to change?'],
    [['--remove-role', 'admn'], 'Did you mean admin? There: admin.'],
    [['--remove-attribute', 'team'], 'the user has no attribute "team". There: level.'],
    [['--role', 'admin', '--remove-role', 'admin'], 'choose one'],
    [['--role', 'admin', '--remove-attribute', 'nothing'], 'no attribute'],
  ])('with %j changes nothing and says what is wrong', async (options, words) => {
    const { code, out, err } = await run(['user', 'change', 'bob', ...options])
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)])
    expect(await shown()).toEqual({ roles: ['admin'], attributes: { level: '2' } })
  })
})

describe('a token', () => {
  const list = async () =>
    JSON.parse((await run(['token', 'list', '--json'])).out) as { name: string; roles: string[] | null }[]

  test('of a user is narrowed to some of the roles, never widened', async () => {
    await addBob('--role', 'admin', '--role', 'viewer')
    const wide = await run(['token', 'create', '--name', 'wide', '--user', 'bob', '--role', 'owner'])
    expect([wide.code, wide.out, wide.err]).toEqual([2, '', expect.stringContaining('admin, viewer')])
    const make = (name: string, ...options: string[]) =>
      run(['token', 'create', '--name', name, '--user', 'bob', ...options])
    expect((await make('narrow', '--role', 'viewer')).code).toBe(0)
    expect((await make('all')).code).toBe(0)
    expect(await list()).toMatchObject([
      { name: 'narrow', roles: ['viewer'] },
      { name: 'all', roles: null },
    ])
    const { out } = await run(['token', 'list'])
    expect(out).toMatch(/ narrow +bob +active +viewer /)
    expect(out).toMatch(/ all +bob +active +all /)
  })

  test('on its own has the roles that it is given', async () => {
    await addBob()
    expect((await run(['token', 'create', '--name', 'nightly', '--role', 'job'])).code).toBe(0)
    expect(await list()).toMatchObject([{ name: 'nightly', roles: ['job'] }])
    expect(await auditText()).toMatch(/"kind":"token\.created".*"roles":\["job"\]/)
  })
})

describe('where sekisho.yaml defines roles', () => {
  beforeEach(async () => {
    const roles = 'roles:\n  viewer: { call: [predict] }\n  analyst: { inherits: [viewer] }\n'
    await writeFile(join(home, 'sekisho.yaml'), `upstream: http://127.0.0.1:7999\n${roles}`)
    expect((await addBob('--role', 'viewer')).code).toBe(0)
  })

  test.each([
    ['user', 'change', 'bob', '--role', 'anlayst'],
    ['user', 'add', 'eve', '--role', 'anlayst'],
    ['token', 'create', '--name', 'ci', '--role', 'anlayst'],
  ])('%s %s takes no other, and names the nearest', async (...args) => {
    const { code, out, err } = await run(args)
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('Did you mean analyst?')])
    expect(await shown()).toEqual({ roles: ['viewer'], attributes: {} })
  })

  test('one that is no longer defined can still be taken away', async () => {
    await writeFile(join(home, 'sekisho.yaml'), 'upstream: http://127.0.0.1:7999\nroles:\n  other: {}\n')
    expect((await run(['user', 'change', 'bob', '--remove-role', 'viewer'])).code).toBe(0)
    expect(await shown()).toEqual({ roles: [], attributes: {} })
  })
})
