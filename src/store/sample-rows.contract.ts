/** Rows for the suites of storage engines. */
import type { Username } from '../kit/username.ts'
import type {
  ApiTokenHash,
  ApiTokenId,
  ApiTokenRow,
  FailureRule,
  FoundSession,
  InvitationHash,
  InvitationRow,
  PasswordRow,
  SessionId,
  SessionRow,
  TokenHash,
  UserId,
  UserRow,
} from './rows.ts'

export const start = 1_900_000_000_000
export const hour = 3_600_000

/** A session of the shared password. */
export function sessionRow(name: string, change: Partial<SessionRow> = {}): SessionRow {
  return {
    id: `id-${name}` as SessionId,
    tokenHash: `hash-${name}` as TokenHash,
    account: 'shared',
    passwordAt: start - hour,
    renewAt: start + hour / 4,
    createdAt: start,
    authAt: start,
    lastActiveAt: start,
    endsAt: start + 24 * hour,
    address: '192.0.2.7',
    userAgent: 'Mozilla/5.0 “試験”',
    ...change,
  }
}

export const passwordRow: PasswordRow = {
  id: 'shared',
  record: 'cmVjb3Jk',
  stretching: { memory: 65536, iterations: 3, parallelism: 1 },
  changedAt: start + hour,
}

export function userRow(name: string, change: Partial<UserRow> = {}): UserRow {
  return {
    id: `user-${name}` as UserId,
    name: name as Username,
    createdAt: start,
    roles: [],
    attributes: {},
    ...change,
  }
}

/** A session of this user. */
export function sessionOf(name: string, change: Partial<SessionRow> = {}): SessionRow {
  return sessionRow(name, { account: userRow(name).id, username: userRow(name).name, ...change })
}

/** As found while this user is there. */
export function foundOf(name: string, change: Partial<SessionRow> = {}): FoundSession {
  const { roles, attributes } = userRow(name)
  return { ...sessionOf(name, change), endowment: { roles, attributes } }
}

export function passwordOf(name: string, change: Partial<PasswordRow> = {}): PasswordRow {
  return { ...passwordRow, id: userRow(name).id, record: `record-${name}`, ...change }
}

export function invitationOf(name: string, change: Partial<InvitationRow> = {}): InvitationRow {
  return {
    hash: `invitation-${name}` as InvitationHash,
    user: userRow(name).id,
    purpose: 'join',
    createdAt: start,
    expiresAt: start + 24 * hour,
    ...change,
  }
}

/** A token that stands on its own. */
export function tokenRow(name: string, change: Partial<ApiTokenRow> = {}): ApiTokenRow {
  return {
    id: `token-${name}` as ApiTokenId,
    hash: `token-hash-${name}` as ApiTokenHash,
    name,
    createdAt: start,
    ...change,
  }
}

export const failureRule: FailureRule = { free: 2, firstWaitMs: 1_000, mostWaitMs: 4_000, most: 6 }
