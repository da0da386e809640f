/** Every command of `sekisho`. Add yours here. */
import type { CliCommand } from '../command.ts'
import { addUser } from './add-user.ts'
import { changePassword } from './change-password.ts'
import { changeUser } from './change-user.ts'
import { disableUser } from './disable-user.ts'
import { enableUser } from './enable-user.ts'
import { backup } from './backup.ts'
import { check } from './check.ts'
import { checkInputs } from './check-inputs.ts'
import { checkPolicy } from './check-policy.ts'
import { createToken } from './create-token.ts'
import { endSession } from './end-session.ts'
import { explainPolicy } from './explain-policy.ts'
import { gate } from './gate.ts'
import { init } from './init.ts'
import { inviteUser } from './invite-user.ts'
import { listFiles, listLinks } from './list-files.ts'
import { listSessions } from './list-sessions.ts'
import { listTokens } from './list-tokens.ts'
import { listUsers } from './list-users.ts'
import { printPolicy } from './print-policy.ts'
import { printPolicySchema } from './print-policy-schema.ts'
import { printPolicyTable } from './print-policy-table.ts'
import { removePassword } from './remove-password.ts'
import { removeUser } from './remove-user.ts'
import { resetUser } from './reset-user.ts'
import { restore } from './restore.ts'
import { revokeFile, revokeLink } from './revoke-file.ts'
import { revokeToken } from './revoke-token.ts'
import { setPassword } from './set-password.ts'
import { showUser } from './show-user.ts'
import { suggestInputsCommand } from './suggest-inputs.ts'
import { tailAudit } from './tail-audit.ts'
import { testPolicy } from './test-policy.ts'
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
  changeUser,
  inviteUser,
  resetUser,
  disableUser,
  enableUser,
  unlockUser,
  removeUser,
  createToken,
  listTokens,
  revokeToken,
  checkPolicy,
  testPolicy,
  explainPolicy,
  printPolicyTable,
  printPolicy,
  printPolicySchema,
  suggestInputsCommand,
  checkInputs,
  listSessions,
  endSession,
  listFiles,
  revokeFile,
  listLinks,
  revokeLink,
  verifyAudit,
  tailAudit,
  check,
  backup,
  restore,
]
