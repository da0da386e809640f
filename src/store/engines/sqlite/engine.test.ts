/** The SQLite engine: the common suite, and what only a file can get wrong. */
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SessionId, SessionRow, TokenHash } from '../../rows.ts'
import {
  failureRule,
  invitationOf,
  passwordOf,
  sessionOf,
  start,
  userRow,
} from '../../sample-rows.contract.ts'
import { describeStore } from '../../store.contract.ts'
import { newestVersion } from './migrate.ts'
import { openSqliteStore } from './open.ts'

describeStore('sqlite', async () => {
  const file = freshFile()
  return () => openSqliteStore({ file })
})

function freshFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'sekisho.db')
}

function sessionRow(number: number): SessionRow {
  return {
    id: `id-${number}` as SessionId,
    tokenHash: `hash-${number}` as TokenHash,
    account: 'shared',
    passwordAt: 0,
    renewAt: number,
    createdAt: number,
    authAt: number,
    lastActiveAt: number,
    endsAt: number,
    address: '192.0.2.7',
    userAgent: 'Mozilla/5.0 '.repeat(20),
  }
}

/** The store opened, filled and closed; answers its file. */
async function filledFile(sessions: number): Promise<string> {
  const file = freshFile()
  const store = await openSqliteStore({ file })
  for (let i = 0; i < sessions; i++) await store.sessions.insert(sessionRow(i))
  await store.close()
  return file
}

const fault = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as unknown

describe('the file', () => {
  test('and its companions are for their owner only, whatever the umask', async () => {
    const umask = process.umask(0)
    onTestFinished(() => void process.umask(umask))
    const file = freshFile()
    const store = await openSqliteStore({ file })
    await store.meta.getOrSet('instance', 'a')
    const modes = [file, `${file}-wal`, `${file}-shm`].map((part) => statSync(part).mode & 0o777)
    await store.close()
    expect(modes).toEqual([0o600, 0o600, 0o600])
  })

  test.each(['', '-wal', '-shm'])(
    'that others can read is refused, with the command that closes it (%s)',
    async (end) => {
      const file = await filledFile(0)
      writeFileSync(`${file}${end}`, '', { flag: 'a', mode: 0o600 })
      chmodSync(`${file}${end}`, 0o640)
      await expect(openSqliteStore({ file })).rejects.toEqual(
        fault('store-unusable', /open to other users \(mode 0640\).*chmod 600 \S+sekisho\.db/),
      )
      chmodSync(`${file}${end}`, 0o600)
      await (await openSqliteStore({ file })).close()
    },
  )

  test('in a folder that others may write to is refused', async () => {
    const folder = dirname(freshFile())
    chmodSync(folder, 0o777)
    await expect(openSqliteStore({ file: join(folder, 'sekisho.db') })).rejects.toEqual(
      fault('store-unusable', /other users may write to\. Close it: chmod go-w/),
    )
  })

  test('in a folder that does not exist is refused, with the command that makes one', async () => {
    const file = join(freshFile(), 'state', 'sekisho.db')
    await expect(openSqliteStore({ file })).rejects.toEqual(
      fault('store-unusable', /sekisho\.db\/state does not exist\. Create it: mkdir -m 700/),
    )
  })

  test('in a place that is no folder is refused', async () => {
    const file = await filledFile(0)
    await expect(openSqliteStore({ file: join(file, 'sekisho.db') })).rejects.toEqual(
      fault('store-unusable', /does not exist|can't be reached/),
    )
    mkdirSync(`${file}.d`)
    await expect(openSqliteStore({ file: `${file}.d` })).rejects.toEqual(
      fault('store-unusable', /not a regular file/),
    )
  })

  test('in a folder that may only be read is refused', async () => {
    const file = freshFile()
    chmodSync(dirname(file), 0o555)
    await asOrdinaryUser([dirname(file)], () =>
      expect(openSqliteStore({ file })).rejects.toEqual(
        fault('store-unusable', /can't be created \(EACCES\).*write access/),
      ),
    )
  })

  test('that may only be read is refused', async () => {
    const file = await filledFile(0)
    chmodSync(file, 0o400)
    await asOrdinaryUser([dirname(file), file], () =>
      expect(openSqliteStore({ file })).rejects.toEqual(
        fault('store-unusable', /is read-only.*write access/),
      ),
    )
  })
})

/** Modes don't bind root, so root hands the paths to an ordinary user and becomes that user for a while. */
async function asOrdinaryUser(paths: readonly string[], work: () => Promise<void>): Promise<void> {
  const nobody = 65534
  if (process.geteuid?.() !== 0) return work()
  for (const path of paths) chownSync(path, nobody, nobody)
  process.seteuid?.(nobody)
  try {
    await work()
  } finally {
    process.seteuid?.(0)
  }
}

describe('the schema', () => {
  test('is recorded in the file', async () => {
    const file = await filledFile(0)
    using database = new DatabaseSync(file)
    expect(database.prepare('pragma user_version').get()).toEqual({ user_version: newestVersion })
  })

  test('of a newer sekisho is refused, and left as it is', async () => {
    const file = await filledFile(1)
    setVersion(file, newestVersion + 6)
    const before = readFileSync(file)
    await expect(openSqliteStore({ file })).rejects.toEqual(
      fault(
        'store-newer',
        new RegExp(
          `newer sekisho \\(\\S+, schema ${newestVersion + 6}; this one knows up to ${newestVersion}\\)`,
        ),
      ),
    )
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test.each(['moved away', 'replaced'])(
    'that is %s under a running gate is given up for good',
    async (how) => {
      const file = await filledFile(1)
      const store = await openSqliteStore({ file })
      await store.changes()
      renameSync(file, `${file}.aside`)
      if (how === 'replaced') copyFileSync(`${file}.aside`, file)
      const moved = fault('store-unusable', /was moved away or replaced.*Restart the gate/)
      await expect(store.changes()).rejects.toEqual(moved)
      rmSync(file, { force: true })
      renameSync(`${file}.aside`, file)
      await expect(store.sessions.find('hash-1' as TokenHash)).rejects.toEqual(moved)
      await store.close()
    },
  )

  test('that became newer under a running gate is noticed', async () => {
    const file = freshFile()
    const store = await openSqliteStore({ file })
    onTestFinished(() => store.close())
    await store.changes()
    setVersion(file, newestVersion + 1)
    await expect(store.changes()).rejects.toEqual(fault('store-newer', /Start the newer sekisho again/))
  })

  test('of another program is refused, and left as it is', async () => {
    const file = freshFile()
    const other = new DatabaseSync(file)
    other.exec('create table theirs (a)')
    other.close()
    chmodSync(file, 0o600)
    const before = readFileSync(file)
    await expect(openSqliteStore({ file })).rejects.toEqual(
      fault('store-unusable', /belongs to another program/),
    )
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  function setVersion(file: string, version: number): void {
    using database = new DatabaseSync(file)
    database.exec(`pragma user_version = ${version}`)
  }
})

describe('damage', () => {
  test('a file that is no database is refused in words', async () => {
    const file = freshFile()
    writeFileSync(file, 'not a database at all '.repeat(500), { mode: 0o600 })
    await expect(openSqliteStore({ file })).rejects.toEqual(
      fault('store-unusable', /is not a database, or is damaged\. Restore it from a backup/),
    )
  })

  test('overwritten pages are noticed when the file is opened', async () => {
    const file = await filledFile(200)
    overwrite(file, 8_192, 16_384)
    await expect(openSqliteStore({ file })).rejects.toEqual(fault('store-unusable', /is damaged/))
  })

  test('overwritten pages fail the call that meets them, and every call gives the fault', async () => {
    const file = await filledFile(200)
    const store = await openSqliteStore({ file })
    onTestFinished(() => store.close())
    // Somebody else's write makes the connection read its pages again.
    const other = await openSqliteStore({ file })
    await other.meta.getOrSet('instance', 'a')
    await other.close()
    overwrite(file, 4_096, statSync(file).size)
    await expect(store.sessions.listOpen()).rejects.toEqual(fault('store-unusable', /is damaged/))
    await expect(store.sessions.find('hash-1' as TokenHash)).rejects.toEqual(
      fault('store-unusable', /is damaged/),
    )
    await expect(store.spent.spend('a', 1)).rejects.toEqual(fault('store-unusable', /is damaged/))
  })

  function overwrite(file: string, from: number, to: number): void {
    const target = openSync(file, 'r+')
    writeSync(target, Buffer.alloc(to - from, 0xa5), 0, to - from, from)
    closeSync(target)
  }
})

describe('a step that fails half-way', () => {
  test('is undone, and the store goes on', async () => {
    const store = await openSqliteStore({ file: freshFile() })
    onTestFinished(() => store.close())
    const good = { key: 'good', intervalMs: 1_000, burst: 1 }
    const bad = { ...good, key: null as unknown as string }
    await expect(store.paces.take([good, bad], 5)).rejects.toEqual(fault('store-unusable', /contradicts/))
    expect(await store.paces.take([good], 5)).toEqual({ allowed: true })
    expect(await store.paces.take([good], 5)).toEqual({ allowed: false, retryAt: 1_005 })
  })

  test('an invitation whose password could not be stored is still good', async () => {
    const store = await openSqliteStore({ file: freshFile() })
    onTestFinished(() => store.close())
    const { id } = userRow('bob')
    await store.users.insert(userRow('bob'))
    await store.invitations.insert(invitationOf('bob'))
    await store.sessions.insert(sessionOf('bob'))
    await store.failures.take('user:bob', failureRule, start)
    const { hash } = invitationOf('bob')
    const bad = passwordOf('bob', { record: null as unknown as string })
    await expect(store.invitations.redeem(hash, bad, start)).rejects.toEqual(
      fault('store-unusable', /contradicts/),
    )
    expect(await store.invitations.findOpen(id, start)).toEqual(invitationOf('bob'))
    expect(await store.failures.find('user:bob')).toBeDefined()
    expect(await store.invitations.redeem(hash, passwordOf('bob'), start)).toBe(1)
  })
})
