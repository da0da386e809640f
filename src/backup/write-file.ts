/** Writing files that are on disk when the promise resolves, for their owner alone. */
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'

export interface Written {
  readonly bytes: number
  readonly sha256: string
}

/** Fails when the path exists: never over a file, never through somebody's link. */
export async function writeNewFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<Written> {
  const file = await open(path, 'wx', 0o600)
  try {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const piece of pieces) {
      hash.update(piece)
      bytes += piece.byteLength
      await writeAll(file, piece)
    }
    await file.sync()
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let sent = 0; sent < piece.byteLength;) sent += (await file.write(piece, sent)).bytesWritten
}

/** Makes names in a folder, or the content of a file that nobody has open, last through a power cut. */
export async function syncPath(path: string): Promise<void> {
  // Windows can't open folders.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
