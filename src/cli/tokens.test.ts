/** API tokens from the command line: what each command does to the state, and what it says. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { runCli } from '../../test/rig/run-cli.ts'
import { useHome } from '../../test/rig/use-home.ts'

vi.setConfig({ testTimeout: 60_000 })

const day = 86_400_000
const good = 'seven quiet lamps by the river'
const form = /^sekisho_[0-9A-Za-z]{38}$/

const where = ['--upstream', 'http://127.0.0.1:7999']
const home = useHome(async (first) => {
  const { code } = await runCli(first, ['user', 'add', 'bob', '--password-stdin', ...where], good)
  expect(code).toBe(0)
})

const run = (args: readonly string[], input?: string) => runCli(home(), [...args, ...where], input)

interface Listed {
  readonly id: string
  readonly name: string
  readonly user: string | null
  readonly state: string
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}
const list = async () => JSON.parse((await run(['token', 'list', '--json'])).out) as Listed[]

/** Every file that the commands left behind. */
async function leftBehind(): Promise<string> {
  const entries = await readdir(home(), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

describe('token create', () => {
  test('prints the token alone, once, and keeps only its hash', async () => {
    const { code, out, err } = await run(['token', 'create', '--name', 'ci', '--user', 'Bob'])
    expect([code, out.trimEnd()]).toEqual([0, expect.stringMatching(form)])
    expect(err).toContain('Authorization: Bearer')
    expect(err).not.toContain(out.trimEnd())
    const [token, ...others] = await list()
    expect(others).toEqual([])
    expect(token).toMatchObject({ name: 'ci', user: 'bob', state: 'active', lastUsedAt: null })
    expect(Date.parse(token?.expiresAt ?? '') - Date.parse(token?.createdAt ?? '')).toBe(90 * day)
    const left = await leftBehind()
    expect(left).not.toContain(out.trimEnd())
    expect(left).toContain('"kind":"token.created"')
    expect(left).toContain(token?.id)
  })

  test('lasts as long as it is told, and warns when that is for ever', async () => {
    const short = await run(['token', 'create', '--name', 'a', '--expires', '12h', '--json'])
    const shown = JSON.parse(short.out) as Listed & { token: string }
    expect(shown.token).toMatch(form)
    expect(Date.parse(shown.expiresAt ?? '') - Date.parse(shown.createdAt)).toBe(day / 2)
    expect(short.err).not.toContain('never expires')
    const long = await run(['token', 'create', '--name', 'b', '--expires', 'never', '--json'])
    expect(JSON.parse(long.out)).toMatchObject({ name: 'b', user: null, expiresAt: null })
    expect(long.err).toContain('never expires')
  })

  test.each([
    [['--name', ''], '1 to 64 printable'],
    [['--name', 'a\u0007b'], '1 to 64 printable'],
    [['--name', `sekisho_${'0'.repeat(38)}`], 'no token'],
    [['--name', 'ci', '--expires', '30'], '1m to 3650d'],
    [['--name', 'ci', '--expires', '10s'], '1m to 3650d'],
    [['--name', 'ci', '--user', 'nobody'], 'There is no user nobody'],
    [[], "required option '--name <name>'"],
  ])('with %j makes nothing and says what is wrong', async (options, words) => {
    const { code, out, err } = await run(['token', 'create', ...options])
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)])
    expect(await list()).toEqual([])
  })

  test('makes no second token of a name in use, and none for a user who is kept out', async () => {
    await run(['token', 'create', '--name', 'ci'])
    const again = await run(['token', 'create', '--name', 'ci'])
    expect([again.code, again.out, again.err]).toEqual([2, '', expect.stringContaining('already')])
    // A name can hold blanks, or begin like an option; an id can't.
    expect(again.err).toContain('by its id: sekisho token list')
    await run(['user', 'disable', 'bob'])
    const his = await run(['token', 'create', '--name', 'his', '--user', 'bob'])
    expect([his.code, his.err]).toEqual([2, expect.stringContaining('user enable bob')])
    expect(await list()).toHaveLength(1)
  })
})

describe('token list', () => {
  test('is a table for people, and says so when there is nothing', async () => {
    expect((await run(['token', 'list'])).err).toContain('no API tokens')
    await run(['token', 'create', '--name', 'ci', '--user', 'bob'])
    const { out } = await run(['token', 'list'])
    expect(out).toMatch(/^TOKEN +NAME +USER +STATE +ROLES +KEY +CREATED +EXPIRES +LAST USE\n/)
    expect(out).toMatch(/^[a-z0-9]{12} +ci +bob +active +all +- +\S+ \S+Z +\S+ \S+Z +never$/m)
  })

  test('follows the user: disabled, enabled, removed', async () => {
    await run(['token', 'create', '--name', 'ci', '--user', 'bob'])
    const states: (string | undefined)[] = []
    for (const deed of ['disable', 'enable', 'remove']) {
      expect((await run(['user', deed, 'bob', ...(deed === 'remove' ? ['--yes'] : [])])).code).toBe(0)
      states.push((await list())[0]?.state)
    }
    expect(states).toEqual(['user-disabled', 'active', 'revoked'])
  })
})

describe('token revoke', () => {
  test.each(['id', 'name', 'token'] as const)('takes the %s', async (how) => {
    const made = JSON.parse((await run(['token', 'create', '--name', 'ci', '--json'])).out) as Listed & {
      token: string
    }
    const { code, out, err } = await run(['token', 'revoke', made[how]])
    expect([code, out]).toEqual([0, ''])
    expect(err).toContain(made.id)
    expect(err).not.toContain(made.token)
    expect(await list()).toMatchObject([{ id: made.id, state: 'revoked' }])
    expect(await leftBehind()).toContain('"kind":"token.revoked"')
    const again = await run(['token', 'revoke', made.id])
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('revoked already')])
  })

  test('says when there is none, without repeating what looks like a token', async () => {
    const none = await run(['token', 'revoke', 'cii'])
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('There is no token cii')])
    const { out } = await run(['token', 'create', '--name', 'ci'])
    const slip = out.trimEnd().slice(0, -1)
    const wrong = await run(['token', 'revoke', slip])
    expect(wrong.code).toBe(2)
    expect(wrong.err).not.toContain(slip)
    expect(await list()).toMatchObject([{ state: 'active' }])
  })
})

test('no token is made for an address at which no gate ever ran', async () => {
  const { code, err } = await runCli(home(), [
    ...['token', 'create', '--name', 'ci', '--upstream', 'http://127.0.0.1:7998'],
  ])
  expect([code, err]).toEqual([2, expect.stringContaining('No gate has run')])
})
