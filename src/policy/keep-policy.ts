/** The policy of a running gate: what the configuration says, kept in step with its files. */
import type { Config } from '../config/config.ts'
import { rereadPolicy } from '../config/load.ts'
import { PolicyKeeper } from './policy-keeper.ts'
import type { KeeperParts } from './policy-keeper.ts'

export interface Keeping extends Pick<KeeperParts, 'audit' | 'say'> {
  readonly cwd: string
  readonly home: string
}

/** Not open yet. */
export function keepPolicy(
  { file, roles, policyFiles }: Pick<Config, 'file' | 'roles' | 'policyFiles'>,
  { cwd, home, ...parts }: Keeping,
): PolicyKeeper {
  const source = { roles, files: policyFiles }
  if (file === undefined) return new PolicyKeeper({ ...parts, source })
  const reread = async () => {
    const now = await rereadPolicy(file, { cwd, home, env: {} })
    return { roles: now.roles, files: now.policyFiles }
  }
  return new PolicyKeeper({ ...parts, source, config: { file, reread } })
}
