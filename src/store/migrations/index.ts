/** Every migration, in order, without gaps. Add yours at the end; what was released is never edited. */
import { first } from './0001-first.ts'
import type { Migration } from './migration.ts'

export const migrations = [first] as const satisfies readonly Migration[]
