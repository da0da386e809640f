/** A copy of a database as it is at one moment, whoever reads and writes meanwhile. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { asFault } from './faults.ts'

/** How long to wait for a writer that just switches the journal; readers and writers don't stop each other in WAL mode. */
const busyMs = 5_000

/**
 * Writes `to`, which must not exist, readable by its owner alone, and brings it to disk. VACUUM INTO runs in one read
 * transaction (sqlite.org/lang_vacuum.html): a consistent state, without free pages in which something old could stand.
 */
export function copyDatabase(file: string, to: string): void {
  // Created before SQLite sees it, since SQLite would leave the mode to the umask; it accepts an empty file.
  closeSync(openSync(to, 'wx', 0o600))
  try {
    const database = new DatabaseSync(file, { timeout: busyMs, readOnly: true, defensive: true })
    try {
      database.exec('pragma trusted_schema = off; pragma temp_store = memory')
      database.prepare('vacuum into ?').run(to)
    } finally {
      database.close()
    }
  } catch (thrown) {
    rmSync(to, { force: true })
    throw asFault(file, thrown)
  }
  sync(to)
}

/** The same, into a place where an older copy may lie: the new one takes its place when it is complete. */
export function keepCopy(file: string, to: string): void {
  const draft = `${to}.draft`
  // Left by a process that was killed; two processes don't come here at once (migrate.ts holds the lock).
  rmSync(draft, { force: true })
  copyDatabase(file, draft)
  renameSync(draft, to)
  if (process.platform !== 'win32') sync(dirname(to))
}

/** Only ever of files that no connection of this process has open: closing would drop its locks. */
function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
