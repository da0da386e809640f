/** The commit of the tree, for results that are published; `+` when it had changes that were not committed. */
import { join } from 'node:path'
import { runCommand } from './run-command.ts'

const root = join(import.meta.dirname, '..')

export async function readCommit(): Promise<string> {
  const head = await runCommand('git', ['rev-parse', '--short', 'HEAD'], { cwd: root })
  const changes = await runCommand('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: root })
  return head.code === 0 ? `${head.stdout.trim()}${changes.stdout === '' ? '' : '+'}` : 'unknown'
}
