/** Invitations: a secret in a link's fragment, of which only the hash is kept. */
import { hash } from 'node:crypto'
import { paths } from '../contract/contract.ts'
import { parseBase64url } from '../kit/base64url.ts'
import { randomToken } from '../kit/random.ts'
import { Secret } from '../kit/secret.ts'
import type { InvitationHash } from '../store/rows.ts'

/** OWASP ASVS 5.0 6.4.1: random, and valid for a short time. */
export const invitationMs = 24 * 60 * 60 * 1000
const secretBytes = 32

export function makeInvitationSecret(): Secret {
  return new Secret(randomToken(secretBytes))
}

/** Undefined when this can't be one of ours. */
export function hashInvitation(secret: string): InvitationHash | undefined {
  if (parseBase64url(secret)?.length !== secretBytes) return undefined
  return hash('sha256', secret, 'base64url') as InvitationHash
}

/** Behind the `#`, where no server, proxy or referrer ever sees it (RFC 3986 section 3.5). */
export function invitationLink(origin: string, secret: Secret): Secret {
  return new Secret(`${origin}${paths.join}#${secret.reveal()}`)
}
