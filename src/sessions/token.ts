/** Session tokens: 256 random bits in the cookie, their SHA-256 in the store. */
import { hash, hkdfSync } from 'node:crypto'
import { toBase64url } from '../kit/base64url.ts'
import type { Branded } from '../kit/brand.ts'
import { randomToken } from '../kit/random.ts'
import type { NextToken, TokenHash } from '../store/rows.ts'

export type SessionToken = Branded<string, 'SessionToken'>

const tokenBytes = 32

export function makeToken(): SessionToken {
  return randomToken(tokenBytes) as SessionToken
}

/** 32 bytes in base64url (RFC 4648 section 5); the last character has four bits to tell, so its other two are zero. */
const form = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** Undefined for what can't be a token of ours. */
export function parseToken(text: string): SessionToken | undefined {
  return form.test(text) ? (text as SessionToken) : undefined
}

/** A plain hash will do: nobody guesses 256 random bits, however fast the hash. */
export function hashToken(token: SessionToken): TokenHash {
  return hash('sha256', token, 'base64url') as TokenHash
}

export function makeNext(token: SessionToken): NextToken {
  const salt = randomToken(tokenBytes)
  return { hash: hashToken(deriveToken(token, salt)), salt }
}

/**
 * The token that takes this one's place. Derived (HKDF, RFC 5869), so that every answer until its first use brings the same one;
 * from the token and the salt, so that neither whoever has the database nor whoever has the token makes it alone.
 */
export function deriveToken(token: SessionToken, salt: NextToken['salt']): SessionToken {
  const key = hkdfSync(
    'sha256',
    Buffer.from(token, 'base64url'),
    Buffer.from(salt, 'base64url'),
    'sekisho/1/session-token',
    tokenBytes,
  )
  return toBase64url(new Uint8Array(key)) as SessionToken
}
