/** Takes a backup apart and puts it together again, at next to no cost and with whatever change a test wants. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { Decrypter, Encrypter } from 'age-encryption'
import { packTar, unpackTar, type ParsedTarEntryWithData } from 'modern-tar'

export type Entry = ParsedTarEntryWithData

export async function openSealed(file: string, passphrase: string): Promise<Entry[]> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  return unpackTar(await decrypter.decrypt(await readFile(file)), { strict: true })
}

/** With scrypt's cost at its least. */
export async function sealAgain(file: string, passphrase: string, entries: readonly Entry[]): Promise<void> {
  const encrypter = new Encrypter()
  encrypter.setScryptWorkFactor(1)
  encrypter.setPassphrase(passphrase)
  await writeFile(file, await encrypter.encrypt(await packTar(entries)))
}

export function entryOf(
  name: string,
  data: Uint8Array | string,
  type: Entry['header']['type'] = 'file',
): Entry {
  const bytes = Uint8Array.from(typeof data === 'string' ? Buffer.from(data) : data)
  return { header: { name, size: bytes.byteLength, type, mode: 0o600 }, data: bytes }
}

export interface LooseManifest {
  [field: string]: unknown
  files: { name: string; bytes: number; sha256: string }[]
}

/** The entries with a changed manifest. */
export function withManifest(entries: readonly Entry[], change: (manifest: LooseManifest) => void): Entry[] {
  const [first, ...rest] = entries
  const manifest = JSON.parse(Buffer.from(first?.data ?? []).toString()) as LooseManifest
  change(manifest)
  return [entryOf('manifest.json', JSON.stringify(manifest)), ...rest]
}

/** The entries with another content for one of them, and a manifest that agrees. */
export function withContent(entries: readonly Entry[], name: string, data: Uint8Array): Entry[] {
  const sha256 = createHash('sha256').update(data).digest('hex')
  const changed = entries.map((entry) => (entry.header.name === name ? entryOf(name, data) : entry))
  return withManifest(changed, (manifest) => {
    manifest.files = manifest.files.map((each) =>
      each.name === name ? { name, bytes: data.byteLength, sha256 } : each,
    )
  })
}
