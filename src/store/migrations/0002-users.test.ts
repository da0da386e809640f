/** What becomes of a database of the first release. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from '../engines/sqlite/open.ts'
import type { SessionId, TokenHash } from '../rows.ts'
import { fileOfRelease } from './old-release.contract.ts'

const password = `insert into passwords values ('shared', 'cmVjb3Jk', 65536, 3, 1, 1234)`
const sessions = `
  insert into sessions values (1, 'id-a', 'hash-a', 'guest', 2000, 2001, 9000, '192.0.2.7', 'Mozilla/5.0', null, null);
  insert into sessions values (2, 'id-b', 'hash-b', 'guest', 1000, 1001, 9000, '192.0.2.7', '', 1500, 'logout');
`

const firstRelease = (rows: string) => fileOfRelease(1, rows)

async function open(file: string) {
  const store = await openSqliteStore({ file })
  onTestFinished(() => store.close())
  return store
}

const openSession = {
  id: 'id-a',
  tokenHash: 'hash-a',
  account: 'shared',
  passwordAt: 1234,
  renewAt: 2000,
  createdAt: 2000,
  authAt: 2000,
  lastActiveAt: 2001,
  endsAt: 9000,
  address: '192.0.2.7',
  userAgent: 'Mozilla/5.0',
}

describe('a database of the first release', () => {
  test('keeps its password and its sessions, which are those of that password', async () => {
    const store = await open(firstRelease(password + ';' + sessions))
    expect(await store.passwords.find('shared')).toEqual({
      id: 'shared',
      record: 'cmVjb3Jk',
      stretching: { memory: 65536, iterations: 3, parallelism: 1 },
      changedAt: 1234,
    })
    expect(await store.sessions.listOpen()).toEqual([openSession])
    expect(await store.sessions.find('hash-a' as TokenHash)).toEqual(openSession)
    expect(await store.sessions.find('hash-b' as TokenHash)).toMatchObject({
      account: 'shared',
      passwordAt: 1234,
      endedAt: 1500,
      ended: 'logout',
    })
    expect(await store.users.any()).toBe(false)
  })

  test('without a password has sessions of none', async () => {
    const store = await open(firstRelease(sessions))
    expect(await store.sessions.listOpen()).toEqual([{ ...openSession, passwordAt: 0 }])
  })

  test('goes on: its sessions are touched, and ended by a new password', async () => {
    const file = firstRelease(password + ';' + sessions)
    const store = await open(file)
    await store.sessions.touch([{ id: 'id-a' as SessionId, at: 3000 }])
    const stretching = { memory: 1, iterations: 1, parallelism: 1 }
    expect(await store.passwords.set({ id: 'shared', record: 'bmV3', stretching, changedAt: 4000 })).toBe(1)
    expect(await store.sessions.find('hash-a' as TokenHash)).toEqual({
      ...openSession,
      lastActiveAt: 3000,
      endedAt: 4000,
      ended: 'password-changed',
    })
  })

  test('keeps its rules: one token, one session; an end has a time and a reason', async () => {
    const file = firstRelease(sessions)
    await (await openSqliteStore({ file })).close()
    using database = new DatabaseSync(file)
    const insert = (id: string, hash: string, end: string) => () =>
      database.exec(
        `insert into sessions (id, token_hash, account, created_at, last_active_at, ends_at, address, user_agent,
           ended_at, ended) values ('${id}', '${hash}', 'shared', 1, 1, 1, '', '', ${end})`,
      )
    expect(insert('id-c', 'hash-a', 'null, null')).toThrow(/UNIQUE/)
    expect(insert('id-a', 'hash-c', 'null, null')).toThrow(/UNIQUE/)
    expect(insert('id-c', 'hash-c', '1, null')).toThrow(/CHECK/)
    insert('id-c', 'hash-c', 'null, null')()
    expect(database.prepare('pragma integrity_check').get()?.['integrity_check']).toBe('ok')
  })

  test('looks sessions, users and tokens up by index, and never reads a whole table for a request', async () => {
    const file = firstRelease(sessions)
    await (await openSqliteStore({ file })).close()
    using database = new DatabaseSync(file)
    const plan = (sql: string) =>
      database
        .prepare(`explain query plan ${sql}`)
        .all()
        .map((row) => String(row['detail']))
    for (const step of [
      ...plan(`select * from sessions where token_hash = 'a'`),
      ...plan(`select * from sessions where account = 'a' and ended_at is null`),
      ...plan(`select * from tokens left join users on users.id = tokens.user where hash = 'a'`),
      ...plan(`select * from users where name = 'a'`),
      ...plan(`select * from failures where key = 'a'`),
      ...plan(`select * from invitations where user = 'a' and used_at is null and revoked_at is null`),
    ])
      expect(step).toMatch(/^SEARCH /)
  })
})
