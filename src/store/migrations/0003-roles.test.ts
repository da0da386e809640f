/** What becomes of a database of the release before roles. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from '../engines/sqlite/open.ts'
import type { ApiTokenHash, TokenHash, UserId } from '../rows.ts'
import { fileOfRelease } from './old-release.contract.ts'

const rows = `
  insert into users values ('bobbobbobbob', 'bob', 1000, null, null);
  insert into sessions (id, token_hash, account, username, created_at, last_active_at, ends_at, address, user_agent)
    values ('id-a', 'hash-a', 'bobbobbobbob', 'bob', 2000, 2001, 9000, '192.0.2.7', '');
  insert into tokens values (1, 'token-a', 'token-hash-a', 'ci', 'bobbobbobbob', 1000, null, null, null);
  insert into tokens values (2, 'token-b', 'token-hash-b', 'own', null, 1000, null, null, null);
`

const before = () => fileOfRelease(2, rows)

describe('a database of the release before roles', () => {
  test('keeps its users, sessions and tokens, which have no role', async () => {
    const store = await openSqliteStore({ file: before() })
    onTestFinished(() => store.close())
    const bob = { id: 'bobbobbobbob', name: 'bob', createdAt: 1000, roles: [], attributes: {} }
    expect(await store.users.list()).toEqual([bob])
    expect(await store.sessions.find('hash-a' as TokenHash)).toMatchObject({
      ...{ username: 'bob', endowment: { roles: [], attributes: {} } },
    })
    const [ci, own] = await store.tokens.list()
    expect([ci?.token.roles, ci?.user]).toEqual([undefined, bob])
    expect([own?.token.roles, own?.user]).toEqual([undefined, undefined])
  })

  test('takes roles from then on', async () => {
    const store = await openSqliteStore({ file: before() })
    onTestFinished(() => store.close())
    const given = { roles: ['admin'], attributes: { team: 'a' } }
    await store.users.endow('bobbobbobbob' as UserId, () => given)
    expect((await store.sessions.find('hash-a' as TokenHash))?.endowment).toEqual(given)
    expect((await store.tokens.find('token-hash-a' as ApiTokenHash))?.user).toMatchObject(given)
  })

  test('holds lists and maps in those columns, and nothing else', async () => {
    const file = before()
    await (await openSqliteStore({ file })).close()
    using database = new DatabaseSync(file)
    for (const change of [
      `update users set roles = '{}'`,
      `update users set roles = null`,
      `update users set attributes = '[]'`,
      `update tokens set roles = '"admin"'`,
    ])
      expect(() => database.exec(change), change).toThrow(/constraint failed/)
  })

  test('looks a session and its user up by index', async () => {
    const file = before()
    await (await openSqliteStore({ file })).close()
    using database = new DatabaseSync(file)
    const plan = database
      .prepare(
        `explain query plan select s.*, users.roles from (select * from sessions where token_hash = 'a') s
           left join users on users.id = s.account`,
      )
      .all()
    for (const step of plan) expect(String(step['detail'])).toMatch(/^SEARCH /)
  })
})
