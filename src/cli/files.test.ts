/** Files and deep links from the command line: what is listed of them, and what taking one back leaves. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runCli } from '../../test/rig/run-cli.ts'
import { openSqliteStore } from '../store/engines/sqlite/open.ts'
import type { OwnedRow, Owner } from '../store/rows.ts'
import type { Store } from '../store/store.ts'

vi.setConfig({ testTimeout: 60_000 })

const at = Date.parse('2026-11-22T08:00:00Z')

let home = ''
let bob: Owner
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'sekisho-files-'))
  expect((await run(['user', 'add', 'bob', '--password-stdin'], 'seven quiet lamps by the river')).code).toBe(
    0,
  )
  const [user] = await withStore((store) => store.users.list())
  bob = `user:${user?.id ?? ''}` as Owner
})
afterAll(async () => {
  await rm(home, { recursive: true })
})

beforeEach(() =>
  withStore(async ({ ownership }) => {
    const [guest, gone] = ['session:s1' as Owner, 'token:gone' as Owner]
    for (const owner of [bob, guest, gone]) await ownership.revoke('file', { owner })
    const rows: OwnedRow[] = [
      { kind: 'file', id: '/tmp/a b.png', owner: bob, at },
      { kind: 'file', id: '/tmp/a b.png', owner: guest, at: at - 60_000 },
      { kind: 'file', id: '/tmp/\u202egnp', owner: gone, at: at - 120_000 },
      { kind: 'deep-link', id: 'sMonbZbnEpU', owner: bob, at },
    ]
    await ownership.note(rows, { ofOne: 100, ofAll: 100 })
  }),
)

const run = (args: readonly string[], input?: string) =>
  runCli(home, [...args, '--upstream', 'http://127.0.0.1:7999'], input)

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const found = (await readdir(home, { recursive: true })).find((name) => name.endsWith('sekisho.db'))
  const store = await openSqliteStore({ file: join(home, found ?? '') })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const left = (kind: OwnedRow['kind']) =>
  withStore(async ({ ownership }) =>
    (await ownership.list(kind, undefined, 99)).map(({ id, owner }) => `${owner} ${id}`),
  )

/** Everything that the audit log holds in clear. */
async function logged(): Promise<string> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.parentPath.includes('audit'))
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))
  return texts.join('\n')
}

describe('file list', () => {
  test('shows the last needed first, each with its owner by name, and nothing that acts on a terminal', async () => {
    const { code, out } = await run(['file', 'list'])
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^FILE +OWNER +LAST NEEDED$/),
      expect.stringMatching(/^\/tmp\/a b\.png +user bob +2026-11-22 08:00Z$/),
      expect.stringMatching(/^\/tmp\/a b\.png +session s1 +2026-11-22 07:59Z$/),
      expect.stringMatching(/^\/tmp\/\\u202egnp +token gone +2026-11-22 07:58Z$/),
    ])
  })

  test('shows one owner’s, as many as are wanted, also for programs', async () => {
    const { out } = await run(['file', 'list', '--user', 'bob', '--json'])
    const lastNeededAt = '2026-11-22T08:00:00.000Z'
    expect(JSON.parse(out)).toEqual([
      { path: '/tmp/a b.png', owner: bob, ownerName: 'user bob', lastNeededAt },
    ])
    const few = await run(['file', 'list', '--limit', '1'])
    expect(few.out.trimEnd().split('\n')).toHaveLength(2)
    expect(few.err).toContain('--limit')
    expect((await run(['file', 'list', '--session', 's2'])).err).toContain('There are none.')
  })

  test.each([
    [['--limit', '0'], 'from 1 to'],
    [['--limit', '1e3'], 'from 1 to'],
    [['--user', 'bub'], 'Did you mean bob?'],
    [['--token', 'x'], 'sekisho token list'],
    [['--user', 'bob', '--session', 's1'], 'Say one owner'],
  ])('with %j says what is wrong', async (options, words) => {
    const { code, out, err } = await run(['file', 'list', ...options])
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)])
  })
})

describe('file revoke', () => {
  test('takes a file from everybody, or from one owner, and says how many rights that ended', async () => {
    const one = await run(['file', 'revoke', '/tmp/a b.png', '--session', 's1'])
    expect([one.code, one.err]).toEqual([0, expect.stringContaining('1 right.')])
    expect(await left('file')).toEqual([`${bob} /tmp/a b.png`, 'token:gone /tmp/\u202egnp'])
    const all = await run(['file', 'revoke', '/tmp/a b.png', '--json'])
    expect(JSON.parse(all.out)).toEqual({ revoked: 1 })
    expect(await left('file')).toEqual(['token:gone /tmp/\u202egnp'])
  })

  test('takes all of an owner’s, and leaves the deep links', async () => {
    expect((await run(['file', 'revoke', '--user', 'bob'])).code).toBe(0)
    expect((await left('file')).some((one) => one.startsWith(bob))).toBe(false)
    expect(await left('deep-link')).toEqual([`${bob} sMonbZbnEpU`])
  })

  test('is on record: whose in the chain, the path beside it', async () => {
    await run(['file', 'revoke', '/tmp/a b.png', '--user', 'bob'])
    const line = (await logged()).split('\n').findLast((one) => one.includes('"ownership.revoked"')) ?? ''
    const { record, personal } = JSON.parse(line) as { record: object; personal: object }
    expect(record).toMatchObject({ kind: 'ownership.revoked', what: 'file', owner: bob, count: 1 })
    expect(JSON.stringify(record)).not.toContain('a b.png')
    expect(personal).toMatchObject({ object: { value: '/tmp/a b.png' } })
    expect((await run(['audit', 'verify'])).code).toBe(0)
  })

  test.each([
    [[], 'Say which file'],
    [['/tmp/none'], 'nothing to revoke'],
    [['/tmp/a b.png', '--user', 'bub'], 'Did you mean bob?'],
  ])('with %j ends nothing and says what is wrong', async (options, words) => {
    const { code, out, err } = await run(['file', 'revoke', ...options])
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(words)])
    expect(await left('file')).toHaveLength(3)
  })
})

describe('link revoke', () => {
  test('takes a deep link, and no file of that name', async () => {
    expect((await run(['link', 'revoke', '/tmp/a b.png'])).code).toBe(2)
    expect((await run(['link', 'revoke', 'sMonbZbnEpU'])).code).toBe(0)
    expect((await run(['link', 'list'])).err).toContain('There are none.')
    expect(await left('file')).toHaveLength(3)
  })
})
