/** The files of a backup, each with its length and hash before the first byte is written. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, open, type FileHandle } from 'node:fs/promises'
import { errorCode } from '../kit/error-code.ts'
import type { PackedFile } from './archive.ts'
import type { ListedFile } from './manifest.ts'

export interface Hashed extends PackedFile {
  readonly sha256: string
}

export function listed({ name, bytes, sha256 }: Hashed): ListedFile {
  return { name, bytes, sha256 }
}

export function textFile(name: string, text: string): Hashed {
  const bytes = Buffer.from(text)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    name,
    bytes: bytes.byteLength,
    sha256,
    async *open() {
      yield bytes
    },
  }
}

/** A file that nobody changes meanwhile. */
export async function wholeFile(name: string, path: string): Promise<Hashed> {
  const file = await open(path, 'r')
  try {
    return await hashed(name, path, (await file.stat()).size)
  } finally {
    await file.close()
  }
}

/**
 * A segment of the audit log as far as its last complete line: its process may be writing at this moment. The head in the
 * copied database is older than this reading, so every record it counts is here. Undefined when retention took the file;
 * when it does so later, the file lives on under the name `held` until the backup is made.
 */
export async function segmentFile(name: string, path: string, held: string): Promise<Hashed | undefined> {
  const lasting = await hold(path, held)
  let file: FileHandle
  try {
    file = await open(lasting, 'r')
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return undefined
    throw thrown
  }
  try {
    return await hashed(name, lasting, await endOfLines(file))
  } finally {
    await file.close()
  }
}

/** Where it can't be linked, as when the log lies on a disk of its own, the file has to stay where it is. */
async function hold(path: string, held: string): Promise<string> {
  try {
    await link(path, held)
    return held
  } catch {
    return path
  }
}

async function hashed(name: string, path: string, bytes: number): Promise<Hashed> {
  const hash = createHash('sha256')
  for await (const piece of readStart(path, bytes)) hash.update(piece)
  return { name, bytes, sha256: hash.digest('hex'), open: () => readStart(path, bytes) }
}

async function* readStart(path: string, bytes: number): AsyncGenerator<Buffer, void> {
  if (bytes === 0) return
  const stream: AsyncIterable<Buffer> = createReadStream(path, { end: bytes - 1 })
  yield* stream
}

const newline = 0x0a
const chunkBytes = 256 * 1024

/** The position behind the last newline. */
async function endOfLines(file: FileHandle): Promise<number> {
  let end = (await file.stat()).size
  while (end > 0) {
    const start = Math.max(0, end - chunkBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
    const at = buffer.subarray(0, bytesRead).lastIndexOf(newline)
    if (at >= 0) return start + at + 1
    end = start
  }
  return 0
}
