/** The gate inside the test's own process: every setting at hand, and time that moves when it is told to. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildWeb } from '../../scripts/build-web.ts'
import { statePaths } from '../../scripts/gate-process.ts'
import { openState } from '../../src/build.ts'
import type { Config } from '../../src/config/config.ts'
import { defaults } from '../../src/config/defaults.ts'
import type { Stretching } from '../../src/contract/contract.ts'
import { registerPassword } from '../../src/login/register.ts'
import { runGate } from '../../src/run-gate.ts'
import { cookieNames, type CookieNames } from '../../src/sessions/cookie.ts'
import type { Store } from '../../src/store/store.ts'
import { testPassword } from './test-gate.ts'
import { UserMaker } from './user-maker.ts'

/**
 * Stands still between two calls of `advance`, so that no test depends on how long it takes; or `goes` between them as well, for
 * pages, which tell the gate's time by their own clock.
 */
export class MovableClock {
  readonly #goes: boolean
  #time: number

  constructor(goes = false) {
    this.#goes = goes
    this.#time = goes ? 0 : Date.now()
  }

  now(): number {
    return this.#goes ? Date.now() + this.#time : this.#time
  }

  advance(ms: number): void {
    this.#time += ms
  }
}

export interface GateHereOptions {
  readonly upstream: string
  /** Null: none is set. */
  readonly password?: string | null
  readonly config?: Partial<Config>
  /** Argon2's cost; next to nothing by default, since few tests are about it. */
  readonly stretching?: Stretching
  /** Time goes on by itself, and `advance` adds to it. */
  readonly clock?: 'goes'
  /** Ends what takes a while at the start. */
  readonly stopping?: AbortSignal
}

export interface GateHere {
  readonly url: string
  readonly port: number
  readonly password: string
  readonly clock: MovableClock
  readonly cookies: CookieNames
  readonly instance: string
  /** `state/` and `key/`, as on a server. */
  readonly home: string
  readonly auditDir: string
  /** What went wrong beside the requests. */
  readonly faults: readonly unknown[]
  /** Adds users and invitations as another process does. */
  readonly users: UserMaker
  /** The same database through that other process's eyes. */
  readonly store: Store
  /** Ends it in order and starts it again at the same address with the same state. */
  restart(): Promise<void>
  stop(): Promise<void>
  /** For `await using` in a test that needs a gate of its own. */
  [Symbol.asyncDispose](): Promise<void>
}

const cheap: Stretching = { memory: 1024, iterations: 1, parallelism: 1 }

export async function startGateHere(options: GateHereOptions): Promise<GateHere> {
  await buildWeb()
  const home = await mkdtemp(path.join(tmpdir(), 'sekisho-here-'))
  const clock = new MovableClock(options.clock === 'goes')
  const faults: unknown[] = []
  const config: Config = {
    ...defaults,
    listen: { host: '127.0.0.1', port: 0 },
    upstream: new URL(options.upstream),
    ...statePaths(home),
    ...options.config,
  }
  const around = {
    env: {},
    clock,
    onFault: (fault: unknown) => void faults.push(fault),
    ...(options.stopping !== undefined && { stopping: options.stopping }),
  }
  const password = options.password ?? testPassword
  const state = await openState(config, around)
  const { instance, keys } = state
  if (options.password !== null) {
    const stretching = options.stretching ?? cheap
    await state.store.passwords.set(
      await registerPassword(password, { keys, instance, now: clock.now(), stretching }),
    )
  }
  let gate = await runGate(config, around)
  const [url = ''] = gate.addresses
  const port = Number(new URL(url).port)
  const stop = async () => {
    await gate.stop()
    await state.close()
    await rm(home, { recursive: true, force: true, maxRetries: 3 })
  }
  return {
    url: url.replace(/\/$/, ''),
    port,
    password,
    clock,
    cookies: cookieNames(instance),
    instance,
    home,
    auditDir: gate.auditDir,
    faults,
    users: new UserMaker({ store: state.store, keys, instance, clock }),
    store: state.store,
    restart: async () => {
      await gate.stop()
      gate = await runGate({ ...config, listen: { ...config.listen, port } }, around)
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
