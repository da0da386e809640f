/** From one release to the next: forward only, with a copy from before, and never back. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { version as ownVersion } from '../../../kit/version.ts'
import { migrations } from '../../migrations/index.ts'
import type { TokenHash } from '../../rows.ts'
import type { Migration } from '../../migrations/migration.ts'
import { migrate, newestVersion, type Upgrade } from './migrate.ts'
import { openSqliteStore } from './open.ts'

vi.setConfig({ testTimeout: 60_000 })

const next: Migration = {
  version: newestVersion + 1,
  sqlite: `create table later (id text primary key) strict; update meta set value = 'changed' where key = 'instance'`,
}
const withNext: readonly Migration[] = [...migrations, next]

/** A file as the first release left it: the tables of migration 1, and a password. */
function firstRelease(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-upgrade-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'sekisho.db')
  writeFileSync(file, '', { mode: 0o600 })
  const database = new DatabaseSync(file)
  database.exec(`pragma journal_mode = wal; ${migrations[0].sqlite};
    pragma user_version = 1; pragma application_id = ${0x73656b69};
    insert into meta values ('instance', 'abcd2345'), ('key-check', 'c');
    insert into passwords values ('shared', 'the record', 65536, 3, 4, 1700000000000);
    insert into segments values (1, '20260101T000000000Z-abcdefgh', 1767225600000, 3, 'head', null)`)
  database.close()
  return file
}

/** What a connection of this release does with a file when there is one more migration. */
function upgrade(file: string, all: readonly Migration[]): Upgrade | undefined {
  const database = new DatabaseSync(file)
  try {
    return migrate(database, file, all)
  } finally {
    database.close()
  }
}

function valueIn(file: string, query: string): unknown {
  const database = new DatabaseSync(file)
  try {
    return Object.values(database.prepare(query).get() ?? {})[0]
  } finally {
    database.close()
  }
}

const instance = "select value from meta where key = 'instance'"

test('a database of the first release opens, with what was in it', async () => {
  const file = firstRelease()
  const upgrades: Upgrade[] = []
  const store = await openSqliteStore({ file, onUpgrade: (done) => upgrades.push(done) })
  expect(await store.meta.get('instance')).toBe('abcd2345')
  expect(await store.passwords.find('shared')).toMatchObject({ record: 'the record' })
  expect(await store.segments.list()).toMatchObject([{ count: 3, head: 'head' }])
  expect(await store.users.list()).toEqual([])
  await store.close()
  const copy = `${file}.before-${newestVersion}`
  expect(upgrades).toEqual(newestVersion === 1 ? [] : [{ from: 1, to: newestVersion, copy }])
  expect(existsSync(copy)).toBe(newestVersion > 1)
})

test('before an upgrade a copy is kept, complete and for its owner only', () => {
  const file = firstRelease()
  const umask = process.umask(0)
  onTestFinished(() => void process.umask(umask))
  const copy = `${file}.before-${next.version}`
  expect(upgrade(file, withNext)).toEqual({ from: 1, to: next.version, copy })
  expect(valueIn(file, instance)).toBe('changed')
  expect(valueIn(copy, instance)).toBe('abcd2345')
  expect(valueIn(copy, 'pragma user_version')).toBe(1)
  expect(valueIn(copy, 'pragma application_id')).toBe(0x73656b69)
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  expect(readdirSync(dirname(file)).sort()).toEqual(['sekisho.db', `sekisho.db.before-${next.version}`])
})

test('the copy is the way back: put in the place of the database, the older release opens it', async () => {
  const file = firstRelease()
  await (await openSqliteStore({ file })).close()
  upgrade(file, withNext)
  await expect(openSqliteStore({ file })).rejects.toMatchObject({
    code: 'store-newer',
    message: expect.stringContaining(
      `(${ownVersion()}, schema ${next.version}; this one knows up to ${newestVersion})`,
    ) as string,
  })
  writeFileSync(file, readFileSync(`${file}.before-${next.version}`))
  const store = await openSqliteStore({ file })
  expect(await store.meta.get('instance')).toBe('abcd2345')
  await store.close()
})

test('an upgrade that fails changes nothing, and the next one starts from a fresh copy', () => {
  const file = firstRelease()
  const broken = [...migrations, { ...next, sqlite: `${next.sqlite}; insert into nowhere values (1)` }]
  expect(() => upgrade(file, broken)).toThrow('no such table: nowhere')
  expect(valueIn(file, 'pragma user_version')).toBe(1)
  expect(valueIn(file, instance)).toBe('abcd2345')
  const database = new DatabaseSync(file)
  database.exec(`update meta set value = 'efgh6789' where key = 'instance'`)
  database.close()
  upgrade(file, withNext)
  expect(valueIn(`${file}.before-${next.version}`, instance)).toBe('efgh6789')
})

test('without room for a copy there is no upgrade', () => {
  const file = firstRelease()
  // A folder with something in it, where the copy is drafted, stops root too.
  mkdirSync(`${file}.before-${next.version}.draft/x`, { recursive: true })
  expect(() => upgrade(file, withNext)).toThrow(/is not upgraded, since no copy of it can be kept/)
  expect(valueIn(file, 'pragma user_version')).toBe(1)
})

test('a new database has no copy, and one that is up to date gets none', async () => {
  const file = firstRelease()
  const fresh = join(dirname(file), 'fresh.db')
  const upgrades: Upgrade[] = []
  const open = async () => {
    await (await openSqliteStore({ file: fresh, onUpgrade: (done) => upgrades.push(done) })).close()
  }
  await open()
  await open()
  expect(upgrades).toEqual([])
  expect(readdirSync(dirname(file)).filter((name) => name.includes('before'))).toEqual([])
})

test('a gate whose database is upgraded under it serves nobody any more', async () => {
  const file = firstRelease()
  const store = await openSqliteStore({ file })
  onTestFinished(() => store.close())
  await store.changes()
  upgrade(file, withNext)
  const newer = { code: 'store-newer' }
  await expect(store.changes()).rejects.toMatchObject(newer)
  await expect(store.sessions.find('hash' as TokenHash)).rejects.toMatchObject(newer)
  await expect(store.passwords.find('shared')).rejects.toMatchObject(newer)
  await expect(store.meta.getOrSet('a', 'b')).rejects.toMatchObject(newer)
})

test('the version of sekisho that wrote last is in the database', async () => {
  const file = firstRelease()
  const query = "select value from meta where key = 'sekisho-version'"
  expect(valueIn(file, query)).toBeUndefined()
  await (await openSqliteStore({ file })).close()
  expect(valueIn(file, query)).toBe(ownVersion())
  const database = new DatabaseSync(file)
  database.exec("update meta set value = '0.0.1' where key = 'sekisho-version'")
  database.close()
  await (await openSqliteStore({ file })).close()
  expect(valueIn(file, query)).toBe(ownVersion())
})
