/** What a policy says of somebody while the circumstances aren't known: which rules grant, which might, which stand against. */
import type { Action } from '../catalog/actions.ts'
import type { PolicyPrincipal, PolicyResource } from '../policy/engine.ts'
import { principalTypes, resourceTypes, subjectOf, thingOf } from '../policy/entities.ts'
import { judgeConditions } from '../policy/might.ts'
import { parsePolicy, type ParsedPolicy } from '../policy/parsed-policy.ts'
import { fits } from '../policy/policy-index.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import { readSchema, type ReadSchema } from '../policy/read-schema.ts'
import { RoleGraph } from '../policy/role-graph.ts'

/** Ids of rules. `yes` and `no` hold under any circumstances. */
export interface Outlook {
  readonly answer: 'yes' | 'depends' | 'no'
  /** Permit, whatever the circumstances. */
  readonly grant: readonly string[]
  /** Permit under some. */
  readonly mightGrant: readonly string[]
  readonly forbid: readonly string[]
  readonly mightForbid: readonly string[]
}

export interface OutlookOptions {
  /** Of somebody who stands for all that have a role: conditions on attributes are open. */
  readonly anyAttributes?: boolean
}

/** As the engine's `mightPermitOn`, and with the rules; for people, not on any request's path. */
export class Outlooks {
  readonly #schema: ReadSchema
  readonly #graph: RoleGraph
  readonly #policies: readonly ParsedPolicy[]

  constructor(set: PolicySet) {
    this.#schema = readSchema(set.schema)
    this.#graph = new RoleGraph(set.roles)
    this.#policies = Array.from([...set.always, ...set.own], ([id, text]) =>
      parsePolicy(id, text, this.#schema.actions),
    )
  }

  get policies(): readonly ParsedPolicy[] {
    return this.#policies
  }

  /** As assigned, as given to the whole kind, and by inheritance. */
  rolesOf(principal: PolicyPrincipal): readonly string[] {
    return this.#graph.rolesOf(principal)
  }

  /** Whether the schema knows such a question at all. */
  isAsked(principal: PolicyPrincipal, action: Action, resource: PolicyResource): boolean {
    const rules = this.#schema.actions.get(action)
    return (
      rules?.principals.has(principalTypes[principal.kind]) === true &&
      rules.resources.has(resourceTypes[resource.kind])
    )
  }

  of(
    principal: PolicyPrincipal,
    asked: { readonly action: Action; readonly resource: PolicyResource },
    { anyAttributes = false }: OutlookOptions = {},
  ): Outlook {
    const { action, resource } = asked
    const found = { grant: [], mightGrant: [], forbid: [], mightForbid: [] } as Record<Side, string[]>
    if (!this.isAsked(principal, action, resource)) return { answer: 'no', ...found }
    const names = this.#schema.actions.get(action)?.names ?? new Set()
    const within = Array.from(names, (name) => `Action::${name}`)
    const subject = subjectOf(principal, this.#graph)
    const thing = thingOf(resource, this.#graph)
    const known = {
      ...{ subject, thing, action: { uid: `Action::${action}`, within } },
      ...(anyAttributes && { anyAttributes }),
    }
    for (const policy of this.#policies) {
      if (!policy.actions.has(action)) continue
      if (!fits(policy.principal, subject) || !fits(policy.resource, thing)) continue
      const holds = judgeConditions(policy.conditions, known)
      if (holds !== false) found[sideOf(policy, holds)].push(policy.id)
    }
    return { answer: answerOf(found), ...found }
  }
}

type Side = 'grant' | 'mightGrant' | 'forbid' | 'mightForbid'

function sideOf({ effect }: ParsedPolicy, holds: true | undefined): Side {
  if (effect === 'permit') return holds === true ? 'grant' : 'mightGrant'
  return holds === true ? 'forbid' : 'mightForbid'
}

function answerOf({ grant, mightGrant, forbid, mightForbid }: Omit<Outlook, 'answer'>): Outlook['answer'] {
  if (forbid.length > 0 || grant.length + mightGrant.length === 0) return 'no'
  return grant.length > 0 && mightForbid.length === 0 ? 'yes' : 'depends'
}
