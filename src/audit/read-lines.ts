/** Reads a growing file line by line; at its end it can be asked again later. Holds no file open in between. */
import { open } from 'node:fs/promises'
import { errorCode } from '../kit/error-code.ts'

const chunkBytes = 256 * 1024
/** Far longer than any record of ours. */
const longestLine = 256 * 1024
const newline = 0x0a

export class LineReader {
  readonly #path: string
  #offset = 0
  #buffer = Buffer.alloc(0)
  #skipping = false

  constructor(path: string) {
    this.#path = path
  }

  /** Bytes behind the last newline. */
  get tornBytes(): number {
    return this.#buffer.length
  }

  /** The next complete line without its newline; empty when it is too long to be ours; undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf(newline)
      if (end >= 0) {
        const line = this.#buffer.subarray(0, end)
        this.#buffer = this.#buffer.subarray(end + 1)
        const whole = !this.#skipping
        this.#skipping = false
        return whole ? line : Buffer.alloc(0)
      }
      if (this.#buffer.length > longestLine) {
        this.#skipping = true
        this.#buffer = Buffer.alloc(0)
      }
      if (!(await this.#fill())) return undefined
    }
  }

  async #fill(): Promise<boolean> {
    const chunk = await readChunk(this.#path, this.#offset)
    if (chunk.length === 0) return false
    this.#offset += chunk.length
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    return true
  }
}

/** Empty at the end, and when retention has removed the file meanwhile. */
async function readChunk(path: string, offset: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, offset)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
