/** Starts the real gate, `node src/cli/cli.ts gate …`, in front of an app on loopback and answers when it does. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { paths } from '../src/contract/contract.ts'
import { freePort, untilItAnswers, untilItListens } from './loopback.ts'
import { startProcessGroup, type ProcessGroup } from './process-group.ts'

export interface GateOptions {
  readonly upstream: string
  /** Its database, audit files and key; kept when the gate stops. */
  readonly home: string
  /** Handed over on stdin; without it the one of an earlier start stands. */
  readonly password?: string
  /** A free one by default. */
  readonly port?: number
  /** More options of `sekisho gate`. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What `npm run build` made, as it is published, and not the source. */
  readonly built?: boolean
}

export interface GateProcess {
  readonly url: string
  readonly port: number
  readonly process: ProcessGroup
  stop(): Promise<void>
}

const root = path.resolve(import.meta.dirname, '..')
const leash = path.join(import.meta.dirname, 'leash.ts')

export async function startGate(options: GateOptions): Promise<GateProcess> {
  const port = options.port ?? (await freePort())
  const gate = startProcessGroup({
    command: process.execPath,
    args: [
      '--import',
      leash,
      ...cliEntry(options.built),
      'gate',
      options.upstream,
      ...['--listen', `127.0.0.1:${String(port)}`],
      ...stateArguments(options.home),
      ...(options.password === undefined ? [] : ['--password-stdin']),
      ...(options.args ?? []),
    ],
    // Not the tree's: a `sekisho.yaml` in the working directory would be read.
    cwd: options.home,
    env: { ...options.env },
    ...(options.password === undefined ? {} : { stdin: `${options.password}\n` }),
  })
  const tls = options.args?.some((one) => one === '--tls-cert' || one === '--https') === true
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${String(port)}`
  try {
    const waiting = { what: 'The gate', process: gate }
    if (tls) await untilItListens(port, waiting)
    else await untilItAnswers(`${url}${paths.health}`, [200], waiting)
  } catch (thrown) {
    await gate.stop()
    throw thrown
  }
  return { url, port, process: gate, stop: () => gate.stop() }
}

/** Where `startGate` with the same `home` has its state. */
export function statePaths(home: string): { readonly stateDir: string; readonly keyFile: string } {
  return { stateDir: path.join(home, 'state'), keyFile: path.join(home, 'key', 'sekisho.key') }
}

/** How any command finds it. */
export function stateArguments(home: string): readonly string[] {
  const { stateDir, keyFile } = statePaths(home)
  return ['--state-dir', stateDir, '--key-file', keyFile]
}

/** The source, or the compiled file where only that was shipped. */
export function cliEntry(built = false): readonly string[] {
  const source = path.join(root, 'src', 'cli', 'cli.ts')
  return [existsSync(source) && !built ? source : path.join(root, 'dist', 'cli', 'cli.js')]
}
