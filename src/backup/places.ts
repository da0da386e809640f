/** Where backing up and restoring keep what is not finished, and how only one of them works on a state at a time. */
import { join } from 'node:path'
import { lockFile } from '../store/engines/sqlite/offline.ts'

/** Under the state folder, which is its owner's alone: a copy of the database never lies in a public place. */
export const draftDir = (stateDir: string) => join(stateDir, 'backing-up')
export const stagingDir = (stateDir: string) => join(stateDir, 'restoring')
/** Beside the key that it is to become, apart from the state like that one. */
export const keyDraft = (keyFile: string) => `${keyFile}.restoring`
export const lockPath = (stateDir: string) => join(stateDir, 'backup.lock')

const patienceMs = 5_000

/** Answers how to give the state back; a process that is killed gives it back too. */
export function claimState(stateDir: string): () => void {
  return lockFile(
    lockPath(stateDir),
    'Another backup or restore works on this state. Wait for it to end, and try again.',
    patienceMs,
  )
}
