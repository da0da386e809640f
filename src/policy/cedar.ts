/** Cedar behind the engine's interface: it is handed only the policies that can match, and asked only what isn't known yet. */
import { statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Action } from '../catalog/actions.ts'
import { anyContext, argumentEntities, contextFor, timesEntity } from './cedar-context.ts'
import type {
  Decision,
  DenyReason,
  PolicyEngine,
  PolicyPrincipal,
  PolicyResource,
  Question,
} from './engine.ts'
import {
  cedarUid,
  principalTypes,
  resourceTypes,
  subjectEntity,
  subjectOf,
  thingEntity,
  thingOf,
} from './entities.ts'
import type { Subject, Thing } from './entities.ts'
import { judgeConditions } from './might.ts'
import type { Known } from './might.ts'
import { parsePolicy } from './parsed-policy.ts'
import type { ParsedPolicy } from './parsed-policy.ts'
import { ParsedSets } from './parsed-sets.ts'
import { fits, PolicyIndex } from './policy-index.ts'
import type { PolicySet } from './policy-set.ts'
import { readSchema } from './read-schema.ts'
import type { ActionRules, ReadSchema } from './read-schema.ts'
import { RoleGraph } from './role-graph.ts'

export interface CedarPolicy extends PolicyEngine {
  /** Gives back what Cedar holds for it; whatever is asked afterwards is denied. */
  close(): void
}

/** The engine for a checked policy set. */
export function makeCedarEngine(set: PolicySet): CedarPolicy {
  return new CedarEngine(set)
}

const mostDecided = 50_000
// Of a few kilobytes each; an app with 100 functions and 10 sets of roles has as many.
const mostSets = 2_000

interface Candidates {
  readonly policies: readonly ParsedPolicy[]
  readonly context: boolean
  readonly arguments: boolean
  readonly zones: ReadonlySet<string>
}

class CedarEngine implements CedarPolicy {
  readonly version: string
  readonly #isEmpty: boolean
  readonly #schema: ReadSchema
  readonly #graph: RoleGraph
  readonly #index: PolicyIndex
  readonly #sets = new ParsedSets(mostSets)
  /** Users and tokens that some policy names: all others are told apart by roles and attributes only. */
  readonly #named: ReadonlySet<string>
  /** Attributes that some policy looks at. */
  readonly #attributes: ReadonlySet<string> | 'any'
  readonly #candidates = new Map<string, Candidates>()
  readonly #decided = new Map<string, Decision>()
  readonly #possible = new Map<string, Decision>()

  constructor(set: PolicySet) {
    this.version = set.version
    this.#isEmpty = set.own.size === 0
    this.#schema = readSchema(set.schema)
    this.#graph = new RoleGraph(set.roles)
    const policies = Array.from([...set.always, ...set.own], ([id, text]) =>
      parsePolicy(id, text, this.#schema.actions),
    )
    this.#index = new PolicyIndex(policies)
    const looks = policies.map(({ looksAt }) => looksAt)
    this.#named = new Set(looks.flatMap(({ entities }) => [...entities]))
    const all = looks.map(({ attributes }) => attributes)
    const named = all.filter((some) => some !== 'any')
    this.#attributes = named.length < all.length ? 'any' : new Set(named.flatMap((some) => [...some]))
  }

  decide(question: Question): Decision {
    if (this.#isEmpty) return deny('no-policy')
    try {
      return this.#decide(question)
    } catch {
      return deny('engine-fault')
    }
  }

  mightPermit(principal: PolicyPrincipal, action: Action): Decision {
    if (this.#isEmpty) return deny('no-policy')
    try {
      return this.#might(principal, action)
    } catch {
      return deny('engine-fault')
    }
  }

  mightPermitOn(principal: PolicyPrincipal, action: Action, resource: PolicyResource): boolean {
    if (this.#isEmpty) return false
    try {
      return this.#might(principal, action, resource).allow
    } catch {
      return false
    }
  }

  viewKey(principal: PolicyPrincipal): string {
    return this.#keyOf(subjectOf(principal, this.#graph))
  }

  rolesOf(principal: PolicyPrincipal): readonly string[] {
    return this.#graph.rolesOf(principal)
  }

  close(): void {
    this.#sets.close()
    for (const kept of [this.#candidates, this.#decided, this.#possible]) kept.clear()
  }

  /** All that a decision can depend on, of the principal. */
  #keyOf({ type, uid, within, attributes }: Subject): string {
    const known = [uid, ...within].filter((one) => one.startsWith('Role::') || this.#named.has(one))
    const all = Object.entries(attributes)
    const seen = this.#attributes
    const told = seen === 'any' ? all : all.filter(([name]) => seen.has(name))
    return JSON.stringify([type, known.sort(), told.sort()])
  }

  #rulesFor(principal: PolicyPrincipal, action: Action): ActionRules | undefined {
    // A principal of no known kind is a fault of ours, and no stranger.
    if (!Object.hasOwn(principalTypes, principal.kind)) throw new TypeError('no such kind of principal')
    const rules = this.#schema.actions.get(action)
    return rules?.principals.has(principalTypes[principal.kind]) === true ? rules : undefined
  }

  #decide({ principal, action, resource, context, arguments: given }: Question): Decision {
    const rules = this.#rulesFor(principal, action)
    // Not even a question to Cedar: the schema doesn't know such a request.
    if (rules?.resources.has(resourceTypes[resource.kind]) !== true) return deny('not-permitted')
    const subject = subjectOf(principal, this.#graph)
    const thing = thingOf(resource, this.#graph)
    const key = JSON.stringify([this.#keyOf(subject), action, thing.uid, thing.within, thing.attributes])
    const known = this.#decided.get(key)
    if (known !== undefined) return known
    const found = remember(this.#candidates, key, () =>
      this.#find({ subject, action: asKnown(action, rules), thing }, action),
    )
    const call = {
      subject,
      action,
      thing,
      found,
      context: found.context ? context : anyContext,
      given: given ?? {},
    }
    const decision = this.#ask(call)
    // A fault may pass; it is asked again.
    const isFault = !decision.allow && decision.reason === 'engine-fault'
    return found.context || isFault ? decision : remember(this.#decided, key, () => decision)
  }

  #find(known: Known & { readonly thing: Thing }, action: Action): Candidates {
    const { subject, thing } = known
    // A permit that can't come true under any circumstances is left out, so that fewer questions depend on them. A forbid
    // never is: only Cedar may say that it doesn't hold.
    const policies = this.#index
      .find(subject, action, thing)
      .filter(({ effect, conditions }) => effect === 'forbid' || judgeConditions(conditions, known) !== false)
    const looks = policies.map(({ looksAt }) => looksAt)
    return {
      policies,
      context: looks.some(({ context }) => context),
      arguments: looks.some((one) => one.arguments),
      zones: new Set(['UTC', ...looks.flatMap(({ zones }) => [...zones])]),
    }
  }

  #ask({ subject, action, thing, found, context, given }: Asked): Decision {
    if (found.policies.length === 0) return deny('not-permitted')
    const answer = statefulIsAuthorized({
      principal: cedarUid(subject.uid),
      action: { type: 'Sekisho::Action', id: action },
      resource: cedarUid(thing.uid),
      context: contextFor(context, { call: action === 'callFunction' }),
      entities: entitiesFor({ subject, thing, found, context, given }),
      preparsedPolicySetId: this.#sets.nameOf(found.policies),
      preparsedSchemaName: this.#schema.name,
      // Also what gives Cedar the groups that the actions belong to.
      validateRequest: true,
    })
    return answer.type === 'success' ? judge(answer.response, found.policies) : deny('engine-fault')
  }

  #might(principal: PolicyPrincipal, action: Action, resource?: PolicyResource): Decision {
    const rules = this.#rulesFor(principal, action)
    if (rules === undefined) return deny('not-permitted')
    const isKnown = resource === undefined ? [...rules.resources].join() === resourceTypes.app : true
    const meant = isKnown ? (resource ?? ({ kind: 'app' } as const)) : undefined
    if (meant !== undefined && !rules.resources.has(resourceTypes[meant.kind])) return deny('not-permitted')
    const subject = subjectOf(principal, this.#graph)
    const thing = meant && thingOf(meant, this.#graph)
    const key = JSON.stringify([this.#keyOf(subject), action, thing?.uid, thing?.within, thing?.attributes])
    return remember(this.#possible, key, () => {
      const known = { subject, action: asKnown(action, rules), ...(thing && { thing }) }
      return judgePossible(this.#index.find(subject, action, thing), known)
    })
  }
}

function asKnown(action: Action, { names }: ActionRules): Known['action'] {
  return { uid: `Action::${action}`, within: Array.from(names, (name) => `Action::${name}`) }
}

interface Asked {
  readonly subject: Subject
  readonly action: Action
  readonly thing: Thing
  readonly found: Candidates
  readonly context: Question['context']
  readonly given: NonNullable<Question['arguments']>
}

function entitiesFor({ subject, thing, found, context, given }: Omit<Asked, 'action'>): EntityJson[] {
  return [
    // Entities of an enumerated type are known without being told.
    ...(subject.type === principalTypes.nobody ? [] : [subjectEntity(subject)]),
    ...(thing.type === resourceTypes.app ? [] : [thingEntity(thing)]),
    ...(found.context ? [timesEntity(context.now, found.zones)] : []),
    ...(found.arguments ? argumentEntities(given) : []),
  ]
}

/** In favour of what permits and against what forbids: a no here is a no under any circumstances. */
function judgePossible(policies: readonly ParsedPolicy[], known: Known): Decision {
  const possible: string[] = []
  for (const { id, effect, principal, resource, conditions } of policies) {
    if (!fits(principal, known.subject)) continue
    const holds = judgeConditions(conditions, known)
    if (effect === 'permit' && holds !== false) possible.push(id)
    // Where the resource isn't known, a forbid for some of them says nothing of the others.
    const isMeant = resource.op === 'all' || (known.thing !== undefined && fits(resource, known.thing))
    if (effect === 'forbid' && holds === true && isMeant) return deny('forbidden', [id])
  }
  return possible.length === 0 ? deny('not-permitted') : { allow: true, policies: possible }
}

/** What is dropped is asked again: that costs less than keeping the order of use would. */
function remember<T>(kept: Map<string, T>, key: string, make: () => T): T {
  const known = kept.get(key)
  if (known !== undefined) return known
  const value = make()
  if (kept.size >= mostDecided) kept.clear()
  kept.set(key, value)
  return value
}

type Response = Extract<ReturnType<typeof statefulIsAuthorized>, { type: 'success' }>['response']

/** Cedar skips a policy that it can't evaluate, even a forbid; the gate doesn't. */
function judge({ decision, diagnostics }: Response, asked: readonly ParsedPolicy[]): Decision {
  // Cedar names them in any order.
  const inOrder = (ids: ReadonlySet<string>) => asked.flatMap(({ id }) => (ids.has(id) ? [id] : []))
  if (diagnostics.errors.length > 0)
    return deny('engine-fault', inOrder(new Set(diagnostics.errors.map(({ policyId }) => policyId))))
  const policies = inOrder(new Set(diagnostics.reason))
  if (decision === 'allow') return { allow: true, policies }
  return policies.length > 0 ? deny('forbidden', policies) : deny('not-permitted')
}

function deny(reason: DenyReason, policies: readonly string[] = []): Decision {
  return { allow: false, reason, policies }
}
