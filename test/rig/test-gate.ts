/** Starts the gate as its users do, by the command, with a state folder of its own and a known password. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildWeb } from '../../scripts/build-web.ts'
import { cliEntry, startGate, stateArguments, type GateProcess } from '../../scripts/gate-process.ts'
import { runCommand, type CommandResult } from '../../scripts/run-command.ts'

export const testPassword = 'lantern-maple-orbit-velvet-canoe'

export interface TestGateOptions {
  readonly upstream: string
  readonly password?: string
  /** Lines of a `sekisho.yaml`. */
  readonly config?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What `npm run build` made, and not the source. */
  readonly built?: boolean
}

export interface TestGate {
  readonly url: string
  readonly port: number
  readonly password: string
  /** Holds `state/`, `key/` and the configuration. */
  readonly home: string
  readonly process: GateProcess['process']
  /** Runs another command on the same state: `cli('session', 'list', '--json')`. */
  cli(...args: readonly string[]): Promise<CommandResult>
  /** Ends it by SIGTERM, or SIGKILL at once, and starts it again at the same address with the same state. */
  restart(how?: 'stop' | 'kill'): Promise<void>
  /** Ends it and removes its state. */
  stop(): Promise<void>
}

let web: Promise<unknown> | undefined

export async function startTestGate(options: TestGateOptions): Promise<TestGate> {
  await (web ??= buildWeb())
  const home = await mkdtemp(path.join(tmpdir(), 'sekisho-gate-'))
  // The gate and the other commands run in this folder, and find the file there.
  const config = [`upstream: ${options.upstream}`, options.config ?? '', ''].join('\n')
  await writeFile(path.join(home, 'sekisho.yaml'), config)
  const password = options.password ?? testPassword
  const common = {
    upstream: options.upstream,
    home,
    ...(options.args === undefined ? {} : { args: options.args }),
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.built === undefined ? {} : { built: options.built }),
  }
  let gate = await startGate({ ...common, password }).catch(async (thrown: unknown) => {
    await rm(home, { recursive: true, force: true })
    throw thrown
  })
  return {
    url: gate.url,
    port: gate.port,
    password,
    home,
    get process() {
      return gate.process
    },
    cli: (...args) =>
      runCommand(process.execPath, [...cliEntry(), ...args, ...stateArguments(home)], {
        cwd: home,
        env: { ...process.env, ...options.env },
      }),
    restart: async (how = 'stop') => {
      await (how === 'kill' ? gate.process.kill() : gate.stop())
      gate = await startGate({ ...common, port: gate.port })
    },
    stop: async () => {
      await gate.stop()
      await rm(home, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
