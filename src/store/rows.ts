/** The stored shapes. All times are milliseconds since the epoch. */
import type { Branded } from '../kit/brand.ts'

/** SHA-256 of a session token, base64url: what is stored in place of the token. */
export type TokenHash = Branded<string, 'TokenHash'>
/** The public name of a session, as listed and ended by the operator. */
export type SessionId = Branded<string, 'SessionId'>

export type SessionEnd = 'logout' | 'idle' | 'absolute' | 'operator' | 'password-changed'

export interface SessionRow {
  readonly id: SessionId
  readonly tokenHash: TokenHash
  /** Who is signed in; named users follow. */
  readonly principal: 'guest'
  readonly createdAt: number
  readonly lastActiveAt: number
  /** The session ends here whatever happens. */
  readonly endsAt: number
  readonly address: string
  readonly userAgent: string
  readonly endedAt?: number
  readonly ended?: SessionEnd
}

export interface PasswordRow {
  /** `shared` is the one shared password; user names follow. */
  readonly id: 'shared'
  /** OPAQUE registration record (RFC 9807 section 4.1), base64url as the library writes it. */
  readonly record: string
  /** Argon2id parameters that the record was made with: KiB, passes, lanes. */
  readonly stretching: { readonly memory: number; readonly iterations: number; readonly parallelism: number }
  readonly changedAt: number
}

/** One bucket of the pace: GCRA, which needs a single number. */
export interface PaceRule {
  readonly key: string
  /** One attempt earns itself back in this time. */
  readonly intervalMs: number
  /** So many attempts may come at once. */
  readonly burst: number
}

export type PaceAnswer = { readonly allowed: true } | { readonly allowed: false; readonly retryAt: number }

/** One audit file: who writes it, and the last record that is known to be on disk. */
export interface SegmentRow {
  readonly id: string
  readonly openedAt: number
  /** Number of records on disk, and the MAC of the last of them. */
  readonly count: number
  readonly head: string
  /** Set when retention removed the file. */
  readonly prunedAt?: number
}
