/** Whose a state folder is: what another user writes there, root above all, its owner can't read any more. */
import { statSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { GateFault } from '../../../kit/fault.ts'

const sticky = 0o1000

/** `user` is absent where users have no numbers (Windows). Before the first file is made, and before a key is looked for. */
export function refuseOtherUser(stateDir: string, user: number | undefined = process.getuid?.()): void {
  const owner = ownerOf(stateDir)
  if (user === undefined || owner === undefined || owner === user) return
  const whose = owner === 0 ? 'root' : `user ${owner}`
  const who = user === 0 ? 'root' : `user ${user}`
  const remedy = owner === 0 ? 'sudo sekisho …' : `sudo -u '#${owner}' sekisho …`
  throw new GateFault(
    'usage',
    `The state in ${stateDir} belongs to ${whose}, and this is ${who}. What is written there now, its owner could not read, ` +
      `and the gate would be locked out. Run it as its owner: ${remedy}`,
  )
}

/** The database's, and that of its folder while there is none; a folder like /tmp, which everybody shares, says nothing. */
function ownerOf(stateDir: string): number | undefined {
  const database = look(join(stateDir, 'sekisho.db'))
  if (database !== undefined) return database.uid
  const folder = look(stateDir)
  return folder === undefined || (folder.mode & sticky) !== 0 ? undefined : folder.uid
}

/** Undefined also for what this user may not even see: then the folder around it tells. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
