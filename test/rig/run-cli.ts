/** The `sekisho` command as a process of its own. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const cliFile = fileURLToPath(new URL('../../src/cli/cli.ts', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** `home` is working folder and HOME, so that nothing of the machine's is read or written. */
export function runCli(
  home: string,
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [cliFile, ...args], {
    cwd: home,
    env: { PATH, NODE_COMPILE_CACHE, HOME: home, NODE_NO_WARNINGS: '1', ...env },
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  // A command that doesn't read its input may have ended before we wrote.
  child.stdin.on('error', () => undefined).end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
}
