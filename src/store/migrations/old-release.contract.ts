/** Databases as earlier releases left them. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { migrations } from './index.ts'

/** The file of a release that had so many migrations, with these rows; it is gone after the test. */
export function fileOfRelease(version: number, rows: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sekisho-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'sekisho.db')
  using database = new DatabaseSync(file)
  chmodSync(file, 0o600)
  for (const { sqlite } of migrations.slice(0, version)) database.exec(sqlite)
  database.exec(
    `pragma user_version = ${String(version)}; pragma application_id = ${String(0x73656b69)}; ${rows}`,
  )
  return file
}
