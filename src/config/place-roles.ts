/** Where each role and its keys were written, so that a decision can name its line. */
import type { Role } from '../policy/roles.ts'
import type { Locate } from './finding.ts'
import { roleKeys, type UnplacedRole } from './parse-roles.ts'

export function placeRoles(roles: readonly UnplacedRole[], locate: Locate): readonly Role[] {
  return roles.map((role) => {
    const { file, line } = split(locate(['roles', role.name]))
    // A key that wasn't written is located at its role.
    const lines = Object.fromEntries(
      roleKeys.map((key) => [key, split(locate(['roles', role.name, key])).line]),
    )
    return { ...role, file, line, lines }
  })
}

/** `sekisho.yaml:12` */
function split(where: string): { readonly file: string; readonly line: number } {
  const [, file = where, line = '1'] = /^(.*):(\d+)$/s.exec(where) ?? []
  return { file, line: Number(line) }
}
