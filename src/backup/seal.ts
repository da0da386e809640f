/** The envelope of a backup: an age file under a pass-phrase (https://age-encryption.org/v1, scrypt recipient). */
import { Decrypter, Encrypter } from 'age-encryption'
import { normalizePassword } from '../contract/contract.ts'
import type { Secret } from '../kit/secret.ts'
import { notABackup, wrongPassphrase } from './faults.ts'

export type Bytes = ReadableStream<Uint8Array>

/** scrypt with N = 2^18 (the age programs' own choice): about a second and 256 MB, once for each backup and restore. */
export async function seal(plain: Bytes, passphrase: Secret): Promise<Bytes> {
  const encrypter = new Encrypter()
  encrypter.setPassphrase(normalizePassword(passphrase.reveal()))
  return encrypter.encrypt(plain)
}

const firstLine = 'age-encryption.org/v1\n'

/** What the first bytes of a file say of it; undefined when it can be a backup. */
export function judgeStart(start: Uint8Array): string | undefined {
  const text = Buffer.from(start).toString('latin1')
  if (text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----')) {
    return 'is an age file written as text. Decrypt it with the age program and encrypt it again without --armor'
  }
  if (!text.startsWith(firstLine)) return 'is not a backup: it is no age file'
  return text.startsWith('-> scrypt ', firstLine.length)
    ? undefined
    : 'is not a backup: it was encrypted to a key and not with a pass-phrase'
}

/** Rejects before the first byte when the pass-phrase is wrong. */
export async function unseal(file: string, sealed: Bytes, passphrase: Secret): Promise<Bytes> {
  const decrypter = new Decrypter()
  const typed = passphrase.reveal()
  const normalized = normalizePassword(typed)
  decrypter.addPassphrase(normalized)
  // Made by a person with the age program, which takes what was typed as it is.
  if (typed !== normalized) decrypter.addPassphrase(typed)
  try {
    return await decrypter.decrypt(sealed)
  } catch (cause) {
    // Its words where no stanza opened (age-encryption 0.3.1, index.js); everything else is a header out of order.
    if (cause instanceof Error && cause.message.startsWith('no identity matched')) throw wrongPassphrase(file)
    throw notABackup(file, 'is damaged: its header is out of order', cause)
  }
}
