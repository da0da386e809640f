/** Every migration, in order, without gaps. Add yours at the end; what was released is never edited. */
import { first } from './0001-first.ts'
import { users } from './0002-users.ts'
import { roles } from './0003-roles.ts'
import { ownership } from './0004-ownership.ts'
import { proof } from './0005-proof.ts'
import type { Migration } from './migration.ts'

export const migrations = [first, users, roles, ownership, proof] as const satisfies readonly Migration[]
