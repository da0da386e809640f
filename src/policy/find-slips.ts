/** What is valid and probably not meant: said once, loudly, when a policy is loaded. */
import { readSchema } from './read-schema.ts'
import { parsePolicy } from './parsed-policy.ts'
import type { PolicySet } from './policy-set.ts'

export function findSlips(set: PolicySet): readonly string[] {
  return [...findUnmet(set), ...findPersonal(set)]
}

function findUnmet({ roles }: PolicySet): readonly string[] {
  return roles
    .filter(({ when }) => when?.mfa === true)
    .map(
      ({ name, file, line, lines }) =>
        `${file}:${String(lines['when'] ?? line)}: roles.${name}.when.mfa: ` +
        'no request can have a second factor in this release, so nobody gets what this role itself grants.',
    )
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
