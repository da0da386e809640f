/** Roles and attributes as SQLite keeps them: JSON that this engine wrote, and whose kind a constraint holds. */
import type { Endowment } from '../../rows.ts'
import type { EndowmentColumns } from './statements.ts'

export function readEndowment({ roles, attributes }: EndowmentColumns): Endowment {
  return { roles: readRoles(roles), attributes: JSON.parse(attributes) as Endowment['attributes'] }
}

export function readRoles(text: string): Endowment['roles'] {
  return JSON.parse(text) as Endowment['roles']
}
