/** API tokens as text: a prefix that scanners recognise, random characters, and a checksum that tells slips from keys. */
import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Branded } from '../kit/brand.ts'
import { Secret } from '../kit/secret.ts'
import type { ApiTokenHash } from '../store/rows.ts'

/** Well-formed: our prefix, our alphabet, a checksum that fits. Whether it is anybody's, the store knows. */
export type ApiToken = Branded<string, 'ApiToken'>

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const prefix = 'sekisho_'
/** 32 of 62 characters are 190 bits. */
const randomLength = 32
const checksumLength = 6
const form = new RegExp(
  `^${prefix}([0-9A-Za-z]{${String(randomLength)}})([0-9A-Za-z]{${String(checksumLength)}})$`,
)
/**
 * The checksum follows from the rest, so whoever reads a token without its end has it; and the prefix is no secret, so in
 * capitals it gives the rest away as well.
 */
const anywhere = new RegExp(`${prefix}[0-9A-Za-z]{${String(randomLength)}}`, 'i')
const wholes = new RegExp(`${prefix}([0-9A-Za-z]{${String(randomLength + checksumLength)}})`, 'gi')

export function makeApiToken(): Secret {
  const body = Array.from({ length: randomLength }, () => letters.charAt(randomInt(letters.length))).join('')
  return new Secret(`${prefix}${body}${checksumOf(body)}`)
}

/** Undefined for what can't be a token of ours. */
export function parseApiToken(text: string): ApiToken | undefined {
  const [, body, checksum] = form.exec(text) ?? []
  return body !== undefined && checksumOf(body) === checksum ? (text as ApiToken) : undefined
}

/** A plain hash will do: nobody guesses 190 random bits, however fast the hash. */
export function hashApiToken(token: ApiToken): ApiTokenHash {
  return hash('sha256', token, 'base64url') as ApiTokenHash
}

/** Whether one stands where it doesn't belong, percent-encoded perhaps, and possibly without its end. */
export function holdsApiToken(text: string): boolean {
  return anywhere.test(decodeWholly(text))
}

/** The first one that stands there whole. */
export function findApiToken(text: string): ApiToken | undefined {
  return Array.from(decodeWholly(text).matchAll(wholes), ([, rest = '']) =>
    parseApiToken(prefix + rest),
  ).find((token) => token !== undefined)
}

const percent = 0x25

/**
 * Takes back percent-encoding, however often it was applied, in one pass over the bytes of a field: anybody can send a long
 * address. A token that shows at some depth shows in the end too, since nothing in it is a percent sign and its first letter
 * no hexadecimal digit.
 */
function decodeWholly(text: string): string {
  if (!text.includes('%')) return text
  const bytes = Buffer.from(text, 'latin1')
  let length = 0
  for (const byte of bytes) {
    bytes[length++] = byte
    for (let value = escapeBefore(bytes, length); value !== undefined; value = escapeBefore(bytes, length)) {
      length -= 2
      bytes[length - 1] = value
    }
  }
  return bytes.toString('latin1', 0, length)
}

/** The byte that the last three say, when they are an escape. */
function escapeBefore(bytes: Uint8Array, length: number): number | undefined {
  if (bytes[length - 3] !== percent) return undefined
  const [high, low] = [hexadecimal(bytes[length - 2]), hexadecimal(bytes[length - 1])]
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function hexadecimal(byte = 0): number | undefined {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}

/** CRC-32 in base 62: against slips of the hand and for scanners, not against forgers. */
function checksumOf(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let place = 0; place < checksumLength; place++) {
    text = letters.charAt(rest % letters.length) + text
    rest = Math.floor(rest / letters.length)
  }
  return text
}
