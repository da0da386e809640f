/** Every command of `sekisho`. Add yours here. */
import type { CliCommand } from '../command.ts'
import { addUser } from './add-user.ts'
import { changePassword } from './change-password.ts'
import { disableUser } from './disable-user.ts'
import { enableUser } from './enable-user.ts'
import { backup } from './backup.ts'
import { check } from './check.ts'
import { createToken } from './create-token.ts'
import { endSession } from './end-session.ts'
import { gate } from './gate.ts'
import { init } from './init.ts'
import { inviteUser } from './invite-user.ts'
import { listSessions } from './list-sessions.ts'
import { listTokens } from './list-tokens.ts'
import { listUsers } from './list-users.ts'
import { removePassword } from './remove-password.ts'
import { removeUser } from './remove-user.ts'
import { resetUser } from './reset-user.ts'
import { restore } from './restore.ts'
import { revokeToken } from './revoke-token.ts'
import { setPassword } from './set-password.ts'
import { showUser } from './show-user.ts'
import { tailAudit } from './tail-audit.ts'
import { unlockUser } from './unlock-user.ts'
import { verifyAudit } from './verify-audit.ts'

export const commands: readonly CliCommand[] = [
  gate,
  init,
  setPassword,
  changePassword,
  removePassword,
  addUser,
  listUsers,
  showUser,
  inviteUser,
  resetUser,
  disableUser,
  enableUser,
  unlockUser,
  removeUser,
  createToken,
  listTokens,
  revokeToken,
  listSessions,
  endSession,
  verifyAudit,
  tailAudit,
  check,
  backup,
  restore,
]
