/** What was seen of the gate's configuration and its machine: the checks decide from this and nothing else. */
import type { Verification } from '../audit/verify.ts'
import type { Action } from '../catalog/actions.ts'
import type { Config } from '../config/config.ts'
import type { ApiTokenRow, PasswordRow } from '../store/rows.ts'
import type { AppEvidence } from './app-evidence.ts'

/** `secret`: nobody else may read or write it. `trusted`: nobody else may write it. */
export type Keeping = 'secret' | 'trusted'

export interface FileSeen {
  readonly path: string
  /** What it is to the operator: "the database". */
  readonly what: string
  readonly keeping: Keeping
  readonly mode: number
  readonly owner: number
  readonly changedAt: number
}

export interface CertificateSeen {
  readonly path: string
  readonly startsAt: number
  readonly endsAt: number
  /** Why it can't be used, when it can't. */
  readonly unusable?: string
}

/** One way in, and how strong what guards it is. */
export interface WayIn {
  readonly way: string
  readonly guard: string
  readonly strength: 'strong' | 'fair' | 'weak'
}

export type StateSeen =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly why: string }
  | {
      readonly kind: 'read'
      /** `unknown`: the database was never bound to a key. */
      readonly key: 'fits' | 'differs' | 'missing' | 'unknown'
      /** Why the key could not be used, when it could not. */
      readonly keyTrouble?: string
      readonly passwords: readonly PasswordSeen[]
      readonly tokens: readonly TokenSeen[]
    }

/** A password record without the record itself. */
export type PasswordSeen = Pick<PasswordRow, 'stretching' | 'changedAt'> & { readonly whose: string }
export type TokenSeen = Pick<ApiTokenRow, 'name' | 'createdAt' | 'expiresAt' | 'lastUsedAt' | 'proofKey'>

export type AuditSeen =
  | { readonly kind: 'unseen'; readonly why: string }
  | { readonly kind: 'read'; readonly verification: Verification }

export type PolicySeen =
  | { readonly kind: 'built-in' }
  | { readonly kind: 'invalid'; readonly why: string }
  /** What it grants beyond the built-in policy. */
  | { readonly kind: 'own'; readonly strangers: readonly Action[]; readonly guests: readonly Action[] }

export interface GateEvidence {
  readonly config: Config
  /** The configuration file, when there is one. */
  readonly configText: { readonly path: string; readonly text: string } | undefined
  readonly keyInEnvironment: boolean
  readonly files: readonly FileSeen[]
  /** The user who runs this audit; undefined where the system has no such numbers. */
  readonly user: number | undefined
  /** Bytes free to ordinary users where the state lies. */
  readonly freeBytes: number | undefined
  readonly certificates: readonly CertificateSeen[]
  readonly state: StateSeen
  readonly audit: AuditSeen
  readonly policy: PolicySeen
  readonly waysIn: readonly WayIn[]
  readonly appClock: AppEvidence['clock']
  readonly now: number
}
