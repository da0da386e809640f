/** What becomes of a database of the release before proof, and what the tables promise by themselves. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from '../engines/sqlite/open.ts'
import type { ApiTokenHash, TokenHash } from '../rows.ts'
import { fileOfRelease } from './old-release.contract.ts'

const rows = `
  insert into sessions (id, token_hash, account, created_at, last_active_at, ends_at, address, user_agent)
    values ('id-a', 'hash-a', 'shared', 2000, 2001, 9000, '192.0.2.7', '');
  insert into tokens (id, hash, name, created_at) values ('token-a', 'token-hash-a', 'ci', 1000);
`

const before = () => fileOfRelease(4, rows)

/** The same, brought to this release. */
async function after(): Promise<DatabaseSync> {
  const file = before()
  await (await openSqliteStore({ file })).close()
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  return database
}

describe('a database of the release before proof', () => {
  test('keeps its sessions, whose password was given at the login, which have no key, and whose token is due', async () => {
    const store = await openSqliteStore({ file: before() })
    onTestFinished(() => store.close())
    expect(await store.sessions.find('hash-a' as TokenHash)).toEqual({
      id: 'id-a',
      tokenHash: 'hash-a',
      renewAt: 2000,
      account: 'shared',
      passwordAt: 0,
      createdAt: 2000,
      authAt: 2000,
      lastActiveAt: 2001,
      endsAt: 9000,
      address: '192.0.2.7',
      userAgent: '',
    })
    expect((await store.tokens.find('token-hash-a' as ApiTokenHash))?.token.proofKey).toBeUndefined()
  })

  test('holds a key whole or not at all, and so the next token', async () => {
    const database = await after()
    for (const change of [
      `update sessions set proof_alg = 'a'`,
      `update sessions set proof_alg = 'a', proof_key = 'b'`,
      `update sessions set proof_keyid = 'a', proof_key = 'b'`,
      `update sessions set next_salt = 'a'`,
      `update tokens set proof_alg = 'a', proof_keyid = 'b'`,
    ])
      expect(() => database.exec(change), change).toThrow(/CHECK constraint failed/)
    database.exec(`update sessions set proof_alg = 'a', proof_keyid = 'b', proof_key = 'c'`)
    database.exec(`update tokens set proof_alg = 'a', proof_keyid = 'b', proof_key = 'c'`)
  })

  test('no token is next twice, nor replaced twice', async () => {
    const database = await after()
    database.exec(rows.split(';')[0]?.replaceAll('-a', '-b') ?? '')
    expect(() => database.exec(`update sessions set next_hash = 'n', next_salt = 's'`)).toThrow(/UNIQUE/)
    const replaced = `insert into replaced_tokens values ('hash', 'id-a', 1)`
    database.exec(replaced)
    expect(() => database.exec(replaced)).toThrow(/UNIQUE/)
  })

  test('nothing on the path of a request, nor what goes with a session, reads a whole table', async () => {
    const database = await after()
    for (const sql of [
      `select * from sessions where id = 'a'`,
      `select * from sessions where next_hash = 'a'`,
      `select * from replaced_tokens where hash = 'a'`,
      `update sessions set next_hash = 'n' where id = 'a' and token_hash = 'b' and next_hash is null`,
      `delete from replaced_tokens where session = 'a'`,
    ]) {
      const plan = database.prepare(`explain query plan ${sql}`).all()
      for (const step of plan) expect(String(step['detail']), sql).toMatch(/^SEARCH /)
    }
  })
})
