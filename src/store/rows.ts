/** The stored shapes. All times are milliseconds since the epoch. */
import type { Branded } from '../kit/brand.ts'
import type { ProofAlgorithm } from '../contract/proof.ts'
import type { Username } from '../kit/username.ts'

/** SHA-256 of a session token, base64url: what is stored in place of the token. */
export type TokenHash = Branded<string, 'TokenHash'>
/** The public name of a session, as listed and ended by the operator. */
export type SessionId = Branded<string, 'SessionId'>

/** Names a user for ever; never used again for another one. */
export type UserId = Branded<string, 'UserId'>
/** Whose password it is: the one shared password, or a user's own. */
export type AccountId = 'shared' | UserId
/** SHA-256 of an invitation's secret, base64url. */
export type InvitationHash = Branded<string, 'InvitationHash'>
/** The public name of an API token, as listed and revoked by the operator. */
export type ApiTokenId = Branded<string, 'ApiTokenId'>
/** SHA-256 of an API token, base64url. */
export type ApiTokenHash = Branded<string, 'ApiTokenHash'>

/** What requests are signed with. */
export interface ProofKey {
  readonly alg: ProofAlgorithm
  /** RFC 7638 thumbprint, base64url; of a secret key its hash. */
  readonly keyid: string
  /** base64url: the public point (SEC 1, uncompressed); of a secret key: the key, sealed under the gate's own. */
  readonly key: string
}

export type SessionEnd =
  | 'logout'
  | 'idle'
  | 'absolute'
  | 'operator'
  /** A token that had been replaced for a while was used: two hold what was one person's. */
  | 'token-reused'
  | 'two-networks'
  | 'password-changed'
  | 'user-disabled'
  | 'user-removed'
  | 'user-reset'

/** What takes the place of a session's token, which derives from that token and this salt: nobody else can make it. */
export interface NextToken {
  readonly hash: TokenHash
  /** 32 random bytes, base64url. */
  readonly salt: string
}

export interface SessionRow {
  readonly id: SessionId
  readonly tokenHash: TokenHash
  /** From here on the token is replaced. */
  readonly renewAt: number
  /** Handed out, and not used yet: until it is, both are good. */
  readonly nextToken?: NextToken
  readonly account: AccountId
  /** Absent for the shared password. */
  readonly username?: Username
  /** When the password that it was opened with was set; a new password ends the session. */
  readonly passwordAt: number
  readonly createdAt: number
  /** When the password was last given: at the login, or to confirm that it is still the same person. */
  readonly authAt: number
  /** Enrolled by the login; absent in sessions from before there were any. */
  readonly proofKey?: ProofKey
  readonly lastActiveAt: number
  /** The session ends here whatever happens. */
  readonly endsAt: number
  readonly address: string
  readonly userAgent: string
  readonly endedAt?: number
  readonly ended?: SessionEnd
}

/** What the operator gave: roles by name, and attributes that the policy may ask for. */
export interface Endowment {
  /** Each once, in the order of their names. */
  readonly roles: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
}

export const noEndowment: Endowment = { roles: [], attributes: {} }

/** A session and, while there is one, what its user has now. */
export interface FoundSession extends SessionRow {
  readonly endowment?: Endowment
}

/** A session found by another token than its present one: by the next, or by one that was replaced and is good until then. */
export type FoundByOther =
  | { readonly kind: 'next'; readonly session: FoundSession }
  | { readonly kind: 'replaced'; readonly session: FoundSession; readonly goodUntil: number }

export interface PasswordRow {
  readonly id: AccountId
  /** OPAQUE registration record (RFC 9807 section 4.1), base64url as the library writes it. */
  readonly record: string
  /** Argon2id parameters that the record was made with: KiB, passes, lanes. */
  readonly stretching: { readonly memory: number; readonly iterations: number; readonly parallelism: number }
  readonly changedAt: number
}

/** As long as a record with ristretto255 and SHA-512 (RFC 9807 section 4.1.2: 192 bytes), and none. */
export const decoyRecord = 'A'.repeat(256)

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

export interface UserRow extends Endowment {
  readonly id: UserId
  readonly name: Username
  readonly createdAt: number
  readonly lastLoginAt?: number
  /** Set while the user is disabled. */
  readonly disabledAt?: number
}

/** A link by which a user sets a password; at most one of a user is open at a time. */
export interface InvitationRow {
  readonly hash: InvitationHash
  readonly user: UserId
  readonly purpose: 'join' | 'reset'
  readonly createdAt: number
  readonly expiresAt: number
  readonly usedAt?: number
  readonly revokedAt?: number
}

/** A key for a program. */
export interface ApiTokenRow {
  readonly id: ApiTokenId
  readonly hash: ApiTokenHash
  /** The operator's word for it. */
  readonly name: string
  /** Whose it is; absent: it stands on its own. */
  readonly user?: UserId
  /** Of a user's token: no more of the user's roles than these; absent: all. Of one on its own: exactly these; absent: none. */
  readonly roles?: readonly string[]
  /** The token is good only with requests that this key signed. */
  readonly proofKey?: ProofKey
  readonly createdAt: number
  readonly expiresAt?: number
  readonly lastUsedAt?: number
  readonly revokedAt?: number
}

/** Whose something is: `user:<id>`, `token:<id>` or `session:<id>`. Made in ownership/owner.ts. */
export type Owner = Branded<string, 'Owner'>

export type OwnedKind = 'event' | 'upload' | 'deep-link' | 'file'

/** That an object of the app is somebody's. An event has one owner; the others may have several. */
export interface OwnedRow {
  readonly kind: OwnedKind
  /** The app's or the client's id; of a file: its path on the app's machine. */
  readonly id: string
  readonly owner: Owner
  /** When this was last learnt or needed. */
  readonly at: number
  /** Of events alone: what runs, and in which Gradio session (its upstream form). */
  readonly event?: { readonly endpoint: number; readonly endpointName: string; readonly session?: string }
}

/** How many rows of one kind are kept; the oldest go first. */
export interface OwnedBounds {
  readonly ofOne: number
  readonly ofAll: number
}

/** Attempts in a row without a success, by account name, whether or not such an account exists. */
export interface FailureRow {
  readonly key: string
  readonly count: number
  readonly lastAt: number
}

/** After `free` failures each further attempt waits: `firstWaitMs`, then twice as long each time up to `mostWaitMs`. */
export interface FailureRule {
  readonly free: number
  readonly firstWaitMs: number
  readonly mostWaitMs: number
  /** From here on no attempt is allowed until the count is cleared. */
  readonly most: number
}

/** `retryAt` is absent when only clearing the count helps. */
export type FailureAnswer =
  | { readonly allowed: true; readonly count: number }
  | { readonly allowed: false; readonly count: number; readonly retryAt?: number }
