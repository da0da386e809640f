/** Opens a backup and unpacks it where nobody looks yet: every length and every hash is checked against the manifest. */
import { open, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { errorCode } from '../kit/error-code.ts'
import { GateFault } from '../kit/fault.ts'
import type { Secret } from '../kit/secret.ts'
import { unpackArchive, type UnpackedFile } from './archive.ts'
import { failed, isSystemError, notABackup } from './faults.ts'
import { names, parseManifest, type ListedFile, type Manifest } from './manifest.ts'
import { judgeStart, unseal, type Bytes } from './seal.ts'
import { writeNewFile } from './write-file.ts'

/** Far more segments than a database ever knows. */
const mostManifestBytes = 64 * 1024 * 1024
const startBytes = 64

/** Before anybody is asked for a pass-phrase. */
export async function checkStart(file: string): Promise<void> {
  const handle = await openBackup(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(startBytes), 0, startBytes, 0)
    const trouble = judgeStart(buffer.subarray(0, bytesRead))
    if (trouble !== undefined) throw notABackup(file, trouble)
  } finally {
    await handle.close()
  }
}

/** `begin` hears what the backup is and answers the path of each file, before the first one is written. */
export async function unpackBackup(
  file: string,
  passphrase: Secret,
  begin: (manifest: Manifest) => Promise<(listed: ListedFile) => string>,
): Promise<Manifest> {
  const handle = await openBackup(file)
  try {
    const sealed = Readable.toWeb(handle.createReadStream({ start: 0, autoClose: false })) as Bytes
    return await unpack(file, await unseal(file, sealed, passphrase), begin)
  } catch (cause) {
    if (cause instanceof GateFault) throw cause
    if (isSystemError(cause)) throw failed(`${file} can't be unpacked`, cause)
    throw notABackup(file, 'is damaged or cut off', cause)
  } finally {
    await handle.close()
  }
}

async function unpack(
  file: string,
  plain: Bytes,
  begin: (manifest: Manifest) => Promise<(listed: ListedFile) => string>,
): Promise<Manifest> {
  const entries = unpackArchive(plain)
  const first = await entries.next()
  if (first.done === true || first.value.name !== names.manifest) throw strange(file)
  const manifest = await readManifest(file, first.value)
  const pathOf = await begin(manifest)
  const waiting = new Map(manifest.files.map((listed) => [listed.name, listed]))
  for await (const entry of entries) {
    const listed = waiting.get(entry.name)
    if (listed === undefined || !entry.isFile || entry.bytes !== listed.bytes) throw strange(file)
    waiting.delete(entry.name)
    const { bytes, sha256 } = await writeNewFile(pathOf(listed), entry.body)
    if (bytes !== listed.bytes || sha256 !== listed.sha256) throw strange(file)
  }
  if (waiting.size > 0) throw strange(file)
  return manifest
}

async function readManifest(file: string, { bytes, body }: UnpackedFile): Promise<Manifest> {
  if (bytes > mostManifestBytes) throw strange(file)
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  const verdict = parseManifest(Buffer.concat(pieces).toString('utf8'))
  switch (verdict.kind) {
    case 'manifest':
      return verdict.manifest
    case 'newer':
      throw notABackup(
        file,
        `was made by a newer sekisho (format ${verdict.version}). Restore it with that one`,
      )
    case 'malformed':
      throw strange(file)
    default:
      return verdict satisfies never
  }
}

/** Opened by the pass-phrase, and still not what `sekisho backup` writes. */
function strange(file: string): GateFault {
  return notABackup(file, 'is not a backup of sekisho, or was put together wrongly')
}

async function openBackup(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file, 'r')
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
  } catch (cause) {
    const code = errorCode(cause) ?? ''
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EACCES'
          ? 'this user may not read it'
          : `the system says ${code}`
    throw new GateFault('usage', `${file} can't be read: ${why}.`, { cause })
  }
  throw new GateFault('usage', `${file} is not a file.`)
}
