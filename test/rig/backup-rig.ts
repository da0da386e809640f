/** Machines with a state of their own, in one folder of the test: back one up, restore on another. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import { openState, type State } from '../../src/build.ts'
import { makeParts } from '../../src/cli/make-parts.ts'
import type { Config } from '../../src/config/config.ts'
import { defaults } from '../../src/config/defaults.ts'
import { Secret } from '../../src/kit/secret.ts'
import { registerPassword } from '../../src/login/register.ts'
import type { SessionId, SessionRow, TokenHash } from '../../src/store/rows.ts'

export const passphrase = 'meadow violin copper tangent'
export const password = 'seven quiet lamps by the river'
const cheap = { memory: 8, iterations: 1, parallelism: 1 }

export class BackupRig {
  readonly home: string
  readonly faults: unknown[] = []
  /** The machine's environment. */
  readonly env: Record<string, string | undefined> = {}
  now = Date.UTC(2026, 0, 1)
  readonly clock = { now: () => this.now++ }
  readonly around = {
    env: this.env,
    clock: this.clock,
    onFault: (fault: unknown) => void this.faults.push(fault),
  }
  readonly parts = makeParts(this.around)

  private constructor(home: string) {
    this.home = home
  }

  static async make(): Promise<BackupRig> {
    return new BackupRig(await mkdtemp(join(tmpdir(), 'sekisho-backup-')))
  }

  destroy(): Promise<void> {
    return rm(this.home, { recursive: true, force: true })
  }

  path(...parts: readonly string[]): string {
    return join(this.home, ...parts)
  }

  machine(name: string): Config {
    return {
      ...defaults,
      upstream: new URL('http://127.0.0.1:7999'),
      stateDir: this.path(name, 'state'),
      keyFile: this.path(name, 'key', 'sekisho.key'),
    }
  }

  /** Opens the state of a machine for the time of `work`. */
  async inState<T>(machine: Config, work: (state: State) => Promise<T>): Promise<T> {
    const state = await openState(machine, this.around)
    try {
      return await work(state)
    } finally {
      await state.close()
    }
  }

  /** A state with a password and `records` records in the audit log, in a segment of its own. */
  async fill(machine: Config, records = 3): Promise<void> {
    await this.inState(machine, async (state) => {
      const { keys, instance, store } = state
      if ((await store.passwords.find('shared')) === undefined) {
        await store.passwords.set(
          await registerPassword(password, { keys, instance, now: this.now, stretching: cheap }),
        )
      }
      const audit = await state.openAudit()
      for (let at = 0; at < records; at += 1) await audit.write({ kind: 'app.verified', gradio: `6.${at}` })
      await audit.close()
    })
  }

  async signIn(machine: Config, name: string): Promise<void> {
    await this.inState(machine, ({ store }) => store.sessions.insert(this.#session(name)))
  }

  async openSessions(machine: Config): Promise<readonly string[]> {
    return this.inState(machine, async ({ store }) => (await store.sessions.listOpen()).map(({ id }) => id))
  }

  backup(machine: Config, file: string, options: { withAudit?: boolean; replace?: boolean } = {}) {
    const { withAudit = false, replace = false } = options
    return this.parts.backup(machine, {
      target: { kind: 'file', path: file, replace },
      withAudit,
      passphrase: () => Promise.resolve(new Secret(passphrase)),
    })
  }

  restore(machine: Config, file: string, options: { force?: boolean; typed?: string } = {}) {
    const { force = false, typed = passphrase } = options
    return this.parts.restore(machine, {
      file,
      force,
      passphrase: () => Promise.resolve(new Secret(typed)),
    })
  }

  verify(machine: Config) {
    return this.parts.verifyAudit(machine)
  }

  /** Everything under a machine's folders, relative and sorted. */
  async files(name: string): Promise<readonly string[]> {
    const found = await readdir(this.path(name), { recursive: true, withFileTypes: true }).catch(() => [])
    return found
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.path(name).length + 1))
      .sort()
  }

  #session(name: string): SessionRow {
    return {
      id: name as SessionId,
      tokenHash: `hash-of-${name}` as TokenHash,
      account: 'shared',
      passwordAt: 0,
      renewAt: this.now + 900_000,
      createdAt: this.now,
      authAt: this.now,
      lastActiveAt: this.now,
      endsAt: this.now + 86_400_000,
      address: '192.0.2.7',
      userAgent: 'Browser',
    }
  }
}

export interface TwoMachines {
  readonly rig: BackupRig
  /** One with a state, and one without. */
  readonly old: Config
  readonly empty: Config
  /** Where its backup goes. */
  readonly file: string
}

/** Made anew for each test of the file, which is to leave no fault behind. */
export function useBackupRig(give: (made: TwoMachines) => unknown): void {
  let rig: BackupRig
  beforeEach(async () => {
    rig = await BackupRig.make()
    const old = rig.machine('old')
    give({ rig, old, empty: rig.machine('empty'), file: rig.path('sekisho.age') })
    await rig.fill(old)
  })
  afterEach(async () => {
    expect(rig.faults).toEqual([])
    await rig.destroy()
  })
}
