/** What the gate keeps: narrow interfaces, so that each noun sees only its own. */
import type { Username } from '../kit/username.ts'
import type {
  AccountId,
  ApiTokenHash,
  ApiTokenId,
  ApiTokenRow,
  Endowment,
  FailureAnswer,
  FailureRow,
  FailureRule,
  FoundByOther,
  FoundSession,
  InvitationHash,
  InvitationRow,
  NextToken,
  OwnedBounds,
  OwnedKind,
  OwnedRow,
  Owner,
  PaceAnswer,
  PaceRule,
  PasswordRow,
  SegmentRow,
  SessionEnd,
  SessionId,
  SessionRow,
  TokenHash,
  UserId,
  UserRow,
} from './rows.ts'

export interface MetaStore {
  get(key: string): Promise<string | undefined>
  /** Stores `value` unless the key has one already; answers the value that stands. */
  getOrSet(key: string, value: string): Promise<string>
  set(key: string, value: string): Promise<void>
}

export interface PasswordStore {
  find(id: AccountId): Promise<PasswordRow | undefined>
  /**
   * Sets the password, ends every session of its account and revokes the open invitation in one step: a link that is still on
   * its way must not undo it. Answers how many sessions that ended.
   */
  set(row: PasswordRow): Promise<number>
  /** As `set`, but only in place of the record `former`; undefined, and nothing done, when another one stands, or none. */
  replace(row: PasswordRow, former: string): Promise<number | undefined>
  /** Takes the password away and ends the account's sessions for this reason; undefined when there was none. */
  remove(id: AccountId, at: number, reason: SessionEnd): Promise<number | undefined>
}

/** What ending an account, or setting it back, ended with it. */
export interface AccountEnded {
  readonly sessions: number
  readonly tokens: number
  readonly invitations: number
}

export interface FoundForLogin {
  readonly user?: UserRow
  readonly password?: PasswordRow
  /** Of the password, or as long as one: whatever is computed from it takes its time either way. */
  readonly record: string
}

export interface Endowed {
  readonly before: Endowment
  readonly after: Endowment
}

export interface UserStore {
  /** False when the name is taken. */
  insert(row: UserRow): Promise<boolean>
  find(id: UserId): Promise<UserRow | undefined>
  findByName(name: Username): Promise<UserRow | undefined>
  /** The user and the password in one look-up, which takes as long when there is neither. */
  findForLogin(name: Username): Promise<FoundForLogin>
  /** By name. */
  list(): Promise<readonly UserRow[]>
  /** Whether there is any, disabled ones included. */
  any(): Promise<boolean>
  noteLogin(id: UserId, at: number): Promise<void>
  /** Replaces roles and attributes by what `change` makes of those that stand, in one step; undefined when unknown. */
  endow(id: UserId, change: (standing: Endowment) => Endowment): Promise<Endowed | undefined>
  /** Disables, ends the sessions and revokes the invitation in one step; undefined when unknown or disabled already. */
  disable(id: UserId, at: number): Promise<AccountEnded | undefined>
  /** False when unknown or not disabled. */
  enable(id: UserId): Promise<boolean>
  /** Forgets the user, password and failures, ends sessions and revokes tokens and invitation in one step; undefined when unknown. */
  remove(id: UserId, at: number): Promise<AccountEnded | undefined>
}

export interface InvitationStore {
  /** Takes the place of the user's open invitation, if there is one. */
  insert(row: InvitationRow): Promise<void>
  find(hash: InvitationHash): Promise<InvitationRow | undefined>
  /** The user's invitation that is neither used, revoked nor over. */
  findOpen(user: UserId, now: number): Promise<InvitationRow | undefined>
  /** False when none is open. */
  revoke(user: UserId, at: number): Promise<boolean>
  /**
   * Uses the invitation up, sets the password, forgets the account's failures and ends its sessions, all in one step; answers how
   * many sessions. Undefined, and nothing done, unless the invitation is open, of this account, and the user not disabled.
   */
  redeem(hash: InvitationHash, password: PasswordRow, now: number): Promise<number | undefined>
  prune(before: number): Promise<number>
}

export interface ApiTokenStore {
  insert(row: ApiTokenRow): Promise<void>
  /** The token and whose it is; one look-up, on every request of a program. */
  find(hash: ApiTokenHash): Promise<{ readonly token: ApiTokenRow; readonly user?: UserRow } | undefined>
  /** Oldest first, revoked and expired ones included until they are pruned. */
  list(): Promise<readonly { readonly token: ApiTokenRow; readonly user?: UserRow }[]>
  /** False when unknown or revoked already. */
  revoke(id: ApiTokenId, at: number): Promise<boolean>
  /** Moves `lastUsedAt` forward, never back. A power cut may take the last ones back. */
  touch(seen: readonly { readonly id: ApiTokenId; readonly at: number }[]): Promise<void>
  /** Forgets tokens that expired or were revoked before the given time. */
  prune(before: number): Promise<number>
}

export interface FailureStore {
  /** Counts one attempt, unless the rule says that it must wait; in one step. */
  take(key: string, rule: FailureRule, now: number): Promise<FailureAnswer>
  find(key: string): Promise<FailureRow | undefined>
  /** False when nothing was counted. */
  clear(key: string): Promise<boolean>
  /**
   * Names that nobody has can be tried without end. Keeps the newest `most` rows of each kind of key (`user:`, `session:` …),
   * and beyond them those of users: a flood of made-up names must not wash away what was counted against somebody.
   */
  prune(most: number): Promise<number>
}

export interface AdvanceTimes {
  readonly formerGoodUntil: number
  readonly renewAt: number
}

export interface SessionStore {
  insert(row: SessionRow): Promise<void>
  /** By its present token, with what its user has by now; one look-up, on every request of a browser. */
  find(hash: TokenHash): Promise<FoundSession | undefined>
  /** By its next token, or by any that it had before: asked where `find` knew of nothing. */
  findByOther(hash: TokenHash): Promise<FoundByOther | undefined>
  findById(id: SessionId): Promise<FoundSession | undefined>
  /**
   * What is to take the place of the token `present`: what was noted first, by whoever asked; `next` if that was nobody. Undefined,
   * and nothing done, when the session is over or this is not its token any more.
   */
  offer(id: SessionId, present: TokenHash, next: NextToken): Promise<NextToken | undefined>
  /** The next token was used and becomes the session's; what it replaces stays good for a while. False when it isn't next any more. */
  advance(id: SessionId, next: TokenHash, times: AdvanceTimes): Promise<boolean>
  /** Moves `authAt` forward and `renewAt`, if it is later, back to the given one; false when the session is over or unknown. */
  confirm(id: SessionId, at: number, renewAt: number): Promise<boolean>
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
  /** The `expiresAt` that it was spent with. */
  find(id: string): Promise<number | undefined>
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

/** One object, one owner's part in it, or all that somebody owns. */
export type OwnedChoice =
  { readonly id: string; readonly owner?: Owner } | { readonly id?: never; readonly owner: Owner }

/** Events, uploads, deep links and files. A power cut may take the last writes back: then nobody owns them. */
export interface OwnershipStore {
  /** Adds owners, all of them or none. What stands already only gets younger. */
  note(rows: readonly OwnedRow[], bounds: OwnedBounds): Promise<void>
  /** False, and nothing done, when the id is somebody else's. */
  claim(row: OwnedRow, bounds: OwnedBounds): Promise<boolean>
  find(kind: OwnedKind, id: string, owner: Owner): Promise<OwnedRow | undefined>
  /** By owner, at most so many: what an app gives to everybody has as many owners as there are people. */
  findAll(kind: OwnedKind, id: string, most: number): Promise<readonly OwnedRow[]>
  /** Makes rows younger that stand; brings none back. */
  touch(rows: readonly OwnedRow[], at: number): Promise<void>
  /** The youngest first; of this owner, or of all. */
  list(kind: OwnedKind, owner: Owner | undefined, most: number): Promise<readonly OwnedRow[]>
  /** Answers how many rows were forgotten. On disk when it resolves. */
  revoke(kind: OwnedKind, choice: OwnedChoice): Promise<number>
  /** Forgets rows of this kind that are older, the oldest first and at most so many; answers how many. */
  prune(kind: OwnedKind, before: number, most: number): Promise<number>
}

/** Writes are on disk when their promise resolves, unless it says otherwise. Faults: `store-unusable`, `store-newer`. */
export interface Store {
  readonly meta: MetaStore
  readonly passwords: PasswordStore
  readonly users: UserStore
  readonly invitations: InvitationStore
  readonly tokens: ApiTokenStore
  readonly failures: FailureStore
  readonly sessions: SessionStore
  readonly paces: PaceStore
  readonly spent: SpentStore
  readonly segments: SegmentStore
  readonly ownership: OwnershipStore
  /** A number that changes when another client wrote (not by own writes), cheap enough to ask twice a second. */
  changes(): Promise<number>
  close(): Promise<void>
}
