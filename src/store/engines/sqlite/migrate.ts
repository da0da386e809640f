/** Brings a database to the schema of this version; refuses one that is newer or isn't ours. */
import type { DatabaseSync } from 'node:sqlite'
import { GateFault } from '../../../kit/fault.ts'
import { migrations } from '../../migrations/index.ts'
import { unusable } from './faults.ts'

/** "seki", in the header of every database of ours (sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x73656b69

export const newestVersion = migrations.length

export function migrate(database: DatabaseSync, file: string): void {
  if (schemaVersion(database) === newestVersion && isOurs(database)) return
  // Two processes may arrive here at once: the version counts only once the lock is held.
  database.exec('begin immediate')
  try {
    refuseUnknown(database, file)
    for (const { version, sqlite } of migrations.slice(schemaVersion(database))) {
      database.exec(sqlite)
      database.exec(`pragma user_version = ${version}; pragma application_id = ${applicationId}`)
    }
    database.exec('commit')
  } catch (thrown) {
    if (database.isTransaction) database.exec('rollback')
    throw thrown
  }
}

/** Before anything is written: another program's file, or a newer one of ours, stays as it is. */
export function refuseUnknown(database: DatabaseSync, file: string): void {
  refuseForeign(database, file)
  refuseNewer(schemaVersion(database), file)
}

export function refuseNewer(version: number, file: string): void {
  if (version <= newestVersion) return
  throw new GateFault(
    'store-newer',
    `The database ${file} was written by a newer sekisho (schema ${version}; this one knows up to ${newestVersion}). ` +
      'Start the newer sekisho again, or restore the backup from before its upgrade.',
  )
}

function refuseForeign(database: DatabaseSync, file: string): void {
  const { tables } = database.prepare('select count(*) as tables from sqlite_schema').get() ?? {}
  if (isOurs(database) || tables === 0) return
  throw unusable(file, 'belongs to another program. Give sekisho a folder of its own.')
}

function isOurs(database: DatabaseSync): boolean {
  return database.prepare('pragma application_id').get()?.['application_id'] === applicationId
}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version'])
}
