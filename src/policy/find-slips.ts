/** What is valid and probably not meant: said once, loudly, when a policy is loaded. */
import { readSchema } from './read-schema.ts'
import { parsePolicy } from './parsed-policy.ts'
import type { PolicySet } from './policy-set.ts'
import type { Role, When } from './roles.ts'

export function findSlips(set: PolicySet): readonly string[] {
  return [...findUnmet(set), ...findUnguarded(set), ...findPersonal(set)]
}

function findUnmet({ roles }: PolicySet): readonly string[] {
  return roles
    .filter(({ when }) => when?.mfa === true)
    .map(
      (role) =>
        `${placeOf(role, 'mfa')}: ` +
        'no request can have a second factor in this release, so nobody gets what this role itself grants.',
    )
}

function findUnguarded({ roles }: PolicySet): readonly string[] {
  return roles.flatMap((role) => {
    const beside = role.when?.fresh === undefined ? [] : grantsBesideCalls(role)
    if (beside.length === 0) return []
    const without = `${beside.join(', ')} ${beside.length === 1 ? 'is' : 'are'} granted without it`
    return [`${placeOf(role, 'fresh')}: this guards calls alone; ${without}.`]
  })
}

function placeOf({ name, file, line, lines }: Role, condition: keyof When): string {
  return `${file}:${String(lines['when'] ?? line)}: roles.${name}.when.${condition}`
}

/** The sight of the app is none: no role goes without. */
function grantsBesideCalls(role: Role): readonly string[] {
  return [
    ...(role.upload ? ['upload'] : []),
    ...(role.files.length > 0 ? ['files'] : []),
    ...(role.deepLinks ? ['deep_links'] : []),
    ...(role.mcp ? ['mcp'] : []),
    ...(role.components.length > 0 ? ['components'] : []),
    ...(role.monitoring ? ['monitoring'] : []),
  ]
}

function findPersonal({ schema, own, places }: PolicySet): readonly string[] {
  const { actions } = readSchema(schema)
  return Array.from(own).flatMap(([id, text]) => {
    const { effect, principal } = parsePolicy(id, text, actions)
    if (effect !== 'forbid' || principal.op !== 'equals' || !principal.uid.startsWith('User::')) return []
    const user = JSON.stringify(principal.uid.slice('User::'.length))
    const { file, line } = places.get(id) ?? { file: id, line: 1 }
    return [
      `${file}:${String(line)}: this forbids ${user} in person; the API tokens of ${user} go on. ` +
        `To mean both, write: principal in Sekisho::User::${user}`,
    ]
  })
}
