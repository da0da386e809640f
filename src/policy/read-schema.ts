/** What the schema says about actions: who may ask for them, on what, and which groups they belong to. */
import { preparseSchema, schemaToJson } from '@cedar-policy/cedar-wasm/nodejs'
import { actions } from '../catalog/actions.ts'
import type { Action } from '../catalog/actions.ts'
import { GateFault } from '../kit/fault.ts'

export interface ActionRules {
  /** Cedar's type names without the namespace. */
  readonly principals: ReadonlySet<string>
  readonly resources: ReadonlySet<string>
  /** The action and the groups that it is in. */
  readonly names: ReadonlySet<string>
}

export interface ReadSchema {
  /** Under which Cedar holds it. */
  readonly name: string
  readonly actions: ReadonlyMap<Action, ActionRules>
}

// Cedar keeps what it parsed under a name, in the module, for good; one schema is one name however often it is loaded.
const known = new Map<string, ReadSchema>()

/** Throws `policy-invalid`. */
export function readSchema(text: string): ReadSchema {
  const found = known.get(text)
  if (found !== undefined) return found
  const answer = schemaToJson(text)
  const declared = answer.type === 'success' ? answer.json['Sekisho']?.actions : undefined
  const name = `sekisho-schema-${String(known.size)}`
  if (declared === undefined || preparseSchema(name, text).type === 'failure') {
    throw new GateFault('policy-invalid', 'The schema of policies is not valid.')
  }
  const rules = actions.flatMap((action): readonly (readonly [Action, ActionRules])[] => {
    const row = declared[action]
    if (row === undefined) return []
    return [
      [
        action,
        {
          principals: new Set(row.appliesTo?.principalTypes),
          resources: new Set(row.appliesTo?.resourceTypes),
          names: new Set([action, ...(row.memberOf ?? []).map(({ id }) => id)]),
        },
      ],
    ]
  })
  const read = { name, actions: new Map(rules) }
  known.set(text, read)
  return read
}
