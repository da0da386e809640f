/** Restoring: everything is unpacked, checked and made ready beside the state before the first file takes its place. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AuditLimits } from '../audit/retention.ts'
import type { Clock } from '../kit/clock.ts'
import { GateFault } from '../kit/fault.ts'
import type { Secret } from '../kit/secret.ts'
import { keyVariable } from '../login/key-file.ts'
import { parseKeyRing, type KeyRing } from '../login/key.ts'
import { newestVersion } from '../store/engines/sqlite/migrate.ts'
import { checkDatabase, isInUse } from '../store/engines/sqlite/offline.ts'
import { refuseOtherUser } from '../store/engines/sqlite/state-owner.ts'
import { failed, isSystemError } from './faults.ts'
import { names, segmentOf, type Manifest } from './manifest.ts'
import { auditFolder, carryOut, commitPlan, isDecided } from './place.ts'
import { claimState, keyDraft, lockPath, stagingDir } from './places.ts'
import { refuseWhatIsThere, whatIsThere } from './standing.ts'
import { settle, type Settled } from './settle.ts'
import { checkStart, unpackBackup } from './unpack.ts'
import { syncPath } from './write-file.ts'

export interface RestoreParts {
  readonly stateDir: string
  readonly keyFile: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly limits: AuditLimits
  readonly onFault: (fault: unknown) => void
}

export interface RestoreWish {
  readonly file: string
  /** Moves aside what is there. */
  readonly force: boolean
  /** Asked for when everything that can be checked without it is in order. */
  readonly passphrase: () => Promise<Secret>
}

export interface Restored extends Settled {
  readonly backup: string
  readonly madeAt: string
  /** The version that made it. */
  readonly sekisho: string
  readonly stateDir: string
  /** Absent where the key comes from the environment. */
  readonly keyFile?: string
  readonly auditFiles: number
  /** The name that everything got that was there before. */
  readonly aside?: string
}

export async function restoreBackup(wish: RestoreWish, parts: RestoreParts): Promise<Restored> {
  const { stateDir, keyFile } = parts
  refuseOtherUser(stateDir)
  await checkStart(wish.file)
  const forget = [await makeFolder(stateDir)]
  const release = claimState(stateDir)
  try {
    const finished = await carryOut(stateDir)
    await clear(parts)
    const there = whatIsThere(parts)
    if (there.length > 0 && !wish.force) throw refuseWhatIsThere(there, finished?.madeAt)
    refuseInUse(stateDir)
    if (parts.env[keyVariable] === undefined) forget.unshift(await makeFolder(dirname(keyFile)))
    return await restore(wish, parts, there.length > 0)
  } catch (cause) {
    throw isSystemError(cause) ? failed(`Nothing can be restored into ${stateDir}`, cause) : cause
  } finally {
    // When the plan is decided, what lies there is still to be put in place.
    await clear({ stateDir, keyFile }).catch(() => undefined)
    release()
    if (!existsSync(join(stateDir, names.database)) && !existsSync(stagingDir(stateDir))) {
      await rm(lockPath(stateDir), { force: true })
    }
    for (const one of forget) await one()
  }
}

async function restore(wish: RestoreWish, parts: RestoreParts, replaces: boolean): Promise<Restored> {
  const { stateDir, clock } = parts
  const staging = stagingDir(stateDir)
  await refuseOtherDisk(stateDir)
  const passphrase = await wish.passphrase()
  const fromEnvironment = parts.env[keyVariable] !== undefined
  // Where the environment has the key, a copy on the disk is not wanted: it goes with the staging folder.
  const keyPath = fromEnvironment ? join(staging, names.key) : keyDraft(parts.keyFile)
  const manifest = await unpackBackup(wish.file, passphrase, async (found) => {
    refuseNewer(wish.file, found)
    await mkdir(join(staging, auditFolder), { recursive: true, mode: 0o700 })
    return ({ name }) => (name === names.key ? keyPath : join(staging, name))
  })
  const keys = await readKey(keyPath, wish.file, parts.env)
  checkDatabase(join(staging, names.database))
  const settled = await settle(staging, manifest, { ...parts, keys })
  for (const path of [names.database, auditFolder, '']) await syncPath(join(staging, path))
  if (!fromEnvironment) await syncPath(dirname(keyPath))
  // Whoever started a gate meanwhile has it open.
  refuseInUse(stateDir)
  const aside = `before-restore-${new Date(clock.now()).toISOString().replace(/[-:.]/g, '')}`
  const keyFile = fromEnvironment ? {} : { keyFile: parts.keyFile }
  await commitPlan(stateDir, { backup: manifest.backup, madeAt: manifest.madeAt, aside, ...keyFile })
  await carryOut(stateDir)
  return {
    ...settled,
    backup: manifest.backup,
    madeAt: manifest.madeAt,
    sekisho: manifest.sekisho,
    stateDir,
    ...keyFile,
    auditFiles: manifest.files.filter(({ name }) => segmentOf(name) !== undefined).length,
    ...(replaces && { aside }),
  }
}

function refuseNewer(file: string, { schema, sekisho }: Manifest): void {
  if (schema <= newestVersion) return
  throw new GateFault(
    'store-newer',
    `${file} was made by a newer sekisho (${sekisho}, schema ${schema}; this one knows up to ${newestVersion}). Install ` +
      'that one and restore it there. Nothing was restored.',
  )
}

async function readKey(path: string, file: string, env: RestoreParts['env']): Promise<KeyRing> {
  const keys = await parseKeyRing(await readFile(path, 'utf8'), `the backup ${file}`)
  const given = env[keyVariable]
  if (given === undefined) return keys
  const own = await parseKeyRing(given, `the environment variable ${keyVariable}`)
  if (own.line().reveal() === keys.line().reveal()) return keys
  throw new GateFault(
    'key-invalid',
    `${keyVariable} is set, and it is not the key of this backup. Give it that key, or unset it: then the key is restored ` +
      'to its file. Nothing was restored.',
  )
}

function refuseInUse(stateDir: string): void {
  if (!isInUse(join(stateDir, names.database))) return
  throw new GateFault(
    'usage',
    `A gate or another command has the database in ${stateDir} open. Stop it first. Nothing was restored.`,
  )
}

/** The log may lie on a disk of its own, and nothing can be moved there at once. */
async function refuseOtherDisk(stateDir: string): Promise<void> {
  const audit = await stat(join(stateDir, auditFolder)).catch(() => undefined)
  if (audit === undefined || audit.dev === (await stat(stateDir)).dev) return
  throw new GateFault(
    'usage',
    `${join(stateDir, auditFolder)} is another file system. Unmount it for the time of the restore.`,
  )
}

/** Removes what is not decided: unpacked files, and the key beside its place. */
async function clear({ stateDir, keyFile }: Pick<RestoreParts, 'stateDir' | 'keyFile'>): Promise<void> {
  if (isDecided(stateDir)) return
  await rm(stagingDir(stateDir), { recursive: true, force: true })
  await rm(keyDraft(keyFile), { force: true })
}

/** Answers how to take back what had to be made for it, as far as it is empty by then. */
async function makeFolder(path: string): Promise<() => Promise<void>> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw failed(`The folder ${path} can't be made`, cause)
  })
  return async () => {
    for (let made = path; first !== undefined && made.startsWith(first); made = dirname(made)) {
      await rmdir(made).catch(() => undefined)
    }
  }
}
