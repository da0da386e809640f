/** Every statement the engine runs, prepared once when the file is opened. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type {
  ApiTokenRow,
  FailureRow,
  InvitationRow,
  PasswordRow,
  ProofKey,
  SegmentRow,
  SessionEnd,
  SessionRow,
  TokenHash,
  UserId,
  UserRow,
} from '../../rows.ts'
import type { Username } from '../../../kit/username.ts'
import { prepareOwnership } from './ownership-statements.ts'

type Values = readonly SQLInputValue[]

export interface Query<Row> {
  get(...values: Values): Row | undefined
  all(...values: Values): Row[]
}

/** All three or none. */
export interface ProofKeyColumns {
  readonly proofAlg: ProofKey['alg'] | null
  readonly proofKeyid: string | null
  readonly proofKey: string | null
}

type Nullable = 'username' | 'nextToken' | 'proofKey' | 'endedAt' | 'ended'

export interface SessionColumns extends Omit<SessionRow, Nullable>, ProofKeyColumns {
  readonly username: Username | null
  readonly nextHash: TokenHash | null
  readonly nextSalt: string | null
  readonly endedAt: number | null
  readonly ended: SessionEnd | null
}

/** JSON, both. */
export interface EndowmentColumns {
  readonly roles: string
  readonly attributes: string
}

/** What the user has by now, where there is one. */
export interface FoundSessionColumns extends SessionColumns {
  readonly roles: string | null
  readonly attributes: string | null
}

export interface UserColumns
  extends Omit<UserRow, 'lastLoginAt' | 'disabledAt' | keyof EndowmentColumns>, EndowmentColumns {
  readonly lastLoginAt: number | null
  readonly disabledAt: number | null
}

export interface InvitationColumns extends Omit<InvitationRow, 'usedAt' | 'revokedAt'> {
  readonly usedAt: number | null
  readonly revokedAt: number | null
}

/** A token and, where it has one that still exists, its user. */
export interface TokenColumns
  extends Pick<ApiTokenRow, 'id' | 'hash' | 'name' | 'createdAt'>, ProofKeyColumns {
  readonly user: UserId | null
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
  readonly roles: string | null
  readonly userName: Username | null
  readonly userCreatedAt: number | null
  readonly userLastLoginAt: number | null
  readonly userDisabledAt: number | null
  readonly userRoles: string | null
  readonly userAttributes: string | null
}

export interface SegmentColumns extends Omit<SegmentRow, 'prunedAt'> {
  readonly prunedAt: number | null
}

export interface PasswordColumns extends Omit<PasswordRow, 'stretching'> {
  readonly memory: number
  readonly iterations: number
  readonly parallelism: number
}

const proofColumns = 'proof_alg as proofAlg, proof_keyid as proofKeyid, proof_key as proofKey'

const sessionColumns = `id, token_hash as tokenHash, renew_at as renewAt, next_hash as nextHash, next_salt as nextSalt, account,
  username, password_at as passwordAt, created_at as createdAt, auth_at as authAt, last_active_at as lastActiveAt,
  ends_at as endsAt, address, user_agent as userAgent, ended_at as endedAt, ended, ${proofColumns}`

const foundSession = (where: string) =>
  `select s.*, users.roles, users.attributes
   from (select ${sessionColumns} from sessions where ${where}) s left join users on users.id = s.account`

export interface LoginColumns extends Omit<UserColumns, 'name'>, Omit<PasswordColumns, 'id'> {
  readonly foundUser: string | null
  readonly foundPassword: string | null
}

const userColumns = `id, name, created_at as createdAt, last_login_at as lastLoginAt, disabled_at as disabledAt, roles,
  attributes`

const invitationColumns = `hash, user, purpose, created_at as createdAt, expires_at as expiresAt, used_at as usedAt,
  revoked_at as revokedAt`

const tokensWithUsers = `select tokens.id, hash, tokens.name, user, tokens.created_at as createdAt,
    expires_at as expiresAt, last_used_at as lastUsedAt, revoked_at as revokedAt, tokens.roles, ${proofColumns}, users.name as userName,
    users.created_at as userCreatedAt, last_login_at as userLastLoginAt, disabled_at as userDisabledAt,
    users.roles as userRoles, attributes as userAttributes
  from tokens left join users on users.id = tokens.user`

/** Neither used nor revoked; whether it is over is a question of the time. */
const unused = 'used_at is null and revoked_at is null'

/** What stands before the first colon, and the colon: `user:`, `session:` … */
const kindOfKey = `substr(key, 1, instr(key, ':'))`
const ofNoUser = `not (${kindOfKey} = 'user:' and exists (select 1 from users where name = substr(key, 6)))`

export type Statements = ReturnType<typeof prepareStatements>

export function prepareStatements(database: DatabaseSync) {
  const change = (sql: string) => database.prepare(sql)
  // The one place where stored values get their types back; STRICT tables hold what the types say.
  const query = <Row>(sql: string) => database.prepare(sql) as unknown as Query<Row>
  // Plain `?` only: Node 22 counts a numbered parameter that stands twice as two.
  return {
    begin: change('begin immediate'),
    commit: change('commit'),
    rollback: change('rollback'),
    dataVersion: query<{ data_version: number }>('pragma data_version'),
    userVersion: query<{ user_version: number }>('pragma user_version'),

    findMeta: query<{ value: string }>('select value from meta where key = ?'),
    setMeta: change('insert or replace into meta (key, value) values (?, ?)'),
    addMeta: change('insert into meta (key, value) values (?, ?) on conflict do nothing'),

    findPassword: query<PasswordColumns>(
      `select id, record, memory, iterations, parallelism, changed_at as changedAt from passwords where id = ?`,
    ),
    setPassword: change(
      `insert or replace into passwords (id, record, memory, iterations, parallelism, changed_at)
       values (?, ?, ?, ?, ?, ?)`,
    ),
    removePassword: change('delete from passwords where id = ?'),

    insertSession: change(
      `insert into sessions (id, token_hash, renew_at, next_hash, next_salt, account, username, password_at, created_at, auth_at,
         last_active_at, ends_at, address, user_agent, ended_at, ended, proof_alg, proof_keyid, proof_key)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    findSession: query<FoundSessionColumns>(foundSession('token_hash = ?')),
    findSessionById: query<FoundSessionColumns>(foundSession('id = ?')),
    findSessionByNext: query<FoundSessionColumns>(foundSession('next_hash = ?')),
    findReplaced: query<{ session: string; goodUntil: number }>(
      'select session, good_until as goodUntil from replaced_tokens where hash = ?',
    ),
    offerToken: change(
      `update sessions set next_hash = ?, next_salt = ?
       where id = ? and token_hash = ? and next_hash is null and ended_at is null`,
    ),
    keepReplaced: change(
      `insert into replaced_tokens (hash, session, good_until)
       select token_hash, id, ? from sessions where id = ? and next_hash = ? and ended_at is null`,
    ),
    advanceToken: change(
      `update sessions set token_hash = next_hash, next_hash = null, next_salt = null, renew_at = ?
       where id = ? and next_hash = ? and ended_at is null`,
    ),
    confirmSession: change(
      'update sessions set auth_at = max(auth_at, ?), renew_at = min(renew_at, ?) where id = ? and ended_at is null',
    ),
    touchSession: change(
      'update sessions set last_active_at = ? where id = ? and ended_at is null and last_active_at < ?',
    ),
    endSession: change('update sessions set ended_at = ?, ended = ? where id = ? and ended_at is null'),
    endSessionsOf: change(
      'update sessions set ended_at = ?, ended = ? where account = ? and ended_at is null',
    ),
    listOpenSessions: query<SessionColumns>(
      `select ${sessionColumns} from sessions where ended_at is null order by created_at, number`,
    ),
    pruneSessions: change('delete from sessions where ends_at < ? or ended_at < ?'),

    insertUser: change(
      `insert into users (id, name, created_at, last_login_at, disabled_at, roles, attributes) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (name) do nothing`,
    ),
    findUser: query<UserColumns>(`select ${userColumns} from users where id = ?`),
    findUserByName: query<UserColumns>(`select ${userColumns} from users where name = ?`),
    // One row whatever the name: where nothing is, decoys of the same size are read.
    findForLogin: query<LoginColumns>(
      `select u.id as foundUser, p.id as foundPassword, coalesce(u.id, ?) as id, coalesce(u.created_at, 0) as createdAt,
         u.last_login_at as lastLoginAt, u.disabled_at as disabledAt, coalesce(u.roles, '[]') as roles,
         coalesce(u.attributes, '{}') as attributes, coalesce(p.record, ?) as record,
         coalesce(p.memory, 0) as memory, coalesce(p.iterations, 0) as iterations,
         coalesce(p.parallelism, 0) as parallelism, coalesce(p.changed_at, 0) as changedAt
       from (select 1) left join users u on u.name = ? left join passwords p on p.id = coalesce(u.id, ?)`,
    ),
    listUsers: query<UserColumns>(`select ${userColumns} from users order by name`),
    anyUser: query<unknown>('select 1 from users limit 1'),
    noteLogin: change(
      'update users set last_login_at = ? where id = ? and (last_login_at is null or last_login_at < ?)',
    ),
    disableUser: change('update users set disabled_at = ? where id = ? and disabled_at is null'),
    enableUser: change('update users set disabled_at = null where id = ? and disabled_at is not null'),
    endowUser: change('update users set roles = ?, attributes = ? where id = ?'),
    removeUser: change('delete from users where id = ?'),

    insertInvitation: change(
      `insert into invitations (hash, user, purpose, created_at, expires_at, used_at, revoked_at)
       values (?, ?, ?, ?, ?, ?, ?)`,
    ),
    findInvitation: query<InvitationColumns>(`select ${invitationColumns} from invitations where hash = ?`),
    findOpenInvitation: query<InvitationColumns>(
      `select ${invitationColumns} from invitations where user = ? and ${unused} and expires_at > ?`,
    ),
    replaceInvitation: change(`update invitations set revoked_at = ? where user = ? and ${unused}`),
    revokeInvitation: change(
      `update invitations set revoked_at = ? where user = ? and ${unused} and expires_at > ?`,
    ),
    useInvitation: change(
      `update invitations set used_at = ? where hash = ? and user = ? and ${unused} and expires_at > ?
         and exists (select 1 from users where id = user and disabled_at is null)`,
    ),
    pruneInvitations: change('delete from invitations where expires_at < ? or used_at < ? or revoked_at < ?'),

    insertToken: change(
      `insert into tokens (id, hash, name, user, created_at, expires_at, last_used_at, revoked_at, roles, proof_alg,
         proof_keyid, proof_key)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    findToken: query<TokenColumns>(`${tokensWithUsers} where hash = ?`),
    listTokens: query<TokenColumns>(`${tokensWithUsers} order by tokens.created_at, number`),
    revokeToken: change('update tokens set revoked_at = ? where id = ? and revoked_at is null'),
    revokeTokensOf: change('update tokens set revoked_at = ? where user = ? and revoked_at is null'),
    touchToken: change(
      'update tokens set last_used_at = ? where id = ? and (last_used_at is null or last_used_at < ?)',
    ),
    pruneTokens: change('delete from tokens where expires_at < ? or revoked_at < ?'),

    findFailures: query<FailureRow>('select key, count, last_at as lastAt from failures where key = ?'),
    setFailures: change('insert or replace into failures (key, count, last_at) values (?, ?, ?)'),
    clearFailures: change('delete from failures where key = ?'),
    countFailures: query<{ rows: number }>('select count(*) as rows from failures'),
    pruneFailures: change(
      `delete from failures where key in (
         select key from (
           select key, row_number() over (partition by ${kindOfKey} order by last_at desc, key) as place
           from failures where ${ofNoUser})
         where place > ?)`,
    ),

    findPace: query<{ arrival: number }>('select arrival from paces where key = ?'),
    setPace: change('insert or replace into paces (key, arrival) values (?, ?)'),
    prunePaces: change('delete from paces where arrival <= ?'),

    spend: change('insert into spent (id, expires_at) values (?, ?) on conflict do nothing'),
    findSpent: query<{ expiresAt: number }>('select expires_at as expiresAt from spent where id = ?'),
    pruneSpent: change('delete from spent where expires_at < ?'),

    openSegment: change(
      'insert into segments (id, opened_at, count, head, pruned_at) values (?, ?, ?, ?, ?)',
    ),
    findSegment: query<{ id: string }>('select id from segments where id = ?'),
    advanceSegment: change('update segments set count = ?, head = ? where id = ? and count < ?'),
    markSegmentPruned: change('update segments set pruned_at = ? where id = ? and pruned_at is null'),
    ...prepareOwnership(database),

    listSegments: query<SegmentColumns>(
      `select id, opened_at as openedAt, count, head, pruned_at as prunedAt from segments
       order by opened_at, number`,
    ),
  }
}
