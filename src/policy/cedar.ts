/** Cedar behind the engine's interface: parsed and validated once, each decision made once. */
import {
  preparsePolicySet,
  preparseSchema,
  schemaToJson,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs'
import { actions } from '../catalog/actions.ts'
import type { Action } from '../catalog/actions.ts'
import { GateFault } from '../kit/fault.ts'
import type { Decision, DenyReason, PolicyEngine, PrincipalKind, Question } from './engine.ts'
import type { PolicySet } from './policy-set.ts'

/** Cedar's names for our principals; the schema declares exactly these. */
export const principals = {
  guest: { type: 'Sekisho::Guest', id: 'shared' },
  nobody: { type: 'Sekisho::Nobody', id: 'stranger' },
} as const satisfies Record<PrincipalKind, { type: string; id: string }>
const app = { type: 'Sekisho::App', id: 'app' } as const

/** The engine for a checked policy set. */
export function makeCedarEngine(set: PolicySet): PolicyEngine {
  return new CedarEngine(set)
}

// Cedar keeps what it parsed under a name, in the module, for good; a second engine must not change the first.
let engines = 0

class CedarEngine implements PolicyEngine {
  readonly #name = `sekisho-${String(++engines)}`
  readonly #empty: boolean
  readonly #applies: ReadonlyMap<PrincipalKind, ReadonlySet<string>>
  /** Kind and action are all that a decision depends on, so there are never more entries than pairs of them. */
  readonly #decided = new Map<string, Decision>()

  constructor(set: PolicySet) {
    this.#empty = set.own.size === 0
    this.#applies = new Map([
      ['guest', appliesTo(set.schema, 'Guest')],
      ['nobody', appliesTo(set.schema, 'Nobody')],
    ])
    const parsed = [
      preparseSchema(this.#name, set.schema),
      preparsePolicySet(this.#name, { staticPolicies: Object.fromEntries([...set.always, ...set.own]) }),
    ]
    if (parsed.some((answer) => answer.type === 'failure')) {
      throw new GateFault('policy-failed', 'The policy engine does not accept a policy that it had checked.')
    }
  }

  decide({ principal, action }: Question): Decision {
    if (this.#empty) return deny('no-policy')
    const possible = this.#applies.get(principal.kind)
    if (possible === undefined) return deny('engine-fault')
    // Not even a question to Cedar: the schema doesn't know such a request.
    if (!possible.has(action)) return deny('not-permitted')
    const key = `${principal.kind} ${action}`
    const known = this.#decided.get(key)
    if (known !== undefined) return known
    const decision = this.#ask(principal.kind, action)
    // A fault may pass; it is asked again.
    if (decision.allow || decision.reason !== 'engine-fault') this.#decided.set(key, decision)
    return decision
  }

  #ask(kind: PrincipalKind, action: Action): Decision {
    try {
      const answer = statefulIsAuthorized({
        principal: principals[kind],
        action: { type: 'Sekisho::Action', id: action },
        resource: app,
        context: {},
        entities: [],
        preparsedPolicySetId: this.#name,
        preparsedSchemaName: this.#name,
        // Also what gives Cedar the groups that the actions belong to.
        validateRequest: true,
      })
      return answer.type === 'success' ? judge(answer.response) : deny('engine-fault')
    } catch {
      return deny('engine-fault')
    }
  }
}

type Response = Extract<ReturnType<typeof statefulIsAuthorized>, { type: 'success' }>['response']

/** Cedar skips a policy that it can't evaluate, even a forbid; the gate doesn't. */
function judge({ decision, diagnostics }: Response): Decision {
  if (diagnostics.errors.length > 0) {
    return deny(
      'engine-fault',
      diagnostics.errors.map((error) => error.policyId),
    )
  }
  if (decision === 'allow') return { allow: true, policies: diagnostics.reason }
  return diagnostics.reason.length > 0 ? deny('forbidden', diagnostics.reason) : deny('not-permitted')
}

function deny(reason: DenyReason, policies: readonly string[] = []): Decision {
  return { allow: false, reason, policies }
}

/** The actions that the schema lets this kind of principal ask for. */
function appliesTo(schema: string, type: string): ReadonlySet<string> {
  const answer = schemaToJson(schema)
  const declared = answer.type === 'success' ? answer.json['Sekisho']?.actions : undefined
  return new Set(actions.filter((action) => declared?.[action]?.appliesTo?.principalTypes.includes(type)))
}
