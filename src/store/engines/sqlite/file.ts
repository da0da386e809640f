/** The database file on disk: created for its owner alone, and refused when others could read or replace it. */
import { closeSync, openSync, realpathSync, statSync, type Stats } from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from '../../../kit/error-code.ts'
import { unusable } from './faults.ts'

const readableByOthers = 0o077
const writableByOthers = 0o022
const sticky = 0o1000

/**
 * Answers the real path. An existing file is never opened here: closing it again would drop the POSIX locks of this
 * process's other connections (sqlite.org/howtocorrupt.html section 2.2).
 * SQLite gives `-wal` and `-shm` the mode of the main file (os_unix.c, findCreateFileMode).
 */
export function claimFile(file: string): string {
  checkFolder(file)
  create(file)
  const real = realpathSync(file)
  for (const part of [real, `${real}-wal`, `${real}-shm`]) checkPrivate(part)
  return real
}

function checkFolder(file: string): void {
  const folder = dirname(file)
  const found = stat(folder, file)
  if (found?.isDirectory() !== true) {
    throw unusable(
      file,
      `has no folder to lie in: ${folder} does not exist. Create it: mkdir -m 700 ${folder}`,
    )
  }
  // Whoever may rename files in the folder could put another database, with another password, in this one's place.
  if (hasModes() && (found.mode & writableByOthers) !== 0 && (found.mode & sticky) === 0) {
    throw unusable(file, `lies in a folder that other users may write to. Close it: chmod go-w ${folder}`)
  }
}

function create(file: string): void {
  try {
    // Created before SQLite sees it, since SQLite would leave the mode to the umask.
    closeSync(openSync(file, 'wx', 0o600))
  } catch (thrown) {
    if (errorCode(thrown) === 'EEXIST') return
    throw unusable(file, `can't be created (${errorCode(thrown) ?? 'unknown error'}). ${access}`, thrown)
  }
}

const access = 'The user that runs sekisho needs write access to its folder.'

function checkPrivate(file: string): void {
  const found = stat(file, file)
  if (found === undefined) return
  if (!found.isFile()) throw unusable(file, 'is not a regular file.')
  if (hasModes() && (found.mode & readableByOthers) !== 0) {
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0')
    throw unusable(file, `is open to other users (mode ${mode}). Close it: chmod 600 ${file}`)
  }
}

function stat(path: string, file: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (thrown) {
    throw unusable(file, `can't be reached (${errorCode(thrown) ?? 'unknown error'}). ${access}`, thrown)
  }
}

/** Windows keeps rights in access lists, which Node doesn't show as modes. */
function hasModes(): boolean {
  return process.platform !== 'win32'
}
