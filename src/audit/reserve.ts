/** A file of real bytes that is given up when the disk is full, so that signing out and the fault can be recorded. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { isDiskFull, type Disk } from './disk.ts'

const reserveBytes = 1024 * 1024

export class Reserve {
  readonly #disk: Disk
  readonly #dir: string
  readonly #path: string

  constructor(disk: Disk, dir: string) {
    this.#disk = disk
    this.#dir = dir
    this.#path = join(dir, 'reserve')
  }

  /** True when the reserve is there afterwards; false while the disk is too full to make it. */
  async ensure(): Promise<boolean> {
    const found = await this.#disk.stat(this.#path)
    if (found !== undefined && found.bytes >= reserveBytes) return true
    await this.release()
    // As much again must stay free, or the next record would need the reserve at once.
    if ((await this.#disk.freeBytes(this.#dir)) < 2 * reserveBytes) return false
    try {
      const file = await this.#disk.createFile(this.#path)
      try {
        // Random, since a file system may compress.
        await file.append(randomBytes(reserveBytes))
      } finally {
        await file.close()
      }
      return true
    } catch (error) {
      if (isDiskFull(error)) {
        await this.release()
        return false
      }
      // Another process made it at the same moment.
      if ((await this.#disk.stat(this.#path)) !== undefined) return true
      throw error
    }
  }

  /** Whether so little is free that, once given up, the reserve could not be made anew. */
  async isNeeded(): Promise<boolean> {
    return (await this.#disk.freeBytes(this.#dir)) < reserveBytes
  }

  /** Answers whether that freed anything. */
  release(): Promise<boolean> {
    return this.#disk.remove(this.#path)
  }
}
