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
import type {
  Decision,
  DenyReason,
  PolicyEngine,
  PolicyPrincipal,
  PrincipalKind,
  Question,
} from './engine.ts'
import type { PolicySet } from './policy-set.ts'

/** Cedar's types for our principals; the schema declares exactly these. */
export const principalTypes = {
  guest: 'Guest',
  user: 'User',
  token: 'Token',
  nobody: 'Nobody',
} as const satisfies Record<PrincipalKind, string>
const app = { type: 'Sekisho::App', id: 'app' } as const

/** The engine for a checked policy set. */
export function makeCedarEngine(set: PolicySet): PolicyEngine {
  return new CedarEngine(set)
}

const mostDecided = 50_000

// Cedar keeps what it parsed under a name, in the module, for good; a second engine must not change the first.
let engines = 0

class CedarEngine implements PolicyEngine {
  readonly #name = `sekisho-${String(++engines)}`
  readonly #empty: boolean
  readonly #applies: ReadonlyMap<PrincipalKind, ReadonlySet<string>>
  /** Principal and action are all that a decision depends on. */
  readonly #decided = new Map<string, Decision>()

  constructor(set: PolicySet) {
    this.#empty = set.own.size === 0
    const kinds = Object.keys(principalTypes) as PrincipalKind[]
    this.#applies = new Map(kinds.map((kind) => [kind, appliesTo(set.schema, principalTypes[kind])]))
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
    const key = `${keyOf(principal)} ${action}`
    const known = this.#decided.get(key)
    if (known !== undefined) return known
    const decision = this.#ask(principal, action)
    // A fault may pass; it is asked again.
    if (decision.allow || decision.reason !== 'engine-fault') this.#remember(key, decision)
    return decision
  }

  #remember(key: string, decision: Decision): void {
    // Asking again costs less than keeping the order of use would.
    if (this.#decided.size >= mostDecided) this.#decided.clear()
    this.#decided.set(key, decision)
  }

  #ask(principal: PolicyPrincipal, action: Action): Decision {
    try {
      const answer = statefulIsAuthorized({
        principal: uidOf(principal),
        action: { type: 'Sekisho::Action', id: action },
        resource: app,
        context: {},
        entities: entitiesOf(principal),
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

function uidOf(principal: PolicyPrincipal): { type: string; id: string } {
  const type = `Sekisho::${principalTypes[principal.kind]}`
  switch (principal.kind) {
    case 'guest':
      return { type, id: 'shared' }
    case 'user':
      return { type, id: principal.username }
    case 'token':
      return { type, id: principal.id }
    case 'nobody':
      return { type, id: 'stranger' }
  }
}

/** The whole of what a decision depends on; a blank stands in no part of it. */
function keyOf(principal: PolicyPrincipal): string {
  const { type, id } = uidOf(principal)
  return principal.kind === 'token' ? `${type}/${id}/${principal.user ?? ''}` : `${type}/${id}`
}

/** A token is in its user, so that a policy on the user holds for the user's programs too. */
function entitiesOf(principal: PolicyPrincipal) {
  if (principal.kind !== 'token') return []
  const parents = principal.user === undefined ? [] : [{ type: 'Sekisho::User', id: principal.user }]
  return [{ uid: uidOf(principal), attrs: {}, parents }]
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
