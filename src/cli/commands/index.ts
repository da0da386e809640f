/** Every command of `sekisho`. Add yours here. */
import type { CliCommand } from '../command.ts'
import { endSession } from './end-session.ts'
import { gate } from './gate.ts'
import { init } from './init.ts'
import { listSessions } from './list-sessions.ts'
import { setPassword } from './set-password.ts'
import { tailAudit } from './tail-audit.ts'
import { verifyAudit } from './verify-audit.ts'

export const commands: readonly CliCommand[] = [
  gate,
  init,
  setPassword,
  listSessions,
  endSession,
  verifyAudit,
  tailAudit,
]
