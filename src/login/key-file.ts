/** Where the set-up key comes from: the environment, or a file that only its owner can read. */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../kit/error-code.ts'
import { GateFault } from '../kit/fault.ts'
import { makeKeyRing, parseKeyRing } from './key.ts'
import type { KeyRing } from './key.ts'

export const keyVariable = 'SEKISHO_KEY'

export interface KeyPlace {
  /** The environment; `SEKISHO_KEY` in it is stronger than the file. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly file: string
}

const greatestBytes = 4096

/** The key that is there. Throws `key-missing` when there is none. */
export async function loadKeyRing(place: KeyPlace): Promise<KeyRing> {
  const given = place.env[keyVariable]
  // Set but empty is a secret that failed to arrive, not the wish for a new key.
  if (given !== undefined) return parseKeyRing(given, `the environment variable ${keyVariable}`)
  const text = await readPrivateFile(place)
  if (text === undefined) {
    throw new GateFault(
      'key-missing',
      `There is no set-up key: neither ${keyVariable} nor ${place.file}. Restore the file from your ` +
        'backup. Without it the old password no longer works and the audit log cannot be verified; to begin anew, move ' +
        'the state folder away and set a password again.',
    )
  }
  return parseKeyRing(text, place.file)
}

/** The key that is there, or a new one, written to the file before it is used. */
export async function loadOrMakeKeyRing(place: KeyPlace): Promise<KeyRing> {
  try {
    return await loadKeyRing(place)
  } catch (fault) {
    if (!(fault instanceof GateFault) || fault.code !== 'key-missing') throw fault
  }
  const keys = await makeKeyRing()
  if (await writeNewFile(place.file, `${keys.line().reveal()}\n`)) return keys
  // Somebody else was faster; theirs is the key now.
  return loadKeyRing(place)
}

async function readPrivateFile(place: KeyPlace): Promise<string | undefined> {
  const { file } = place
  const handle = await openIfThere(file)
  if (handle === undefined) return undefined
  try {
    // Asked of the open file, so that nobody can swap it between the question and the reading.
    const stat = await handle.stat()
    if (!stat.isFile() || stat.size > greatestBytes) {
      throw new GateFault('key-invalid', `The set-up key ${file} is not a key file.`)
    }
    // Windows has no such bits; there the folder's access list decides.
    if (process.platform !== 'win32' && (stat.mode & strangersBits(place)) !== 0)
      throw exposed(file, stat.mode)
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/**
 * systemd hands a credential over in a folder that only the service can enter, and lets it read the file by an access list
 * where it can (systemd 254 and newer, on tmpfs). The mask of such a list stands where the group's bits are (acl(5)).
 */
function strangersBits({ env, file }: KeyPlace): number {
  const credentials = env['CREDENTIALS_DIRECTORY']
  return credentials !== undefined && dirname(file) === credentials ? 0o037 : 0o077
}

async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r')
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw new GateFault(
      'key-invalid',
      `The set-up key ${file} can't be read (${errorCode(cause) ?? 'unknown'}).`,
      { cause },
    )
  }
}

/** False when the file exists already. Linked into place, so that a reader never meets half a key. */
async function writeNewFile(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    // `wx` is O_CREAT | O_EXCL: never through somebody's link, never over a file.
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    try {
      await link(draft, file)
    } finally {
      await unlink(draft)
    }
    await syncFolder(dirname(file))
    return true
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') return false
    throw new GateFault(
      'key-missing',
      `The set-up key can't be written to ${file} (${errorCode(cause) ?? 'unknown'}). Choose another key_file or set ${keyVariable}.`,
      { cause },
    )
  }
}

/** The new name has to survive a power cut as well: passwords made with a lost key are lost too. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function exposed(file: string, mode: number): GateFault {
  const bits = (mode & 0o777).toString(8).padStart(4, '0')
  return new GateFault(
    'key-exposed',
    `The set-up key ${file} can be read or changed by others (mode ${bits}). Run: chmod 600 '${file}'. If somebody ` +
      'may have read it, make a new key and set the password again.',
  )
}
