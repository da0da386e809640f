/** The account at a CA: a key of its own, made once and kept. */
import { createPrivateKey } from 'node:crypto'
import { join } from 'node:path'
import type { Client } from 'acme-client'
import { readPrivateFile, writePrivateFile } from '../private-file.ts'
import type { Directory, Transport } from './transport.ts'

export interface AccountSettings {
  /** Belongs to one directory; a key is never shown to two CAs. */
  readonly folder: string
  readonly email?: string
  /** Called before an account is made. */
  readonly announce: () => void
}

export async function openAccount(transport: Transport, settings: AccountSettings): Promise<Client> {
  const { folder, email, announce } = settings
  const file = join(folder, 'account.pem')
  const contact = email === undefined ? {} : { contact: [`mailto:${email}`] }
  const known = await readKey(file)
  if (known !== undefined) {
    const client = transport.connect(known)
    if (await isKnown(client)) {
      if (email !== undefined) await client.updateAccount(contact)
      return client
    }
  }
  announce()
  const key = known ?? (await transport.crypto.createPrivateEcdsaKey('P-256')).toString()
  // Kept first: an account whose key is lost counts against the limits of the CA all the same.
  if (known === undefined) await writePrivateFile(file, key)
  const client = transport.connect(key)
  await client.createAccount({ termsOfServiceAgreed: true, ...contact })
  return client
}

/** Whatever isn't a key is as good as none: an account costs nothing but a new key. */
async function readKey(file: string): Promise<string | undefined> {
  const text = await readPrivateFile(file)
  if (text === undefined) return undefined
  try {
    createPrivateKey(text)
    return text
  } catch {
    return undefined
  }
}

/** RFC 8555 section 7.3.1: finds the account of a key without making one. False at a CA that has lost it. */
async function isKnown(client: Client): Promise<boolean> {
  try {
    await client.createAccount({ onlyReturnExisting: true })
    return true
  } catch (thrown) {
    // acme-client tells what a CA says as a plain Error without a code; a CA that can't be reached has one.
    if (thrown instanceof Error && 'code' in thrown) throw thrown
    return false
  }
}

/** RFC 8555 section 7.3: making an account means agreeing to the terms; the operator decided that by asking for one. */
export function termsWords(directory: string, { termsOfService }: Directory): string {
  const { host } = new URL(directory)
  return termsOfService === undefined
    ? `Certificates come from the CA at ${host}.`
    : `Certificates come from the CA at ${host}; running this means agreeing to its terms: ${termsOfService}`
}
