/** What stands where a restore would put something. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { GateFault } from '../kit/fault.ts'
import { keyVariable } from '../login/key-file.ts'
import { names } from './manifest.ts'
import { auditFolder } from './place.ts'

export interface Standing {
  readonly stateDir: string
  readonly keyFile: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Other things in the state folder are not the restore's, and stay. */
export function whatIsThere({ stateDir, keyFile, env }: Standing): readonly string[] {
  const audit = join(stateDir, auditFolder)
  return [
    ...[names.database, `${names.database}-wal`, `${names.database}-shm`]
      .map((name) => join(stateDir, name))
      .filter((path) => existsSync(path)),
    ...(existsSync(audit) && readdirSync(audit).length > 0 ? [audit] : []),
    ...(env[keyVariable] === undefined && existsSync(keyFile) ? [keyFile] : []),
  ]
}

export function refuseWhatIsThere(there: readonly string[], finished: string | undefined): GateFault {
  const before =
    finished === undefined
      ? ''
      : `An interrupted restore of the backup made ${finished} was finished just now. `
  return new GateFault(
    'usage',
    `${before}There is something already:\n${there.map((path) => `  ${path}\n`).join('')}Nothing was restored. To put the ` +
      'backup in its place say --force: what is there is then moved aside under another name, not deleted.',
  )
}
