/** What goes wrong with backups, in words for the operator. */
import { errorCode } from '../kit/error-code.ts'
import { GateFault } from '../kit/fault.ts'

/** `what` continues the name of the file. */
export function notABackup(file: string, what: string, cause?: unknown): GateFault {
  return new GateFault('backup-unusable', `${file} ${what}. Nothing was restored.`, { cause })
}

export function wrongPassphrase(file: string): GateFault {
  return new GateFault('usage', `The pass-phrase does not open ${file}. Nothing was restored.`)
}

/** `what` is the attempt, as in "The backup can't be written to x". */
export function failed(what: string, cause: unknown): GateFault {
  return new GateFault('backup-failed', `${what}: ${systemReason(cause)}.`, { cause })
}

/** Whether the operating system said no, and not the file's content. */
export function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'syscall' in thrown && 'code' in thrown
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'the file system is read-only',
  EEXIST: 'something else has that name',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is none',
  EPIPE: 'whoever was to take it has gone',
}

function systemReason(cause: unknown): string {
  const code = errorCode(cause) ?? ''
  const reason =
    reasons[code] ?? (code === '' ? 'something broke that should not have' : `the system says ${code}`)
  // Several folders take part; a stream has no path.
  return isSystemError(cause) && cause.path !== undefined ? `${reason} (${cause.path})` : reason
}
