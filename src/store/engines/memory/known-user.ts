/** Whose row it is must exist when something of theirs is written: foreign keys, by hand. */
import { GateFault } from '../../../kit/fault.ts'
import type { UserId, UserRow } from '../../rows.ts'
import type { MemoryClient } from './client.ts'

export function mustHaveUser(client: MemoryClient, id: UserId): UserRow {
  const found = client.read().users.get(id)
  if (found === undefined) throw new GateFault('store-unusable', `The store knows no user ${id}.`)
  return found
}
