/** Every statement the engine runs, prepared once when the file is opened. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { PasswordRow, SegmentRow, SessionEnd, SessionRow } from '../../rows.ts'

type Values = readonly SQLInputValue[]

interface Query<Row> {
  get(...values: Values): Row | undefined
  all(...values: Values): Row[]
}

export interface SessionColumns extends Omit<SessionRow, 'endedAt' | 'ended'> {
  readonly endedAt: number | null
  readonly ended: SessionEnd | null
}

export interface SegmentColumns extends Omit<SegmentRow, 'prunedAt'> {
  readonly prunedAt: number | null
}

export interface PasswordColumns extends Omit<PasswordRow, 'stretching'> {
  readonly memory: number
  readonly iterations: number
  readonly parallelism: number
}

const sessionColumns = `id, token_hash as tokenHash, principal, created_at as createdAt,
  last_active_at as lastActiveAt, ends_at as endsAt, address, user_agent as userAgent, ended_at as endedAt, ended`

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
    addMeta: change('insert into meta (key, value) values (?, ?) on conflict do nothing'),

    findPassword: query<PasswordColumns>(
      `select id, record, memory, iterations, parallelism, changed_at as changedAt from passwords where id = ?`,
    ),
    setPassword: change(
      `insert or replace into passwords (id, record, memory, iterations, parallelism, changed_at)
       values (?, ?, ?, ?, ?, ?)`,
    ),

    insertSession: change(
      `insert into sessions (id, token_hash, principal, created_at, last_active_at, ends_at, address, user_agent,
         ended_at, ended)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    findSession: query<SessionColumns>(`select ${sessionColumns} from sessions where token_hash = ?`),
    touchSession: change(
      'update sessions set last_active_at = ? where id = ? and ended_at is null and last_active_at < ?',
    ),
    endSession: change('update sessions set ended_at = ?, ended = ? where id = ? and ended_at is null'),
    endAllSessions: change(
      `update sessions set ended_at = ?, ended = 'password-changed' where ended_at is null`,
    ),
    listOpenSessions: query<SessionColumns>(
      `select ${sessionColumns} from sessions where ended_at is null order by created_at, number`,
    ),
    pruneSessions: change('delete from sessions where ends_at < ? or ended_at < ?'),

    findPace: query<{ arrival: number }>('select arrival from paces where key = ?'),
    setPace: change('insert or replace into paces (key, arrival) values (?, ?)'),
    prunePaces: change('delete from paces where arrival <= ?'),

    spend: change('insert into spent (id, expires_at) values (?, ?) on conflict do nothing'),
    pruneSpent: change('delete from spent where expires_at < ?'),

    openSegment: change(
      'insert into segments (id, opened_at, count, head, pruned_at) values (?, ?, ?, ?, ?)',
    ),
    findSegment: query<{ id: string }>('select id from segments where id = ?'),
    advanceSegment: change('update segments set count = ?, head = ? where id = ? and count < ?'),
    markSegmentPruned: change('update segments set pruned_at = ? where id = ? and pruned_at is null'),
    listSegments: query<SegmentColumns>(
      `select id, opened_at as openedAt, count, head, pruned_at as prunedAt from segments
       order by opened_at, number`,
    ),
  }
}
