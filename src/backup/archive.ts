/** The tar file inside a backup, written and read as a stream: neither side ever holds a whole file in memory. */
import { createTarDecoder, createTarPacker } from 'modern-tar'
import type { Bytes } from './seal.ts'

export interface PackedFile {
  readonly name: string
  readonly bytes: number
  /** Exactly `bytes` bytes; a mismatch breaks the archive. */
  open(): AsyncIterable<Uint8Array>
}

export function packArchive(files: readonly PackedFile[], madeAt: Date): Bytes {
  const { readable, controller } = createTarPacker()
  const pack = async () => {
    for (const { name, bytes, open } of files) {
      const entry = controller
        .add({ name, size: bytes, mtime: madeAt, mode: 0o600, type: 'file', uid: 0, gid: 0 })
        .getWriter()
      for await (const piece of open()) await entry.write(piece)
      await entry.close()
    }
    controller.finalize()
  }
  // Whoever reads the archive gets the error.
  pack().catch((thrown: unknown) => {
    controller.error(thrown)
  })
  return readable
}

export interface UnpackedFile {
  readonly name: string
  readonly bytes: number
  readonly isFile: boolean
  readonly body: AsyncIterable<Uint8Array>
}

/** Each body is to be read to its end before the next file is asked for. */
export async function* unpackArchive(archive: Bytes): AsyncGenerator<UnpackedFile, void> {
  const entries = archive.pipeThrough(createTarDecoder({ strict: true }))
  for await (const { header, body } of entries) {
    const isFile = (header.type ?? 'file') === 'file'
    yield { name: header.name, bytes: header.size, isFile, body }
  }
}
