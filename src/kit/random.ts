/** Random tokens and identifiers from the system's generator. */
import { randomBytes, randomInt } from 'node:crypto'
import { toBase64url } from './base64url.ts'

/** `bytes` random bytes as base64url; 32 bytes make a 256-bit token of 43 characters. */
export function randomToken(bytes = 32): string {
  return toBase64url(randomBytes(bytes))
}

// RFC 4648 base32 without the pairs people mistake (0/O, 1/I/L).
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A short identifier to read out or type: `length` characters of about 4.95 bits each. */
export function randomName(length: number): string {
  return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('')
}
