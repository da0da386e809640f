/** One connection to the file: how it is set up, how a transaction runs, how faults get their words. */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { GateFault } from '../../../kit/fault.ts'
import { asFault, isBusy, unusable } from './faults.ts'
import { claimFile } from './file.ts'
import { migrate, refuseUnknown, type Upgrade } from './migrate.ts'
import { prepareStatements, type Statements } from './statements.ts'

/**
 * What an acknowledged write survives: `durable` the power cord (synchronous=FULL, one fsync), `cheap` the end of the
 * process but not surely of the machine (NORMAL, no fsync). Neither can damage the file (sqlite.org/wal.html).
 */
export type Keeping = 'durable' | 'cheap'

export interface Connection {
  readonly file: string
  readonly upgrade?: Upgrade
  /** One statement, or reads that need no common view; a change is durable. */
  run<T>(work: (statements: Statements) => T): T
  /** Reading, deciding and writing as one step, whoever else writes; undone when `work` throws. */
  transact<T>(keeping: Keeping, work: (statements: Statements) => T): T
  /** Throws, from then on always, when the file was moved away: everybody else would be working on another one. */
  checkPlace(): void
  close(): void
}

/** How long a write waits for another process. Ours hold the lock for milliseconds. */
const busyMs = 5_000

export async function connect(path: string): Promise<Connection> {
  const file = claimFile(path)
  const own = placeOf(file)
  const database = open(file)
  let statements: Statements
  let upgrade: Upgrade | undefined
  try {
    upgrade = await setUp(database, file)
    statements = prepareStatements(database)
  } catch (thrown) {
    database.close()
    throw asFault(file, thrown)
  }

  let retired: GateFault | undefined
  const run: Connection['run'] = (work) => {
    if (retired !== undefined) throw retired
    try {
      return work(statements)
    } catch (thrown) {
      const fault = asFault(file, thrown)
      // Fails closed: what a session, a token or a user is may mean something else in a newer schema.
      if (fault instanceof GateFault && fault.code === 'store-newer') retired = fault
      throw fault
    }
  }
  return {
    file,
    ...(upgrade === undefined ? {} : { upgrade }),
    run,
    transact: (keeping, work) => run(() => transact(database, statements, keeping, work)),
    checkPlace() {
      if (retired === undefined && placeOf(file) !== own) {
        retired = unusable(file, 'was moved away or replaced, as by a restore. Restart the gate.')
      }
      if (retired !== undefined) throw retired
    },
    close() {
      if (database.isOpen) database.close()
    },
  }
}

/** Asked before the file is opened: what is put in its place in between counts as another one. */
function placeOf(file: string): string | undefined {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: busyMs, defensive: true })
  } catch (thrown) {
    throw asFault(file, thrown)
  }
}

async function setUp(database: DatabaseSync, file: string): Promise<Upgrade | undefined> {
  // sqlite.org/security.html: a database that somebody prepared must not make us run its functions.
  database.exec('pragma trusted_schema = off; pragma cell_size_check = on')
  const check = database.prepare('pragma quick_check(1)').get()?.['quick_check']
  if (check !== 'ok') {
    throw unusable(file, `is damaged (${String(check)}). Restore it from a backup, or move it away.`)
  }

  refuseUnknown(database, file)

  await switchToWal(database, file)
  // fsync on macOS leaves data in the drive's cache; these two change nothing elsewhere.
  database.exec('pragma synchronous = full; pragma fullfsync = on; pragma checkpoint_fullfsync = on')
  // Ended sessions hold addresses, replaced passwords an OPAQUE record: neither stays in free pages or in /tmp.
  database.exec('pragma secure_delete = on; pragma temp_store = memory')
  // SQLite opens what it may only read, and even begins; a write, undone, finds out before the first login does.
  database.exec('begin immediate; pragma user_version = 0; rollback')
  return migrate(database, file)
}

/**
 * Two processes that switch a new file to WAL at the same moment get BUSY, some at once and some after waiting for each
 * other, so each waits shortly and tries again. Later on the file says WAL already.
 */
async function switchToWal(database: DatabaseSync, file: string): Promise<void> {
  database.exec('pragma busy_timeout = 50')
  for (let triesLeft = busyMs / 50; ; triesLeft--) {
    try {
      const mode = database.prepare('pragma journal_mode = wal').get()?.['journal_mode']
      if (mode === 'wal') break
      throw unusable(file, 'lies on a file system without shared memory (WAL). Move it to a local disk.')
    } catch (thrown) {
      if (triesLeft === 0 || !isBusy(thrown)) throw thrown
      await setTimeout(10)
    }
  }
  database.exec(`pragma busy_timeout = ${busyMs}`)
}

function transact<T>(
  database: DatabaseSync,
  statements: Statements,
  keeping: Keeping,
  work: (statements: Statements) => T,
): T {
  // One connection for both kinds: `data_version` then tells other processes' writes from all of ours.
  if (keeping === 'cheap') database.exec('pragma synchronous = normal')
  try {
    statements.begin.run()
    const result = work(statements)
    statements.commit.run()
    return result
  } catch (thrown) {
    if (database.isTransaction) statements.rollback.run()
    throw thrown
  } finally {
    if (keeping === 'cheap') database.exec('pragma synchronous = full')
  }
}
