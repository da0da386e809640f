/** API tokens as text: a prefix that scanners recognise, random characters, and a checksum that tells slips from keys. */
import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Branded } from '../kit/brand.ts'
import { Secret } from '../kit/secret.ts'
import type { ApiTokenHash } from '../store/rows.ts'

/** Well-formed: our prefix, our alphabet, a checksum that fits. Whether it is anybody's, the store knows. */
export type ApiToken = Branded<string, 'ApiToken'>

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 32 of 62 characters are 190 bits. */
const randomLength = 32
const checksumLength = 6
const form = new RegExp(
  `^sekisho_([0-9A-Za-z]{${String(randomLength)}})([0-9A-Za-z]{${String(checksumLength)}})$`,
)
/** The checksum follows from the rest, so whoever reads a token without its end has it. */
const anywhere = new RegExp(`sekisho_[0-9A-Za-z]{${String(randomLength)}}`)

export function makeApiToken(): Secret {
  const body = Array.from({ length: randomLength }, () => letters.charAt(randomInt(letters.length))).join('')
  return new Secret(`sekisho_${body}${checksumOf(body)}`)
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

/** Links that pass through a few hands are encoded a few times; nobody does it more often by mistake. */
const mostEncoded = 3

/** Whether one stands where it doesn't belong, percent-encoded perhaps, and possibly without its end. */
export function holdsApiToken(whole: string): boolean {
  let text = whole
  for (let round = 0; round < mostEncoded; round++) {
    if (anywhere.test(text)) return true
    const decoded = text.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) =>
      String.fromCharCode(parseInt(code, 16)),
    )
    if (decoded === text) return false
    text = decoded
  }
  return anywhere.test(text)
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
