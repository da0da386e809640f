/** Several processes that learn at once whose things are, on one file. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteStore } from './open.ts'

const run = promisify(execFile)

/** Claims the same uploads, adds itself to the same files, and many of its own; prints how many claims it won. */
const program = `
  const [, engine, file, name] = process.argv
  const { openSqliteStore } = await import(engine)
  const store = await openSqliteStore({ file })
  const [owner, bounds] = ['user:' + name, { ofOne: 50, ofAll: 120 }]
  let won = 0
  for (let i = 0; i < 150; i++) {
    const upload = { kind: 'upload', id: 'u' + i, owner, at: i }
    if (await store.ownership.claim(upload, { ofOne: 1000, ofAll: 1000 })) won++
    const files = ['/both/' + i, '/' + name + '/' + i]
    await store.ownership.note(files.map((id) => ({ kind: 'file', id, owner, at: i })), bounds)
    if (i % 10 === 9) await store.ownership.revoke('file', { id: '/both/' + i })
    if (i % 40 === 39) await store.ownership.prune('file', i - 20, 5)
  }
  await store.close()
  console.log(won)
`

test('each upload is claimed once between them, and no bound is passed', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'sekisho.db')
  await (await openSqliteStore({ file })).close()
  const engine = new URL('./open.ts', import.meta.url).href
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((name) =>
      run(process.execPath, ['--input-type=module', '-e', program, engine, file, name]),
    ),
  )
  expect(answers.map(({ stdout }) => Number(stdout)).reduce((sum, won) => sum + won)).toBe(150)

  using database = new DatabaseSync(file)
  const counted = database
    .prepare(`select kind, owner, count(*) as count from owned group by kind, owner`)
    .all()
  const kept = database.prepare(`select kind, owner, count from owned_counts where owner <> ''`).all()
  const inOrder = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()
  expect(inOrder(kept)).toEqual(inOrder(counted))
  const files = counted.filter(({ kind }) => kind === 'file').map(({ count }) => Number(count))
  expect(files.length).toBe(3)
  for (const count of files) expect(count).toBeLessThanOrEqual(50)
  const total = database.prepare(`select kind, count from owned_counts where owner = '' order by kind`).all()
  expect(total.map((row) => ({ ...row }))).toEqual([
    { kind: 'file', count: files.reduce((sum, count) => sum + count) },
    { kind: 'upload', count: 150 },
  ])
  expect(files.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(120)
})
