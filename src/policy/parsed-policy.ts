/** One policy as Cedar reads it: its scope, its conditions, and what they look at. */
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Clause, EntityUidJson, Expr, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Action } from '../catalog/actions.ts'
import { GateFault } from '../kit/fault.ts'
import type { ActionRules } from './read-schema.ts'

/** What a principal or a resource must be for the policy to speak of it. `uid` is `Type::id`, the type without namespace. */
export type Scope =
  | { readonly op: 'all' }
  | { readonly op: 'equals'; readonly uid: string }
  | { readonly op: 'in'; readonly uid: string; readonly type?: string }
  | { readonly op: 'is'; readonly type: string }

export interface ParsedPolicy {
  readonly id: string
  readonly text: string
  readonly effect: 'permit' | 'forbid'
  readonly principal: Scope
  readonly actions: ReadonlySet<Action>
  readonly resource: Scope
  readonly conditions: readonly Clause[]
  readonly looksAt: LooksAt
}

export interface LooksAt {
  /** Anything of the context, and of it the arguments and the times by zone. */
  readonly context: boolean
  readonly arguments: boolean
  readonly zones: ReadonlySet<string>
  /** Of the principal, by name; `any` when a name is only known in the end. */
  readonly attributes: ReadonlySet<string> | 'any'
  /** Every entity that is named, in the scope or in a condition, as `Type::id`. */
  readonly entities: ReadonlySet<string>
}

export function parsePolicy(id: string, text: string, rules: ReadonlyMap<Action, ActionRules>): ParsedPolicy {
  const answer = policyToJson(text)
  if (answer.type === 'failure') {
    throw new GateFault('policy-failed', 'The policy engine does not accept a policy that it had checked.')
  }
  const { effect, principal, resource, conditions } = answer.json
  return {
    id,
    text,
    effect,
    principal: scopeOf(principal),
    actions: new Set(
      Array.from(rules).flatMap(([action, rule]) => (isMeant(answer.json, rule) ? [action] : [])),
    ),
    resource: scopeOf(resource),
    conditions,
    looksAt: lookThrough(answer.json),
  }
}

function scopeOf(constraint: PolicyJson['principal'] | PolicyJson['resource']): Scope {
  switch (constraint.op) {
    case 'All':
      return { op: 'all' }
    case '==':
      return 'entity' in constraint ? { op: 'equals', uid: uidOf(constraint.entity) } : templated()
    case 'in':
      return 'entity' in constraint ? { op: 'in', uid: uidOf(constraint.entity) } : templated()
    case 'is': {
      const type = bare(constraint.entity_type)
      if (constraint.in === undefined) return { op: 'is', type }
      return 'entity' in constraint.in ? { op: 'in', uid: uidOf(constraint.in.entity), type } : templated()
    }
  }
}

function templated(): never {
  throw new GateFault('policy-failed', 'A template is no policy.')
}

function isMeant({ action }: PolicyJson, { names }: ActionRules): boolean {
  switch (action.op) {
    case 'All':
      return true
    case '==':
      // An action group is never asked for itself.
      return 'entity' in action && names.has(idOf(action.entity))
    case 'in':
      return ('entity' in action ? [action.entity] : action.entities).some((one) => names.has(idOf(one)))
  }
}

/** `Sekisho::User` is `User`. */
export function bare(type: string): string {
  return type.replace(/^Sekisho::/, '')
}

function idOf(uid: EntityUidJson): string {
  return '__entity' in uid ? uid.__entity.id : uid.id
}

export function uidOf(uid: EntityUidJson): string {
  const { type, id } = '__entity' in uid ? uid.__entity : uid
  return `${bare(type)}::${id}`
}

/** Walks everything, so that an expression which Cedar may add some day is walked too. */
export function lookThrough(policy: PolicyJson): LooksAt {
  const entities = new Set<string>()
  const zones = new Set<string>()
  const attributes = new Set<string>()
  let isAny = false
  let context = false
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if (isUid(node)) entities.add(uidOf(node))
    if ('Var' in node && node.Var === 'context') context = true
    const tag = tagIn(node)
    if (tag?.of === 'times' && tag.name !== undefined) zones.add(tag.name)
    if (tag?.of === 'principal') {
      if (tag.name === undefined) isAny = true
      else attributes.add(tag.name)
    }
    for (const child of Object.values(node)) walk(child)
  }
  walk(policy.principal)
  walk(policy.resource)
  walk(policy.conditions)
  // However they are named: `context.arguments`, `context has arguments.texts`.
  const looksAtArguments = context && mentions(policy, 'arguments')
  return { context, arguments: looksAtArguments, zones, attributes: isAny ? 'any' : attributes, entities }
}

function isUid(node: object): node is { type: string; id: string } {
  return 'type' in node && 'id' in node && typeof node.type === 'string' && typeof node.id === 'string'
}

function isAttribute(node: object, name: string): boolean {
  return '.' in node && (node['.'] as { attr?: unknown }).attr === name
}

function mentions({ conditions }: PolicyJson, word: string): boolean {
  return JSON.stringify(conditions).includes(`"${word}"`)
}

/**
 * `context.times.getTag("Asia/Tokyo")`: the zone has to be known before the question. Whatever holds tags and is no part
 * of the context may turn out to be the principal.
 */
function tagIn(
  node: object,
): { of: 'times' | 'arguments' | 'principal'; name: string | undefined } | undefined {
  const found = node as {
    readonly [op in 'hasTag' | 'getTag']?: { readonly left: Expr; readonly right: Expr }
  }
  const op = found.hasTag ?? found.getTag
  if (op === undefined) return undefined
  const name = 'Value' in op.right && typeof op.right.Value === 'string' ? op.right.Value : undefined
  if (isAttribute(op.left, 'times')) return { of: 'times', name }
  const isArgument = ['texts', 'numbers', 'flags', 'lists'].some((kind) => isAttribute(op.left, kind))
  return { of: isArgument ? 'arguments' : 'principal', name }
}
