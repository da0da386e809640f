/** What the app's origin and a login host tell each other in fragments, which browsers send to nobody. */
import { stepUps } from 'sekisho/proof'
import type { Confirmation } from '../step-up/confirmation-channel.ts'

/** To the login host: the public half of the key that will sign. */
const keyField = 'sekisho-key'
/** Back: what the app's page comes in with. */
export const codeField = 'sekisho-code'
/** Back: whose ticket was confirmed. */
const doneField = 'sekisho-confirmed'

export function writeKey(publicKey: string): string {
  return new URLSearchParams({ [keyField]: publicKey }).toString()
}

/** SEC 1 section 2.3.3: 65 bytes. */
export function keyOfApp(hash: string): string | undefined {
  const key = read(hash, keyField)
  return key?.length === 87 ? key : undefined
}

export function codeIn(hash: string): string | undefined {
  return read(hash, codeField)
}

export function writeConfirmed({ ticket, what, code }: Confirmation): string {
  const fields = { [doneField]: ticket, what, ...(code === undefined ? {} : { [codeField]: code }) }
  return new URLSearchParams(fields).toString()
}

export function readConfirmed(hash: string): Confirmation | undefined {
  const ticket = read(hash, doneField)
  const code = read(hash, codeField)
  const what = stepUps.find((one) => one === read(hash, 'what'))
  if (ticket === undefined || what === undefined) return undefined
  return code === undefined ? { ticket, what } : { ticket, what, code }
}

function read(hash: string, name: string): string | undefined {
  const value = new URLSearchParams(hash.replace(/^#/, '')).get(name)
  return value !== null && /^[\w-]{1,4096}$/.test(value) ? value : undefined
}
