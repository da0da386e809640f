/** What a memory store holds. Clients that share it see each other's writes, as processes do that share a file. */
import type {
  ApiTokenHash,
  ApiTokenId,
  ApiTokenRow,
  FailureRow,
  InvitationHash,
  InvitationRow,
  OwnedRow,
  Owner,
  PasswordRow,
  SegmentRow,
  SessionId,
  SessionRow,
  TokenHash,
  UserId,
  UserRow,
} from '../../rows.ts'

export interface MemoryData {
  readonly meta: Map<string, string>
  readonly passwords: Map<PasswordRow['id'], PasswordRow>
  /** In the order of insertion. Rows are replaced, never changed: a reader keeps what it read. */
  readonly sessions: Map<SessionId, SessionRow>
  readonly hashes: Map<TokenHash, SessionId>
  readonly nextHashes: Map<TokenHash, SessionId>
  readonly replacedTokens: Map<TokenHash, { readonly session: SessionId; readonly goodUntil: number }>
  readonly users: Map<UserId, UserRow>
  readonly invitations: Map<InvitationHash, InvitationRow>
  /** In the order of insertion. */
  readonly tokens: Map<ApiTokenId, ApiTokenRow>
  readonly tokenHashes: Map<ApiTokenHash, ApiTokenId>
  readonly failures: Map<string, FailureRow>
  readonly paces: Map<string, number>
  readonly spent: Map<string, number>
  readonly segments: Map<string, SegmentRow>
  /** Rows by their owner, by kind and id. */
  readonly owned: Map<string, Map<Owner, OwnedRow>>
  /** Writes by all clients. */
  writes: number
}

export function makeMemoryData(): MemoryData {
  return {
    meta: new Map(),
    passwords: new Map(),
    sessions: new Map(),
    hashes: new Map(),
    nextHashes: new Map(),
    replacedTokens: new Map(),
    users: new Map(),
    invitations: new Map(),
    tokens: new Map(),
    tokenHashes: new Map(),
    failures: new Map(),
    paces: new Map(),
    spent: new Map(),
    segments: new Map(),
    owned: new Map(),
    writes: 0,
  }
}
