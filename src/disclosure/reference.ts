/** The number that an answer shows in place of what it withholds; the audit log tells what it stands for. */

// Crockford's base 32: nothing that reads as something else.
const signs = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function makeReference(random: Uint8Array): string {
  const text = Array.from(random.subarray(0, 8), (byte) => signs[byte % 32]).join('')
  return `${text.slice(0, 4)}-${text.slice(4)}`
}

export function sayWithReference(reference: string): string {
  return `Something went wrong in the app. (Reference ${reference})`
}
