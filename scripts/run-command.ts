/** Runs a command to its end and answers what it printed; never through a shell. */
import { spawn } from 'node:child_process'

export interface CommandResult {
  /** Null when it could not be started or was killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Milliseconds after which it is killed; none by default. */
  readonly limit?: number
}

/** A command that can't be started answers `code: null`, with the reason as its stderr. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.limit === undefined ? {} : { timeout: options.limit, killSignal: 'SIGKILL' as const }),
    })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    const texts = () => ({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    child.on('error', (error) => {
      resolve({ code: null, stdout: '', stderr: error.message })
    })
    child.on('close', (code) => {
      resolve({ code, ...texts() })
    })
  })
}

/** The last lines of an output, enough to see why something failed. */
export function lastLines(text: string, count = 12): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
