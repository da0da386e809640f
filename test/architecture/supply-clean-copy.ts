/** A copy of the tree as a fresh clone would be, without what was built, to build and pack in while others use the tree. */
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { runCommand, type CommandResult } from '../../scripts/run-command.ts'

const root = join(import.meta.dirname, '../..')
const leftOut = new Set(['node_modules', 'dist', '.git', '.sekisho', 'coverage'])

export interface CleanCopy {
  readonly folder: string
  /** Runs a command there and answers what it printed; fails unless it exits with 0. */
  run(command: string, args: readonly string[], cwd?: string): Promise<CommandResult>
  remove(): Promise<void>
}

export async function makeCleanCopy(): Promise<CleanCopy> {
  const top = await mkdtemp(join(tmpdir(), 'sekisho-copy-'))
  const folder = join(top, 'sekisho')
  await cp(root, folder, { recursive: true, filter: (source) => !leftOut.has(basename(source)) })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return {
    folder,
    run: async (command, args, cwd = folder) => {
      const done = await runCommand(command, args, { cwd, env: plainEnvironment() })
      if (done.code !== 0) throw new TypeError(`${command} ${args.join(' ')}:\n${done.stdout}${done.stderr}`)
      return done
    },
    remove: () => rm(top, { recursive: true, force: true }),
  }
}

/** Whoever started the tests by npm must not pass npm's settings of that run on; children run on this Node. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'))
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter)
  return { ...Object.fromEntries(own), PATH: path, SOURCE_DATE_EPOCH: undefined }
}
