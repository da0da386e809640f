/** Users from the command line: what each command does to the state, and what it says. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cliFile, runCli } from '../../test/rig/run-cli.ts'
import { openSqliteStore } from '../store/engines/sqlite/open.ts'
import type { Username } from '../kit/username.ts'
import { hashInvitation } from '../users/invitation.ts'
import { saveReach } from '../users/reach.ts'

vi.setConfig({ testTimeout: 60_000 })

const app = 'http://127.0.0.1:7999'
const good = 'seven quiet lamps by the river'
const which = ['--upstream', app] as const

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-users-'))
})
afterEach(async () => {
  await rm(home, { recursive: true })
})

const run = (args: readonly string[], input?: string) => runCli(home, [...args, ...which], input)
const stateDir = () => join(home, '.local/state/sekisho/127.0.0.1-7999')

async function withStore<T>(
  work: (store: Awaited<ReturnType<typeof openSqliteStore>>) => Promise<T>,
): Promise<T> {
  const store = await openSqliteStore({ file: join(stateDir(), 'sekisho.db') })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

async function auditKinds(): Promise<string[]> {
  const folder = join(stateDir(), 'audit')
  const texts = await Promise.all(
    (await readdir(folder)).sort().map((name) => readFile(join(folder, name), 'utf8')),
  )
  return [...texts.join('').matchAll(/"kind":"([a-z.]+)"/g)].map(([, kind]) => kind ?? '')
}

function secretIn(out: string): string {
  return /#([\w-]{43})$/m.exec(out)?.[1] ?? ''
}

describe('user add', () => {
  test('prints a link once, keeps only its hash, and records the change', async () => {
    const { code, out, err } = await run(['user', 'add', 'Bob'])
    expect(code).toBe(0)
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:8484\/\.sekisho\/join#[\w-]{43}\n$/)
    expect(err).toContain('Good once')
    const hash = hashInvitation(secretIn(out))
    const row = hash && (await withStore((store) => store.invitations.find(hash)))
    expect(row).toMatchObject({ purpose: 'join' })
    expect(row && row.expiresAt - row.createdAt).toBe(24 * 60 * 60 * 1000)
    expect(await auditKinds()).toEqual(expect.arrayContaining(['user.added', 'invitation.made']))
    const database = await readFile(join(stateDir(), 'sekisho.db'), 'latin1')
    expect(database).not.toContain(secretIn(out))
  })

  test('takes a password at once, by the same rules as everywhere', async () => {
    const weak = await run(['user', 'add', 'bob', '--password-stdin'], 'hunter2')
    expect([weak.code, weak.out]).toEqual([2, ''])
    expect(weak.err).toContain('at least 15')
    expect((await run(['user', 'add', 'bob', '--password-stdin'], good)).code).toBe(0)
    const { out } = await run(['user', 'show', 'bob', '--json'])
    expect(JSON.parse(out)).toMatchObject({ name: 'bob', state: 'active', invitation: null })
  })

  test('refuses a name that is taken, in whatever capitals, and one that is none', async () => {
    await run(['user', 'add', 'bob'])
    const again = await run(['user', 'add', 'BOB'])
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('already')])
    const wrong = await run(['user', 'add', 'bob smith'])
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('a-z')])
    const shared = await run(['user', 'add', 'Guest'])
    expect([shared.code, shared.err]).toEqual([2, expect.stringContaining('Choose another name')])
  })

  test('makes no link over insecure http, nor where nobody knows the address', async () => {
    await writeFile(
      join(home, 'sekisho.yaml'),
      `upstream: ${app}\nlisten: 0.0.0.0:8484\ninsecure_http: true\n`,
    )
    const insecure = await runCli(home, ['user', 'add', 'bob'])
    expect([insecure.code, insecure.err]).toEqual([2, expect.stringContaining('HTTPS')])
    await writeFile(
      join(home, 'sekisho.yaml'),
      `upstream: ${app}\nlisten: 0.0.0.0:8484\ntrusted_proxies: [10.0.0.1]\n`,
    )
    const unknown = await runCli(home, ['user', 'add', 'bob'])
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('--at')])
    expect((await runCli(home, ['user', 'list', '--json'])).out).not.toContain('bob')
    const told = await runCli(home, ['user', 'add', 'bob', '--at', 'https://demo.example.org'])
    expect(told.out).toMatch(/^https:\/\/demo\.example\.org\/\.sekisho\/join#/)
  })

  test('begins the link where the gate said that people reach it, and makes none for plain http', async () => {
    await run(['user', 'add', 'alice'])
    await withStore(({ meta }) => saveReach(meta, { origin: 'https://192.0.2.7:8443', insecure: false }))
    expect((await run(['user', 'invite', 'alice'])).out).toMatch(
      /^https:\/\/192\.0\.2\.7:8443\/\.sekisho\/join#/,
    )
    expect((await run(['user', 'invite', 'alice', '--at', 'https://demo.example.org'])).out).toMatch(
      /^https:\/\/demo\.example\.org\/\.sekisho\/join#/,
    )
    await withStore(({ meta }) => saveReach(meta, { insecure: true }))
    const insecure = await run(['user', 'invite', 'alice'])
    expect([insecure.code, insecure.out, insecure.err]).toEqual([2, '', expect.stringContaining('HTTPS')])
  })

  test('two operators at once make one user', async () => {
    await run(['user', 'add', 'alice'])
    const both = await Promise.all([run(['user', 'add', 'bob']), run(['user', 'add', 'bob'])])
    expect(both.map(({ code }) => code).sort()).toEqual([0, 2])
    const { out } = await run(['user', 'list', '--json'])
    expect((JSON.parse(out) as { name: string }[]).map(({ name }) => name)).toEqual(['alice', 'bob'])
  })
})

describe('a user who exists', () => {
  beforeEach(async () => {
    expect((await run(['user', 'add', 'bob', '--password-stdin'], good)).code).toBe(0)
  })
  const stateOf = async () =>
    (JSON.parse((await run(['user', 'show', 'bob', '--json'])).out) as { state: string }).state

  test('is disabled and enabled, each once', async () => {
    const disabled = await run(['user', 'disable', 'bob'])
    expect([disabled.code, disabled.err]).toEqual([0, expect.stringContaining('Nobody can sign in now')])
    expect(await stateOf()).toBe('disabled')
    expect((await run(['user', 'disable', 'bob'])).code).toBe(2)
    expect((await run(['user', 'invite', 'bob'])).err).toContain('user enable bob')
    expect((await run(['user', 'enable', 'bob'])).code).toBe(0)
    expect(await stateOf()).toBe('active')
    expect(await auditKinds()).toEqual(expect.arrayContaining(['user.disabled', 'user.enabled']))
  })

  test('is removed only when somebody says so', async () => {
    const asked = await run(['user', 'remove', 'bob'])
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('--yes')])
    expect(await stateOf()).toBe('active')
    expect((await run(['user', 'remove', 'bob', '--yes'])).code).toBe(0)
    expect((await run(['user', 'show', 'bob'])).code).toBe(2)
    expect(await auditKinds()).toContain('user.removed')
  })

  test('loses the password by a reset, and gets a link in its place', async () => {
    const { code, out } = await run(['user', 'reset', 'bob', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ user: 'bob', purpose: 'reset', sessionsEnded: 0, tokens: 0 })
    expect(await stateOf()).toBe('invited')
    expect(await auditKinds()).toEqual(expect.arrayContaining(['user.reset', 'invitation.made']))
  })

  test('has one open link at a time, which can be taken back', async () => {
    const first = secretIn((await run(['user', 'invite', 'bob'])).out)
    const second = secretIn((await run(['user', 'invite', 'bob'])).out)
    const states = await withStore((store) =>
      Promise.all(
        [first, second].map(async (secret) => {
          const hash = hashInvitation(secret)
          return hash && (await store.invitations.find(hash))?.revokedAt !== undefined
        }),
      ),
    )
    expect(states).toEqual([true, false])
    expect((await run(['user', 'invite', '--revoke', 'bob', '--json'])).out).toContain('"revoked":true')
    expect((await run(['user', 'invite', '--revoke', 'bob', '--json'])).out).toContain('"revoked":false')
  })

  test('is found by the nearest name when the name is mistyped', async () => {
    const { code, err } = await run(['user', 'show', 'bpb'])
    expect([code, err]).toEqual([2, expect.stringContaining('Did you mean bob?')])
  })

  test('is unlocked', async () => {
    await withStore((store) =>
      store.failures.take('user:bob', { free: 5, firstWaitMs: 1, mostWaitMs: 1, most: 100 }, Date.now()),
    )
    expect((await run(['user', 'unlock', 'bob', '--json'])).out).toContain('"unlocked":true')
    expect((await run(['user', 'unlock', 'bob', '--json'])).out).toContain('"unlocked":false')
    expect(await auditKinds()).toContain('user.unlocked')
  })

  test('gets a password from the operator', async () => {
    const set = await run(['password', 'set', '--user', 'bob', '--generate', '--json'])
    expect(set.code).toBe(0)
    const { password } = JSON.parse(set.out) as { password: string }
    expect(password.split(/[ -]/).length).toBeGreaterThanOrEqual(6)
    const found = await withStore((store) => store.users.findByName('bob' as Username))
    expect(found && (await withStore((store) => store.passwords.find(found.id)))).toBeDefined()
  })

  test('is enough to take the shared password away', async () => {
    expect((await run(['password', 'remove'])).err).toContain('No shared password is set')
    await run(['password', 'set', '--password-stdin'], 'nine copper kettles on a cloudy shelf')
    await run(['user', 'disable', 'bob'])
    const alone = await run(['password', 'remove'])
    expect([alone.code, alone.err]).toEqual([2, expect.stringContaining('nobody could sign in')])
    await run(['user', 'enable', 'bob'])
    expect((await run(['password', 'remove'])).code).toBe(0)
    expect(await auditKinds()).toContain('password.removed')
  })
})

test('a password is never read from the command line', async () => {
  const { code, err } = await run(['user', 'add', 'bob', '--password=topsecretvalue'])
  expect(code).toBe(2)
  expect(err).not.toContain('topsecretvalue')
})

test('a link that nobody could read is no success', async () => {
  const child = spawn(
    '/bin/sh',
    ['-c', `"$0" "$1" user add bob --upstream ${app} > /dev/full`, process.execPath, cliFile],
    {
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home, NODE_NO_WARNINGS: '1' },
    },
  )
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const [code] = (await once(child, 'close')) as [number]
  expect([code, err]).toEqual([1, expect.stringContaining('ENOSPC')])
})
