/** Starts a program as the leader of its own process group and stops the whole group surely, whatever happens to us. */
import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

export interface GroupOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Written to its stdin, which is then closed. */
  readonly stdin?: string
  /** Called with every piece of output. */
  readonly onOutput?: (text: string) => void
}

export interface ProcessGroup {
  readonly pid: number
  /** The end of what it printed on both outputs. */
  output(): string
  /** Resolves when the leader is gone. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  readonly running: boolean
  /** SIGTERM, and SIGKILL when that took longer than `patience` milliseconds. */
  stop(patience?: number): Promise<void>
  /** SIGKILL at once, for tests of what a crash leaves behind. */
  kill(): Promise<void>
}

const keptOutput = 200_000
const running = new Set<number>()
let watching = false

/**
 * The child holds the far end of a pipe as file descriptor 3 (see leash.ts, leash.py): when we die, by whatever
 * signal, it sees the end of the pipe and leaves too.
 */
export function startProcessGroup(options: GroupOptions): ProcessGroup {
  watchOurExit()
  const child = spawn(options.command, options.args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.stdin ?? '')
  const output = collectOutput(child, options.onOutput)
  const { pid } = child
  if (pid !== undefined) running.add(pid)

  let exit: { code: number | null; signal: NodeJS.Signals | null } | undefined
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('error', (error) => {
      output.add(error.message)
      resolve((exit = { code: null, signal: null }))
    })
    child.on('exit', (code, signal) => {
      resolve((exit = { code, signal }))
    })
  })
  const signal = (name: NodeJS.Signals) => {
    if (pid !== undefined) signalGroup(pid, name)
  }
  const stop = async (patience: number) => {
    if (exit === undefined) signal('SIGTERM')
    await Promise.race([exited, delay(patience, undefined, { ref: false })])
    // Also when the leader is gone: what it started may not be.
    signal('SIGKILL')
    await exited
    if (pid !== undefined) running.delete(pid)
  }
  return {
    pid: pid ?? 0,
    output: output.text,
    exited,
    get running() {
      return exit === undefined
    },
    stop: (patience = 5000) => stop(patience),
    kill: async () => {
      signal('SIGKILL')
      await exited
      if (pid !== undefined) running.delete(pid)
    },
  }
}

function collectOutput(child: ChildProcess, onOutput: GroupOptions['onOutput']) {
  let text = ''
  const add = (piece: string) => {
    text = (text + piece).slice(-keptOutput)
    onOutput?.(piece)
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8')
    stream?.on('data', add)
  }
  return { add, text: () => text }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (thrown) {
    // ESRCH: everybody has left already. EPERM: macOS says so of a group that only zombies are left in.
    const { code } = thrown as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw thrown
  }
}

function watchOurExit(): void {
  if (watching) return
  watching = true
  process.on('exit', () => {
    for (const pid of running) signalGroup(pid, 'SIGKILL')
  })
}
