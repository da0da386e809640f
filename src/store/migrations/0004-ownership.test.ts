/** What the table of ownership promises by itself, whoever writes to it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from '../engines/sqlite/open.ts'

async function open(): Promise<DatabaseSync> {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'sekisho.db')
  await (await openSqliteStore({ file })).close()
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  return database
}

test('nothing on the path of a request reads the whole table', async () => {
  const database = await open()
  const oldest = 'select number from owned where kind = 1'
  for (const sql of [
    'select * from owned where kind = 1 and id = 2 and owner = 3',
    'select * from owned where kind = 1 and id = 2 order by owner limit 3',
    'select 1 from owned where kind = 1 and id = 2 and owner <> 3 limit 1',
    'select * from owned where kind = 1 and owner = 2 order by at desc, number desc limit 3',
    'select * from owned where kind = 1 order by at desc, number desc limit 3',
    'select count from owned_counts where kind = 1 and owner = 2',
    `delete from owned where number in (${oldest} and owner = 2 order by at, number limit 3)`,
    `delete from owned where number in (${oldest} order by at, number limit 3)`,
    `delete from owned where number in (${oldest} and at < 2 order by at, number limit 3)`,
    'delete from owned where kind = 1 and owner = 2',
    'update owned set at = 1 where kind = 1 and id = 2 and owner = 3 and at < 4',
  ]) {
    const steps = database.prepare(`explain query plan ${sql}`).all()
    for (const { detail } of steps)
      expect(`${sql}: ${String(detail)}`).not.toMatch(/: (?:SCAN|USE TEMP B-TREE)/)
  }
})

test('it refuses a kind that it does not know, an owner without a name and an event that says nothing', async () => {
  const database = await open()
  const insert = (values: string) => () =>
    database.exec(
      `insert into owned (kind, id, owner, at, endpoint, endpoint_name, session) values (${values})`,
    )
  expect(insert(`'page', 'a', 'user:a', 1, null, null, null`)).toThrow(/CHECK/)
  expect(insert(`'file', 'a', '', 1, null, null, null`)).toThrow(/CHECK/)
  expect(insert(`'event', 'a', 'user:a', 1, null, null, null`)).toThrow(/CHECK/)
  expect(insert(`'file', 'a', 'user:a', 1, 3, 'predict', null`)).toThrow(/CHECK/)
  expect(insert(`'file', 'a', 'user:a', 1, null, null, 'abc.mac'`)).toThrow(/CHECK/)
  insert(`'file', 'a', 'user:a', 1, null, null, null`)()
  expect(insert(`'file', 'a', 'user:a', 2, null, null, null`)).toThrow(/UNIQUE/)
})
