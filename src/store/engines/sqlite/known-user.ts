/** Whose row it is must exist when something of theirs is written: foreign keys, by hand. */
import type { UserId } from '../../rows.ts'
import type { Connection } from './connection.ts'
import { unusable } from './faults.ts'
import type { Statements, UserColumns } from './statements.ts'

/** Inside the transaction that writes something of the user's: another process may just have removed it. */
export function mustHaveUser({ file }: Connection, { findUser }: Statements, id: UserId): UserColumns {
  const found = findUser.get(id)
  if (found === undefined) throw unusable(file, `knows no user ${id}.`)
  return found
}
