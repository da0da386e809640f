/** What the database engine throws, turned into words for the operator. */
import { GateFault } from '../../../kit/fault.ts'

const busy = 5

/** Primary result codes (sqlite.org/rescode.html) that an operator can do something about. */
const remedies: ReadonlyMap<number, string> = new Map([
  [
    busy,
    'is kept locked by another process. Look for a sqlite3 shell or a backup that holds it, and try again.',
  ],
  [8, 'is read-only. The user that runs sekisho needs write access to the file and to its folder.'],
  [10, "can't be read or written: the disk reports an error. Check the disk and the system's log."],
  [11, 'is damaged. Restore it from a backup, or move it away and set the password again.'],
  [13, "can't grow: the disk is full. Free some space."],
  [14, "can't be opened. The user that runs sekisho needs write access to the file and to its folder."],
  [19, 'refused a record that contradicts one it has.'],
  [
    26,
    'is not a database, or is damaged. Restore it from a backup, or move it away and set the password again.',
  ],
])

/** Wrong calls by our own code (`TypeError`) and faults that have their words already stay as they are. */
export function asFault(file: string, thrown: unknown): unknown {
  if (thrown instanceof GateFault || thrown instanceof TypeError) return thrown
  return unusable(file, reason(thrown), thrown)
}

export function unusable(file: string, sentence: string, cause?: unknown): GateFault {
  return new GateFault('store-unusable', `The database ${file} ${sentence}`, { cause })
}

export function isBusy(thrown: unknown): boolean {
  return primaryCode(thrown) === busy
}

function reason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "can't be used."
  if ('code' in thrown && thrown.code === 'ERR_INVALID_STATE') return 'is closed.'
  const code = primaryCode(thrown)
  if (code === undefined) return `can't be used: ${thrown.message}`
  return `${remedies.get(code) ?? "can't be used."} (SQLite ${code}: ${thrown.message})`
}

/** The lowest byte of an extended result code. */
function primaryCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('errcode' in thrown)) return undefined
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : undefined
}
