/** Every storage engine. Add yours here. */
import { makeMemoryStore } from './memory/open.ts'
import { openSqliteStore } from './sqlite/open.ts'

export const engines = { memory: makeMemoryStore, sqlite: openSqliteStore } as const
