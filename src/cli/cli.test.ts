/** The command as a process: what it prints, where, and with which exit code. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCli } from '../../test/rig/run-cli.ts'
import { openSqliteStore } from '../store/engines/sqlite/open.ts'
import type { SessionId, TokenHash } from '../store/rows.ts'
import { commands } from './commands/index.ts'

// Each test starts processes, on machines where two cores serve many.
vi.setConfig({ testTimeout: 60_000 })

const app = 'http://127.0.0.1:7999'
const good = 'seven quiet lamps by the river'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-cli-'))
})
afterEach(async () => {
  await rm(home, { recursive: true })
})

const run = (args: readonly string[], input?: string, env?: Readonly<Record<string, string>>) =>
  runCli(home, args, input, env)

describe('help', () => {
  test('lists every command, says the exit codes, on standard output', async () => {
    const { code, out, err } = await run(['--help'])
    expect([code, err]).toEqual([0, ''])
    for (const { words } of commands) expect(out).toMatch(new RegExp(`^  ${words[0]}\\b`, 'm'))
    expect(out).toContain('Exit codes:')
  })

  test.each(commands.map(({ words }) => words.join(' ')))('%s has examples', async (words) => {
    const { code, out } = await run([...words.split(' '), '--help'])
    expect(code).toBe(0)
    expect(out).toContain(`Usage: sekisho ${words} [options]`)
    expect(out).toMatch(new RegExp(`^ {2}\\$ (?:.*\\| )?sekisho ${words}`, 'm'))
  })

  test('says what --insecure-http loses', async () => {
    const { out } = await run(['gate', '--help'])
    expect(out.replace(/\s+/g, ' ')).toContain(
      'whoever can listen on the way sees everything but the password',
    )
  })

  test('carries no colours', async () => {
    const { out } = await run(['--help'], '', { FORCE_COLOR: '1' })
    expect(out).not.toContain('\u001b')
  })
})

test('--version is the version of the package', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect(await run(['--version'])).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' })
})

describe('a command line that is wrong ends with 2, in words, and prints no result', () => {
  test.each<[string, string[], string]>([
    [
      'an unknown command',
      ['gat'],
      "sekisho: unknown command 'gat'\n(Did you mean gate?)\nSee: sekisho --help\n",
    ],
    [
      'an unknown option',
      ['gate', '--lisen', '1'],
      "sekisho: unknown option '--lisen'\n(Did you mean --listen?)\nSee: sekisho --help\n",
    ],
    [
      'a value where none belongs, which is not repeated',
      ['gate', '--secret=hunter2'],
      "sekisho: unknown option '--secret'\nSee: sekisho --help\n",
    ],
    [
      'too many arguments, which are not repeated',
      ['session', 'end', 'hunter2', 'hunter3'],
      "sekisho: too many arguments for 'end'. Expected 1 argument.\nSee: sekisho --help\n",
    ],
    [
      'half a command',
      ['session'],
      'sekisho: sekisho session: say what to do: list, end. See: sekisho session --help\n',
    ],
    [
      'no session named',
      ['session', 'end'],
      'sekisho: Which session? Name one of `sekisho session list`, or say --user NAME or --all; one of the three.\n',
    ],
    [
      'two ways to a password',
      ['password', 'set', '--generate', '--password-stdin'],
      'sekisho: --password-stdin and --generate exclude each other: choose one.\n',
    ],
    [
      'no number',
      ['audit', 'tail', '-n', 'x'],
      'sekisho: --lines: found "x"; allowed is a whole number from 0 to 999999.\n',
    ],
    [
      'no app',
      ['gate'],
      "sekisho: The configuration can't be used:\n  the command line: which app? Name its address, as in " +
        '`sekisho gate http://127.0.0.1:7860`, or write `upstream:` into sekisho.yaml.\n',
    ],
    [
      'an app that is none',
      ['gate', 'localhost:7860'],
      'sekisho: The configuration can\'t be used:\n  the address of the app: upstream: found "localhost:7860"; allowed is ' +
        'the URL of the app, such as http://127.0.0.1:7860, without user name, password, query or fragment.\n',
    ],
  ])('%s', async (_, args, err) => {
    expect(await run(args)).toEqual({ code: 2, out: '', err })
  })

  test('nothing at all shows the help', async () => {
    const { code, out, err } = await run([])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('Usage: sekisho')
  })

  test.each([
    [['gate', '--password', 'hunter2']],
    [['gate', '--password=hunter2']],
    [['gate', '--passphrase=hunter2', app]],
    [['password', 'set', 'hunter2']],
    [['password', 'set', '-phunter2']],
    [['password', 'set', '-p', 'hunter2']],
  ])('a password as an argument: %j', async (args) => {
    const { code, out, err } = await run(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('A password is never taken from the command line')
    expect(err).not.toContain('hunter2')
  })
})

describe('configuration', () => {
  test('is refused with file and line', async () => {
    await writeFile(join(home, 'sekisho.yaml'), `upstream: ${app}\nlissten: 1\n`)
    expect(await run(['gate'])).toEqual({
      code: 2,
      out: '',
      err: "sekisho: The configuration can't be used:\n  sekisho.yaml:2: lissten: unknown key. Did you mean listen?\n",
    })
  })

  test('beyond loopback without TLS nothing starts and nothing is made', async () => {
    const { code, out, err } = await run(['gate', app, '--listen', '0.0.0.0:8484', '--generate-password'])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(/^sekisho: The gate doesn't listen on 0\.0\.0\.0:8484 without TLS/)
    expect(err).toContain('--tls-cert')
    expect(err).toContain('trusted_proxies')
    expect(err).toContain('--insecure-http')
    expect(await readdir(home)).toEqual([])
  })

  test('whoever lets browsers in by the command line still has the other commands', async () => {
    await writeFile(join(home, 'sekisho.yaml'), `upstream: ${app}\nembed: [https://portal.example]\n`)
    expect((await run(['user', 'add', 'bob', '--password-stdin'], good)).code).toBe(0)
    for (const words of ['session list', 'session end --all', 'token create --name ci', 'user list'])
      expect(await run(words.split(' '))).toMatchObject({ code: 0 })
    const gate = await run(['gate'])
    expect([gate.code, gate.err]).toEqual([2, expect.stringContaining('sekisho.yaml:2: embed needs HTTPS')])
    // Nobody is handed a link that such a file can't tell.
    const link = await run(['user', 'add', 'eve'])
    expect([link.code, link.out, link.err]).toEqual([2, '', expect.stringContaining('embed needs HTTPS')])
    const told = await run(['user', 'add', 'eve', '--at', 'https://demo.example.org'])
    expect([told.code, told.out]).toEqual([0, expect.stringContaining('https://demo.example.org/')])
  })

  test('a stack is shown only on demand', async () => {
    const quiet = await run(['gate', '--config', 'none.yaml'])
    expect(quiet.err).not.toMatch(/^ +at /m)
    const loud = await run(['gate', '--config', 'none.yaml'], '', { SEKISHO_DEBUG: '1' })
    expect([quiet.code, loud.code]).toEqual([2, 2])
    expect(loud.err).toMatch(/^ +at .*load\.ts/m)
  })
})

describe('init', () => {
  test('writes a configuration that loads, and never overwrites', async () => {
    const file = join(home, 'sekisho.yaml')
    expect(await run(['init', '--yes', app])).toEqual({
      code: 0,
      out: '',
      err: `Written: ${file}\nNext: sekisho gate\n`,
    })
    const written = await readFile(file, 'utf8')
    expect(written).toContain(`\nupstream: ${app}\n`)
    expect(await run(['init', '--yes'])).toEqual({
      code: 2,
      out: '',
      err: `sekisho: ${file} can't be written: the file exists, and init never overwrites. Edit it, or name another with --config.\n`,
    })
    expect(await readFile(file, 'utf8')).toBe(written)
  })

  test('answers as JSON', async () => {
    const { out } = await run(['init', '--yes', '--json', '--config', 'other.yaml'])
    expect(JSON.parse(out)).toEqual({ written: join(home, 'other.yaml') })
  })

  test('asks nobody where nobody sits', async () => {
    const { code, err } = await run(['init'])
    expect([code, err]).toEqual([
      2,
      'sekisho: There is no terminal to ask at. Take the defaults with --yes, and edit the file.\n',
    ])
    expect(await readdir(home)).toEqual([])
  })
})

describe('the state of a gate', () => {
  const upstream = ['--upstream', app]

  test('where no gate ever ran, reading makes nothing', async () => {
    for (const words of ['session list', 'session end --all', 'audit verify', 'audit tail']) {
      const { code, out, err } = await run([...words.split(' '), ...upstream])
      expect([words, code, out]).toEqual([words, 2, ''])
      expect(err).toContain('No gate has run for http://127.0.0.1:7999/ yet')
    }
    expect(await readdir(home)).toEqual([])
  })

  test('a password is set from standard input, is on record and stands nowhere on disk', async () => {
    const set = await run(['password', 'set', '--password-stdin', '--json', ...upstream], `${good}\n`)
    expect(set).toEqual({ code: 0, out: '{"sessionsEnded":0}\n', err: '' })

    const tail = await run(['audit', 'tail', ...upstream])
    const kinds = tail.out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind)
    expect(kinds).toEqual(['audit.opened', 'password.changed'])

    for (const file of await filesUnder(home)) {
      expect((await readFile(file)).includes(good)).toBe(false)
      expect((await stat(file)).mode & 0o077).toBe(0)
    }
  })

  test('a generated pass-phrase is printed alone on standard output', async () => {
    const { code, out } = await run(['password', 'set', '--generate', ...upstream])
    expect(code).toBe(0)
    expect(out).toMatch(/^[a-z]+(?:-[a-z]+){6}\n$/)
  })

  test.each([
    ['too short', 'hunter2\n', 'at least 15 are needed'],
    ['empty', '', 'at least 15 are needed'],
    ['two lines', 'a fine long password\nanother line\n', 'control character'],
    ['endless', 'x'.repeat(5000), 'more than 4096 bytes'],
  ])('a password that is %s is refused in words', async (_, input, words) => {
    const { code, out, err } = await run(['password', 'set', '--password-stdin', ...upstream], input)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(words)
    expect(err).not.toContain('hunter2')
  })

  test('without a terminal and without a source, the ways are named', async () => {
    const { code, err } = await run(['password', 'set', ...upstream])
    expect(code).toBe(2)
    expect(err).toContain('--password-stdin')
    expect(err).toContain('--generate')
  })

  test('audit verify finds a changed record and ends with 3', async () => {
    await run(['password', 'set', '--generate', ...upstream])
    const intact = await run(['audit', 'verify', '--json', ...upstream])
    expect([intact.code, JSON.parse(intact.out)]).toEqual([
      0,
      { intact: true, segments: 1, records: 2, findings: [], notes: [] },
    ])

    const segment = (await filesUnder(home)).find((file) => file.endsWith('.jsonl')) ?? ''
    const text = await readFile(segment, 'utf8')
    await writeFile(segment, text.replace('"sessionsEnded":0', '"sessionsEnded":9'))
    const broken = await run(['audit', 'verify', ...upstream])
    expect(broken.code).toBe(3)
    expect(broken.out).toContain(':2: ')
    expect(broken.err).toContain('The audit log was tampered with')
  })

  test('audit verify finds that the whole log is gone', async () => {
    await run(['password', 'set', '--generate', ...upstream])
    const segment = (await filesUnder(home)).find((file) => file.endsWith('.jsonl')) ?? ''
    await rm(join(segment, '..'), { recursive: true })
    const { code, out } = await run(['audit', 'verify', ...upstream])
    expect(code).toBe(3)
    expect(out).toContain('the file is gone')
  })

  test('sessions are listed without their token and without signs that steer a terminal, and ended', async () => {
    await run(['password', 'set', '--generate', ...upstream])
    await signIn('abc234', 'Mozilla\u001b[2J\u202e')
    const listed = await run(['session', 'list', ...upstream])
    expect(listed.out).toMatch(/^abc234 .* 192\.0\.2\.7 +Mozilla\\u001b\[2J\\u202e$/m)
    const json = await run(['session', 'list', '--json', ...upstream])
    expect(JSON.parse(json.out)).toMatchObject([
      { id: 'abc234', user: '(shared password)', userAgent: 'Mozilla\u001b[2J\u202e' },
    ])
    for (const { out } of [listed, json]) expect(out).not.toMatch(/hash|\u001b|\u202e/)

    expect(await run(['session', 'end', '--all', '--json', ...upstream])).toEqual({
      code: 0,
      out: '{"ended":["abc234"]}\n',
      err: '',
    })
    expect((await run(['session', 'list', ...upstream])).err).toBe('Nobody is signed in.\n')
  })

  test('session end without such a session changes nothing', async () => {
    await run(['password', 'set', '--generate', ...upstream])
    expect(await run(['session', 'end', 'nosuchsession', ...upstream])).toEqual({
      code: 2,
      out: '',
      err: 'sekisho: There is no open session nosuchsession. See: sekisho session list\n',
    })
    expect(await run(['session', 'list', '--json', ...upstream])).toEqual({ code: 0, out: '[]\n', err: '' })
  })
})

async function signIn(id: string, userAgent: string): Promise<void> {
  const file = (await filesUnder(home)).find((path) => path.endsWith('sekisho.db')) ?? ''
  const store = await openSqliteStore({ file })
  const now = Date.now()
  await store.sessions.insert({
    id: id as SessionId,
    tokenHash: 'hash' as TokenHash,
    account: 'shared',
    passwordAt: 0,
    renewAt: now + 900_000,
    createdAt: now,
    authAt: now,
    lastActiveAt: now,
    endsAt: now + 3_600_000,
    address: '192.0.2.7',
    userAgent,
  })
  await store.close()
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
