/** What is asked of database files that no gate serves at the moment: is it sound, is it in use, who may work on it. */
import { closeSync, existsSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { errorCode } from '../../../kit/error-code.ts'
import { GateFault } from '../../../kit/fault.ts'
import type { SegmentRow } from '../../rows.ts'
import { asFault, isBusy, unusable } from './faults.ts'
import { refuseUnknown, schemaVersion } from './migrate.ts'
import { prepareStatements } from './statements.ts'

/** Whether another process, or another connection of this one, has the file open. False for what is no database. */
export function isInUse(file: string): boolean {
  if (!existsSync(file)) return false
  let database
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    // In WAL mode every connection holds a shared lock for as long as it lives (sqlite.org/wal.html, section 5).
    database.exec('pragma locking_mode = exclusive; begin exclusive; rollback')
    return false
  } catch (thrown) {
    return isBusy(thrown)
  } finally {
    database?.close()
  }
}

/** Reads every page and index; answers the version of the schema. Faults: `store-unusable`, `store-newer`. */
export function checkDatabase(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true, defensive: true })
  try {
    database.exec('pragma trusted_schema = off; pragma cell_size_check = on')
    refuseUnknown(database, file)
    const version = schemaVersion(database)
    if (version === 0) throw unusable(file, 'has no tables.')
    const found = database.prepare('pragma integrity_check(1)').get()?.['integrity_check']
    if (found !== 'ok') throw unusable(file, `is damaged (${String(found)}).`)
    return version
  } catch (thrown) {
    throw asFault(file, thrown)
  } finally {
    database.close()
  }
}

/**
 * A lock that ends with the process, however it ends, which a file that merely exists does not. Answers how to give it
 * back; `busy` is said when somebody else has it for longer than `waitMs`.
 */
export function lockFile(file: string, busy: string, waitMs: number): () => void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (thrown) {
    if (errorCode(thrown) !== 'EEXIST') throw asFault(file, thrown)
  }
  let database: DatabaseSync | undefined
  try {
    const lock = (database = new DatabaseSync(file, { timeout: waitMs }))
    lock.exec('pragma journal_mode = memory; begin exclusive')
    return () => {
      lock.close()
    }
  } catch (thrown) {
    database?.close()
    throw isBusy(thrown) ? new GateFault('usage', busy, { cause: thrown }) : asFault(file, thrown)
  }
}

/** The audit segments that a copy of a database knows, oldest first. */
export function readSegments(file: string): readonly SegmentRow[] {
  const database = new DatabaseSync(file, { readOnly: true, defensive: true })
  try {
    const { listSegments } = prepareStatements(database)
    return listSegments.all().map(({ prunedAt, ...row }) => (prunedAt === null ? row : { ...row, prunedAt }))
  } catch (thrown) {
    throw asFault(file, thrown)
  } finally {
    database.close()
  }
}
