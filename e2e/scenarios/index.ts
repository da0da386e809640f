/** Every scenario that runs directly and through the gate. Add yours to its file. */
import { files } from './files.ts'
import { notices } from './notices.ts'
import type { Scenario } from './scenario.ts'
import { streams } from './streams.ts'
import { values } from './values.ts'

export const scenarios: readonly Scenario[] = [...values, ...streams, ...files, ...notices]
