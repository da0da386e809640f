/**
 * The last step of a restore, which can't be left half done: once the plan is written, whoever comes next, the gate
 * included, carries it out to its end. Before that moment nothing has happened.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { GateFault } from '../kit/fault.ts'
import { failed } from './faults.ts'
import { names } from './manifest.ts'
import { claimState, keyDraft, stagingDir } from './places.ts'
import { syncPath } from './write-file.ts'

const schema = z.strictObject({
  backup: z.string(),
  madeAt: z.string(),
  /** Absolute; absent where the key comes from the environment. */
  keyFile: z.string().optional(),
  /** What was there before gets this name: a folder in the state folder, and an ending of the key file. */
  aside: z.string().regex(/^before-restore-[0-9TZ]+$/),
})

export type Plan = Readonly<z.infer<typeof schema>>

export const auditFolder = 'audit'
/** What SQLite keeps beside the database belongs to the old one. */
const oldDatabase = [names.database, `${names.database}-wal`, `${names.database}-shm`]

export const isDecided = (stateDir: string) => existsSync(planPath(stateDir))

const planPath = (stateDir: string) => join(stagingDir(stateDir), 'plan.json')

/** The point of no return: when this resolves, the restore has happened, whatever happens to this process. */
export async function commitPlan(stateDir: string, plan: Plan): Promise<void> {
  const draft = `${planPath(stateDir)}.draft`
  await writeFile(draft, JSON.stringify(plan), { flag: 'wx', mode: 0o600 })
  await syncPath(draft)
  await rename(draft, planPath(stateDir))
  await syncPath(stagingDir(stateDir))
}

/** For whoever opens the state: ends a restore that was interrupted, and answers its plan. Costs a look otherwise. */
export async function finishRestore(stateDir: string): Promise<Plan | undefined> {
  if (!isDecided(stateDir)) return undefined
  const release = claimState(stateDir)
  try {
    return await carryOut(stateDir)
  } finally {
    release()
  }
}

/** The caller has claimed the state. Each step can be repeated: what still lies in the staging folder is still to do. */
export async function carryOut(stateDir: string): Promise<Plan | undefined> {
  if (!isDecided(stateDir)) return undefined
  const plan = await readPlan(planPath(stateDir))
  try {
    if (plan.keyFile !== undefined) await placeKey(plan.keyFile, plan.aside)
    await placeFrom(stateDir, plan.aside, names.database, oldDatabase)
    await placeFrom(stateDir, plan.aside, auditFolder, [auditFolder])
    await syncPath(stateDir)
    await rm(planPath(stateDir))
    await rm(stagingDir(stateDir), { recursive: true })
    return plan
  } catch (cause) {
    throw failed(
      `The restore into ${stateDir} is decided but can't be finished; the next sekisho command will try again`,
      cause,
    )
  }
}

async function placeKey(keyFile: string, aside: string): Promise<void> {
  const draft = keyDraft(keyFile)
  if (!existsSync(draft)) return
  const isSame = existsSync(keyFile) && (await readFile(keyFile)).equals(await readFile(draft))
  if (isSame) await rm(draft)
  else {
    if (existsSync(keyFile)) await rename(keyFile, `${keyFile}.${aside}`)
    await rename(draft, keyFile)
  }
  await syncPath(dirname(keyFile))
}

async function placeFrom(
  stateDir: string,
  aside: string,
  name: string,
  inTheWay: readonly string[],
): Promise<void> {
  const staged = join(stagingDir(stateDir), name)
  if (!existsSync(staged)) return
  for (const old of inTheWay.filter((each) => existsSync(join(stateDir, each)))) {
    await mkdir(join(stateDir, aside), { recursive: true, mode: 0o700 })
    await rename(join(stateDir, old), join(stateDir, aside, old))
  }
  await rename(staged, join(stateDir, name))
}

async function readPlan(path: string): Promise<Plan> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new GateFault('backup-failed', `The plan of an interrupted restore can't be read: ${path}.`, {
      cause,
    })
  }
}
