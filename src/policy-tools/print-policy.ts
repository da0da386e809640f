/** The policy in force as Cedar text: what `roles:` compiled to, the files beside it, and what always holds. */
import type { PolicyPlace, PolicySet } from '../policy/policy-set.ts'

/** `file` is that of a rule's place. */
export function isBuiltIn(file: string): boolean {
  return /[\\/]policy[\\/]defaults[\\/][\w-]+\.cedar$/.test(file)
}

/** Where a rule stands, for people. */
export type PlaceNamer = (place: PolicyPlace) => string

export function printPolicy(set: PolicySet, name: PlaceNamer): string {
  const section = (title: string, policies: ReadonlyMap<string, string>) =>
    policies.size === 0
      ? []
      : [`// ${title}`, ...Array.from(policies, ([id, text]) => printRule(id, text, set, name))]
  const own = section('What decides: whatever none of these permits is refused.', set.own)
  return [...own, ...section('Stands beside every policy.', set.always)].join('\n\n')
}

function printRule(id: string, text: string, { places }: PolicySet, name: PlaceNamer): string {
  const place = places.get(id)
  return place === undefined ? text : `// ${name(place)}\n${text}`
}
