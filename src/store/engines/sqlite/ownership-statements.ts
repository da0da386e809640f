/** The statements about ownership. */
import type { DatabaseSync } from 'node:sqlite'
import type { OwnedKind, Owner } from '../../rows.ts'
import type { Query } from './statements.ts'

export interface OwnedColumns {
  readonly kind: OwnedKind
  readonly id: string
  readonly owner: Owner
  readonly at: number
  readonly endpoint: number | null
  readonly endpointName: string | null
  readonly session: string | null
}

const columns = 'kind, id, owner, at, endpoint, endpoint_name as endpointName, session'

export function prepareOwnership(database: DatabaseSync) {
  const change = (sql: string) => database.prepare(sql)
  const query = <Row>(sql: string) => database.prepare(sql) as unknown as Query<Row>
  return {
    noteOwned: change(
      `insert into owned (kind, id, owner, at, endpoint, endpoint_name, session) values (?, ?, ?, ?, ?, ?, ?)
       on conflict (kind, id, owner) do update set at = excluded.at where excluded.at > at`,
    ),
    touchOwned: change('update owned set at = ? where kind = ? and id = ? and owner = ? and at < ?'),
    findOwned: query<OwnedColumns>(`select ${columns} from owned where kind = ? and id = ? and owner = ?`),
    findAllOwned: query<OwnedColumns>(
      `select ${columns} from owned where kind = ? and id = ? order by owner limit ?`,
    ),
    findOther: query<unknown>('select 1 from owned where kind = ? and id = ? and owner <> ? limit 1'),
    listOwned: query<OwnedColumns>(
      `select ${columns} from owned where kind = ? order by at desc, number desc limit ?`,
    ),
    listOwnedBy: query<OwnedColumns>(
      `select ${columns} from owned where kind = ? and owner = ? order by at desc, number desc limit ?`,
    ),
    revokeOwned: change('delete from owned where kind = ? and id = ?'),
    revokeOwnedOf: change('delete from owned where kind = ? and id = ? and owner = ?'),
    revokeOwnedBy: change('delete from owned where kind = ? and owner = ?'),
    countOwned: query<{ count: number }>('select count from owned_counts where kind = ? and owner = ?'),
    dropOldestOf: change(
      `delete from owned where number in (
         select number from owned where kind = ? and owner = ? order by at, number limit ?)`,
    ),
    dropOldest: change(
      'delete from owned where number in (select number from owned where kind = ? order by at, number limit ?)',
    ),
    pruneOwned: change(
      `delete from owned where number in (
         select number from owned where kind = ? and at < ? order by at, number limit ?)`,
    ),
  }
}
