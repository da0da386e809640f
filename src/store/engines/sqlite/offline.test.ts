/** Copies, locks and checks of database files beside a running gate. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { copyDatabase } from './copy.ts'
import { checkDatabase, isInUse, lockFile, readSegments } from './offline.ts'
import { openSqliteStore } from './open.ts'

vi.setConfig({ testTimeout: 60_000 })

let folder = ''
let file = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sekisho-offline-'))
  file = join(folder, 'sekisho.db')
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

const elsewhere = (source: string) =>
  spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })

test('a copy made while somebody writes is of one moment', async () => {
  const store = await openSqliteStore({ file })
  onTestFinished(() => store.close())
  const database = new DatabaseSync(file)
  database.exec("insert into meta values ('a', '0'), ('b', '0')")
  database.close()
  // Both values change in one transaction, again and again, in another process.
  const writer = elsewhere(`
    import { DatabaseSync } from 'node:sqlite'
    const database = new DatabaseSync(${JSON.stringify(file)}, { timeout: 5000 })
    for (let at = 1; ; at += 1) {
      database.exec('begin immediate; update meta set value = ' + at + " where key = 'a'")
      database.exec('update meta set value = ' + at + " where key = 'b'; commit")
      if (at === 1) process.stdout.write('writing')
    }`)
  await once(writer.stdout, 'data')
  const seen = new Set<unknown>()
  for (let at = 0; at < 20; at += 1) {
    const to = join(folder, `copy-${at}.db`)
    copyDatabase(file, to)
    const copy = new DatabaseSync(to, { readOnly: true })
    const rows = copy.prepare("select value from meta where key in ('a', 'b')").all()
    copy.close()
    expect(rows).toHaveLength(2)
    expect(rows[0]?.['value']).toBe(rows[1]?.['value'])
    seen.add(rows[0]?.['value'])
  }
  writer.kill('SIGKILL')
  await once(writer, 'close')
  expect(seen.size).toBeGreaterThan(1)
})

test('a copy is for its owner only, is complete, and never takes the place of a file', async () => {
  const store = await openSqliteStore({ file })
  await store.segments.open({ id: 's', openedAt: 1, count: 2, head: 'h' })
  const to = join(folder, 'copy.db')
  copyDatabase(file, to)
  await store.close()
  expect(statSync(to).mode & 0o777).toBe(0o600)
  expect(checkDatabase(to)).toBe(checkDatabase(file))
  expect(readSegments(to)).toEqual([{ id: 's', openedAt: 1, count: 2, head: 'h' }])
  expect(() => copyDatabase(file, to)).toThrow('EEXIST')
})

test('a database is in use while anybody has it open, idle or not', async () => {
  expect(isInUse(file)).toBe(false)
  const store = await openSqliteStore({ file })
  expect(isInUse(file)).toBe(true)
  await store.close()
  expect(isInUse(file)).toBe(false)
  writeFileSync(file, 'no database')
  expect(isInUse(file)).toBe(false)
})

test('a lock keeps others out and ends with its process, however that ends', async () => {
  const lock = join(folder, 'lock')
  const release = lockFile(lock, 'somebody else is at it', 0)
  expect(statSync(lock).mode & 0o777).toBe(0o600)
  expect(() => lockFile(lock, 'somebody else is at it', 0)).toThrow('somebody else is at it')
  release()
  const holder = elsewhere(`
    import { lockFile } from ${JSON.stringify(new URL('./offline.ts', import.meta.url).href)}
    lockFile(${JSON.stringify(lock)}, '', 0)
    process.stdout.write('held')
    setInterval(() => undefined, 1000)`)
  await once(holder.stdout, 'data')
  expect(() => lockFile(lock, 'somebody else is at it', 0)).toThrow('somebody else is at it')
  holder.kill('SIGKILL')
  await once(holder, 'close')
  lockFile(lock, 'somebody else is at it', 0)()
})

test('an empty database is no state', () => {
  new DatabaseSync(file).close()
  writeFileSync(file, '', { flag: 'a' })
  expect(() => checkDatabase(file)).toThrow(/has no tables/)
})
