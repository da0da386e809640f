/** The few things the log asks of a file system; `systemDisk` is the real one. */
import { chmod, mkdir, open, readdir, stat, statfs, unlink, type FileHandle } from 'node:fs/promises'
import { errorCode } from '../kit/error-code.ts'
import { GateFault } from '../kit/fault.ts'

export interface DiskFile {
  /** Writes at the end and resolves when the bytes are on disk. */
  append(bytes: Uint8Array): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  makeDirectory(dir: string): Promise<void>
  /** Fails when the path exists. */
  createFile(path: string): Promise<DiskFile>
  /** Answers whether there was a file. */
  remove(path: string): Promise<boolean>
  list(dir: string): Promise<readonly string[]>
  stat(path: string): Promise<{ readonly bytes: number; readonly modifiedAt: number } | undefined>
  /** Makes new names in a directory last. */
  syncDirectory(dir: string): Promise<void>
  freeBytes(dir: string): Promise<number>
}

export const systemDisk: Disk = {
  async makeDirectory(dir) {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    // OWASP ASVS 5.0 16.4.2: logs are protected from reading, an older directory of ours included.
    await chmod(dir, 0o700)
  },
  async createFile(path) {
    // O_APPEND, O_CREAT, O_EXCL: never through a symbolic link, never somebody else's file.
    return new SystemFile(await open(path, 'ax', 0o600))
  },
  async remove(path) {
    try {
      await unlink(path)
      return true
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false
      throw error
    }
  },
  list: (dir) => readdir(dir),
  async stat(path) {
    try {
      const { size, mtimeMs } = await stat(path)
      return { bytes: size, modifiedAt: mtimeMs }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  },
  async syncDirectory(dir) {
    const handle = await open(dir, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  async freeBytes(dir) {
    const { bavail, bsize } = await statfs(dir)
    return bavail * bsize
  },
}

class SystemFile implements DiskFile {
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.byteLength;) {
      sent += (await this.#handle.write(bytes, sent)).bytesWritten
    }
    await this.#handle.datasync()
    // A file without a name takes every write and keeps none: somebody removed the log while it was open.
    if ((await this.#handle.stat()).nlink === 0)
      throw new GateFault('audit-broken', 'the segment was removed')
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length)
    await this.#handle.datasync()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

/**
 * SQLITE_FULL, and what SQLite's os_unix.c says of a full disk in other words: SQLITE_IOERR_WRITE for EDQUOT, _FSYNC when
 * the file system finds out late, _SHMSIZE when the index of the WAL can't grow (sqlite.org/rescode.html).
 */
const sqliteFull: ReadonlySet<number> = new Set([13, 778, 1034, 4874])

/** Faults wrap one or two errors. */
const deepestCause = 8

/** No space, or no more of it for this user, in this error or in one that caused it. */
export function isDiskFull(thrown: unknown): boolean {
  let error = thrown
  for (let depth = 0; depth < deepestCause && error instanceof Error; depth += 1) {
    if (['ENOSPC', 'EDQUOT'].includes(errorCode(error) ?? '')) return true
    if ('errcode' in error && typeof error.errcode === 'number' && sqliteFull.has(error.errcode)) return true
    error = error.cause
  }
  return false
}
