/** The real parts, each loaded when a command first needs it: `--help` starts no cryptography. */
import { existsSync } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Surroundings } from '../build.ts'
import type { Config } from '../config/config.ts'
import { GateFault } from '../kit/fault.ts'
import { Secret } from '../kit/secret.ts'
import type { Parts } from './parts.ts'

/** How often a followed log is looked at. */
const lookEveryMs = 300

export function makeParts(around: Surroundings): Parts {
  return {
    async generatePassphrase() {
      const { generatePassphrase } = await import('../login/passphrase.ts')
      return new Secret(generatePassphrase())
    },
    async openPolicy({ roles, policyFiles }) {
      const { openPolicyDesk } = await import('../policy-tools/policy-desk.ts')
      return openPolicyDesk({ roles, files: policyFiles })
    },
    async readPolicySchema() {
      const { readPolicySchema } = await import('../policy-tools/policy-desk.ts')
      return readPolicySchema()
    },
    async readAppModel({ upstream }) {
      const { readModel } = await import('../app/read-model.ts')
      const { Pool } = await import('undici')
      const client = new Pool(upstream.origin, { connections: 1, pipelining: 1 })
      try {
        return (await readModel({ client, patience: 10_000 }, upstream.pathname.replace(/\/+$/, ''))).model
      } finally {
        await client.destroy()
      }
    },
    async openState(config, which) {
      if (which === 'existing') await requireState(config)
      const { openState } = await import('../build.ts')
      const { LiveOperatorState } = await import('./operator-state.ts')
      return new LiveOperatorState(await openState(config, around), config, around.clock)
    },
    async verifyAudit(config) {
      await requireState(config)
      const { auditDir, openState } = await import('../build.ts')
      const { verifyAudit } = await import('../audit/verify.ts')
      await makeFolder(auditDir(config))
      const state = await openState(config, around)
      try {
        const key = state.keys.subKey('audit-chain').reveal()
        return await verifyAudit({ dir: auditDir(config), key, segments: state.store.segments })
      } finally {
        await state.close()
      }
    },
    async backup(config, { target, withAudit, passphrase }) {
      await requireState(config)
      const { isDecided } = await import('../backup/place.ts')
      const { stateDir } = config
      if (!existsSync(join(stateDir, 'sekisho.db')) && !isDecided(stateDir)) throw nothingThere(stateDir)
      const { auditDir, openState } = await import('../build.ts')
      const { makeBackup } = await import('../backup/make-backup.ts')
      const { checkTarget } = await import('../backup/target.ts')
      await checkTarget(target)
      const state = await openState(config, around)
      try {
        const wish = { target, withAudit, passphrase: await passphrase() }
        const audit = await state.openAudit()
        try {
          const parts = { ...state, audit, clock: around.clock, stateDir, auditDir: auditDir(config) }
          return await makeBackup(wish, parts)
        } finally {
          await audit.close()
        }
      } finally {
        await state.close()
      }
    },
    async restore({ stateDir, keyFile, audit: limits }, wish) {
      const { restoreBackup } = await import('../backup/restore.ts')
      return restoreBackup(wish, { ...around, stateDir, keyFile, limits })
    },
    async check(config, options) {
      const { runCheck } = await import('../check/run-check.ts')
      const { readSqliteStore } = await import('../store/engines/sqlite/read-only.ts')
      const openReadOnly = (file: string) => readSqliteStore({ file })
      return runCheck(config, options, { env: around.env, clock: around.clock, openReadOnly })
    },
    async *tailAudit(config, { last, follow, stopped }) {
      await requireState(config)
      const { auditDir } = await import('../build.ts')
      const { tailAudit } = await import('../audit/tail.ts')
      await makeFolder(auditDir(config))
      const goOn = async () => {
        // Rejects when aborted, which is the answer.
        await wait(lookEveryMs, undefined, { signal: stopped }).catch(() => undefined)
        return !stopped.aborted
      }
      yield* tailAudit({ dir: auditDir(config), last, ...(follow && { follow: goOn }) })
    },
    async runGate(config, stopping) {
      const { runGate } = await import('../run-gate.ts')
      return runGate(config, { ...around, stopping })
    },
  }
}

/** Somebody may have removed the whole log: then an empty one is read, and the database tells what is missing. */
async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/** A new, empty database in good order would take the place of the last backup of the lost one, night after night. */
function nothingThere(stateDir: string): GateFault {
  return new GateFault(
    'usage',
    `There is no database in ${stateDir}, so there is nothing to back up. If it was lost, restore a backup.`,
  )
}

/** A mistyped address must not grow a state of its own that then looks empty and in order. */
async function requireState({ stateDir, upstream }: Config): Promise<void> {
  try {
    await access(stateDir)
  } catch (cause) {
    throw new GateFault(
      'usage',
      `No gate has run for ${upstream.href} yet: there is no state in ${stateDir}. Name the configuration with --config, ` +
        'the app with --upstream, or the folder with --state-dir.',
      { cause },
    )
  }
}
