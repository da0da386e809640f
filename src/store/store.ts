/** What the gate keeps: narrow interfaces, so that each noun sees only its own. */
import type {
  PaceAnswer,
  PaceRule,
  PasswordRow,
  SegmentRow,
  SessionEnd,
  SessionId,
  SessionRow,
  TokenHash,
} from './rows.ts'

export interface MetaStore {
  get(key: string): Promise<string | undefined>
  /** Stores `value` unless the key has one already; answers the value that stands. */
  getOrSet(key: string, value: string): Promise<string>
}

export interface PasswordStore {
  find(id: PasswordRow['id']): Promise<PasswordRow | undefined>
  /** Sets the password and ends every session in one step; answers how many sessions that ended. */
  set(row: PasswordRow): Promise<number>
}

export interface SessionStore {
  insert(row: SessionRow): Promise<void>
  find(hash: TokenHash): Promise<SessionRow | undefined>
  /** Moves `lastActiveAt` forward, never back; ended sessions stay untouched. A power cut may take the last ones back. */
  touch(seen: readonly { readonly id: SessionId; readonly at: number }[]): Promise<void>
  /** False when there is no such session or it has ended already; the first reason stands. */
  end(id: SessionId, at: number, reason: SessionEnd): Promise<boolean>
  /** Every session that has not been ended, oldest first, and whether it is past its limits is the caller's business. */
  listOpen(): Promise<readonly SessionRow[]>
  /** Forgets rows whose `endsAt` or `endedAt` is before the given time; answers how many. */
  prune(before: number): Promise<number>
}

export interface PaceStore {
  /** Takes one attempt from every bucket, or from none when one of them has none left. No rules: `TypeError`. */
  take(rules: readonly PaceRule[], now: number): Promise<PaceAnswer>
  /** Forgets buckets that are full again. */
  prune(now: number): Promise<number>
}

export interface SpentStore {
  /** True exactly once for an id, whoever asks, until it is pruned. */
  spend(id: string, expiresAt: number): Promise<boolean>
  prune(now: number): Promise<number>
}

export interface SegmentStore {
  open(row: SegmentRow): Promise<void>
  /** Moves the head forward; a count not above the stored one is ignored. A power cut may take the last ones back. */
  advance(id: string, count: number, head: string): Promise<void>
  markPruned(id: string, at: number): Promise<void>
  /** Oldest first. */
  list(): Promise<readonly SegmentRow[]>
}

/** Writes are on disk when their promise resolves, unless it says otherwise. Faults: `store-unusable`, `store-newer`. */
export interface Store {
  readonly meta: MetaStore
  readonly passwords: PasswordStore
  readonly sessions: SessionStore
  readonly paces: PaceStore
  readonly spent: SpentStore
  readonly segments: SegmentStore
  /** A number that changes when another client wrote (not by own writes), cheap enough to ask twice a second. */
  changes(): Promise<number>
  close(): Promise<void>
}
