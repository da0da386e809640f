/** Brings a database to the schema of this version; refuses one that is newer or isn't ours. */
import type { DatabaseSync } from 'node:sqlite'
import { GateFault } from '../../../kit/fault.ts'
import { version as ownVersion } from '../../../kit/version.ts'
import { migrations } from '../../migrations/index.ts'
import type { Migration } from '../../migrations/migration.ts'
import { keepCopy } from './copy.ts'
import { unusable } from './faults.ts'

/** "seki", in the header of every database of ours (sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x73656b69

const writerKey = 'sekisho-version'

export const newestVersion: number = migrations.length

/** An existing database that was brought to a newer schema. */
export interface Upgrade {
  readonly from: number
  readonly to: number
  /** The file as it was before, readable by its owner alone. */
  readonly copy: string
}

/** Answers what was done to a database that held something; undefined for a new one, and when there was nothing to do. */
export function migrate(
  database: DatabaseSync,
  file: string,
  all: readonly Migration[] = migrations,
): Upgrade | undefined {
  if (schemaVersion(database) === all.length && isOurs(database) && writerOf(database) === ownVersion()) {
    return undefined
  }
  // Two processes may arrive here at once: the version counts only once the lock is held.
  database.exec('begin immediate')
  try {
    refuseUnknown(database, file, all.length)
    const from = schemaVersion(database)
    const upgrade = from === 0 || from === all.length ? undefined : keepOld(file, from, all.length)
    for (const { version, sqlite } of all.slice(from)) {
      database.exec(sqlite)
      database.exec(`pragma user_version = ${version}; pragma application_id = ${applicationId}`)
    }
    database.prepare('insert or replace into meta (key, value) values (?, ?)').run(writerKey, ownVersion())
    database.exec('commit')
    return upgrade
  } catch (thrown) {
    if (database.isTransaction) database.exec('rollback')
    throw thrown
  }
}

/** The transaction has begun and written nothing: a second connection still reads the old state, and nobody changes it. */
function keepOld(file: string, from: number, to: number): Upgrade {
  const copy = `${file}.before-${to}`
  try {
    keepCopy(file, copy)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw unusable(file, `is not upgraded, since no copy of it can be kept in ${copy}: ${why}`, cause)
  }
  return { from, to, copy }
}

/** Before anything is written: another program's file, or a newer one of ours, stays as it is. */
export function refuseUnknown(database: DatabaseSync, file: string, newest = newestVersion): void {
  refuseForeign(database, file)
  const version = schemaVersion(database)
  if (version > newest) throw newer(version, file, newest, writerOf(database))
}

export function refuseNewer(version: number, file: string): void {
  if (version > newestVersion) throw newer(version, file, newestVersion)
}

function newer(version: number, file: string, newest: number, writer?: string): GateFault {
  return new GateFault(
    'store-newer',
    `The database ${file} was written by a newer sekisho (${writer === undefined ? '' : `${writer}, `}schema ${version}; ` +
      `this one knows up to ${newest}). ` +
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

/** The version of sekisho that last opened it for writing; the first release left none. */
function writerOf(database: DatabaseSync): string | undefined {
  const tables = database.prepare("select 1 from sqlite_schema where name = 'meta'").get()
  if (tables === undefined) return undefined
  const value = database.prepare('select value from meta where key = ?').get(writerKey)?.['value']
  return typeof value === 'string' ? value : undefined
}

export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('pragma user_version').get()?.['user_version'])
}
