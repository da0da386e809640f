/** An existing database for reading alone: nothing is created, migrated or written, not even beside it. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { Store } from '../../store.ts'
import type { Connection } from './connection.ts'
import { asFault, unusable } from './faults.ts'
import { newestVersion, refuseUnknown } from './migrate.ts'
import { storeOver } from './open.ts'
import { prepareStatements, type Statements } from './statements.ts'

/** Faults: `store-unusable`, also for a database of an older version, and `store-newer`. Its writes fail. */
export async function readSqliteStore({ file }: { readonly file: string }): Promise<Store> {
  const database = open(file)
  try {
    database.exec('pragma trusted_schema = off; pragma temp_store = memory')
    refuseUnknown(database, file)
    refuseOlder(database, file)
    return storeOver(readConnection(file, database, prepareStatements(database)))
  } catch (thrown) {
    database.close()
    throw asFault(file, thrown)
  }
}

/**
 * A database in WAL mode that nobody has open can be read without leaving `-wal` and `-shm` behind only as `immutable`
 * (sqlite.org/uri.html). Where a log lies beside it somebody writes, or was killed, and the usual way sees all of it.
 */
function open(file: string): DatabaseSync {
  const url = pathToFileURL(file)
  if (!existsSync(`${file}-wal`)) url.searchParams.set('immutable', '1')
  try {
    return new DatabaseSync(url, { readOnly: true, timeout: 5_000, defensive: true })
  } catch (thrown) {
    throw asFault(file, thrown)
  }
}

function refuseOlder(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('pragma user_version').get()?.['user_version'])
  if (version === newestVersion) return
  throw unusable(file, 'was written by an older sekisho. Start the gate once, which brings it up to date.')
}

function readConnection(file: string, database: DatabaseSync, statements: Statements): Connection {
  const run: Connection['run'] = (work) => {
    try {
      return work(statements)
    } catch (thrown) {
      throw asFault(file, thrown)
    }
  }
  return {
    file,
    run,
    transact: () => {
      throw unusable(file, 'is open for reading only.')
    },
    // It is open for one look.
    checkPlace: () => undefined,
    close() {
      if (database.isOpen) database.close()
    },
  }
}
