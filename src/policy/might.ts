/**
 * What a policy's conditions say while the circumstances aren't known: true, false, or nothing yet. It only ever spares
 * work and hides what can't be used; Cedar decides. What this file doesn't know stays open.
 */
import type { Clause, Expr, PatternElem } from '@cedar-policy/cedar-wasm/nodejs'
import { bare, uidOf } from './parsed-policy.ts'
import type { Subject, Thing } from './entities.ts'

export interface Known {
  readonly subject: Subject
  readonly action: { readonly uid: string; readonly within: readonly string[] }
  /** Absent: not known either. */
  readonly thing?: Thing
  /** The subject stands for all that are in the same roles: attributes aren't known. */
  readonly anyAttributes?: boolean
}

interface Entity {
  readonly uid: string
  /** Absent: nobody said. */
  readonly within?: readonly string[]
}
type Value = boolean | string | number | Entity | ReadonlySet<string>

/** Undefined: it depends. */
export function judgeConditions(conditions: readonly Clause[], known: Known): boolean | undefined {
  let open = false
  for (const { kind, body } of conditions) {
    const value = truthOf(body, known)
    if (value === undefined) open = true
    else if (value !== (kind === 'when')) return false
  }
  return open ? undefined : true
}

function truthOf(expr: Expr, known: Known): boolean | undefined {
  const value = evaluate(expr, known)
  return typeof value === 'boolean' ? value : undefined
}

function evaluate(expr: Expr, known: Known): Value | undefined {
  if ('Value' in expr) return literal(expr.Value)
  if ('Var' in expr) return variable(String(expr.Var), known)
  if ('&&' in expr) return both(expr['&&'] as Pair, known, false)
  if ('||' in expr) return both(expr['||'] as Pair, known, true)
  if ('!' in expr) {
    const value = truthOf((expr['!'] as { arg: Expr }).arg, known)
    return value === undefined ? undefined : !value
  }
  if ('if-then-else' in expr) {
    const parts = expr['if-then-else'] as { if: Expr; then: Expr; else: Expr }
    const test = truthOf(parts.if, known)
    return test === undefined ? undefined : evaluate(test ? parts.then : parts.else, known)
  }
  if ('==' in expr) return compare(expr['=='] as Pair, known)
  if ('!=' in expr) {
    const equal = compare(expr['!='] as Pair, known)
    return equal === undefined ? undefined : !equal
  }
  return evaluateRest(expr, known)
}

function evaluateRest(expr: Expr, known: Known): Value | undefined {
  if ('like' in expr) {
    const { left, pattern } = expr.like as { left: Expr; pattern: PatternElem[] }
    const text = evaluate(left, known)
    return typeof text === 'string' ? patternOf(pattern).test(text) : undefined
  }
  if ('is' in expr) {
    const { left, entity_type: type, in: place } = expr.is as { left: Expr; entity_type: string; in?: Expr }
    const entity = entityOf(evaluate(left, known))
    if (entity === undefined) return undefined
    if (!entity.uid.startsWith(`${bare(type)}::`)) return false
    return place === undefined ? true : isIn(entity, entityOf(evaluate(place, known)))
  }
  if ('in' in expr) {
    const { left, right } = expr.in as Pair
    return isIn(entityOf(evaluate(left, known)), entityOf(evaluate(right, known)))
  }
  if ('hasTag' in expr) return tagOf(expr.hasTag as Pair, known, (tag) => tag !== undefined)
  if ('getTag' in expr) return tagOf(expr.getTag as Pair, known, (tag) => tag)
  if ('.' in expr) return attributeOf(expr['.'] as { left: Expr; attr: string }, known)
  if ('contains' in expr) {
    const { left, right } = expr.contains as Pair
    const set = evaluate(left, known)
    const member = evaluate(right, known)
    return set instanceof Set && member !== undefined ? set.has(keyOf(member)) : undefined
  }
  if ('Set' in expr) {
    const members = (expr.Set as Expr[]).map((one) => evaluate(one, known))
    return members.every((one) => one !== undefined) ? new Set(members.map(keyOf)) : undefined
  }
  return undefined
}

interface Pair {
  readonly left: Expr
  readonly right: Expr
}

/** Kleene's logic. A side that would fail makes the policy fail, and with it the request: nothing is lost by looking on. */
function both({ left, right }: Pair, known: Known, decisive: boolean): boolean | undefined {
  const a = truthOf(left, known)
  if (a === decisive) return decisive
  const b = truthOf(right, known)
  if (b === decisive) return decisive
  return a === undefined || b === undefined ? undefined : !decisive
}

function literal(value: unknown): Value | undefined {
  if (typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'object' && value !== null && '__entity' in value) {
    return { uid: uidOf(value as { __entity: { type: string; id: string } }) }
  }
  return undefined
}

function variable(name: string, { subject, action, thing }: Known): Entity | undefined {
  if (name === 'principal') return subject
  if (name === 'action') return action
  return name === 'resource' ? thing : undefined
}

function entityOf(value: Value | undefined): Entity | undefined {
  return typeof value === 'object' && 'uid' in value ? value : undefined
}

function isIn(entity: Entity | undefined, place: Entity | undefined): boolean | undefined {
  if (entity === undefined || place === undefined) return undefined
  return entity.uid === place.uid ? true : entity.within?.includes(place.uid)
}

function compare({ left, right }: Pair, known: Known): boolean | undefined {
  const a = evaluate(left, known)
  const b = evaluate(right, known)
  return a === undefined || b === undefined || a instanceof Set || b instanceof Set
    ? undefined
    : keyOf(a) === keyOf(b)
}

function keyOf(value: Value): string {
  return typeof value === 'object'
    ? `entity ${'uid' in value ? value.uid : '?'}`
    : `${typeof value} ${String(value)}`
}

function tagOf(
  { left, right }: Pair,
  known: Known,
  read: (tag: string | undefined) => Value | undefined,
): Value | undefined {
  const name = evaluate(right, known)
  if (!('Var' in left) || left.Var !== 'principal' || typeof name !== 'string') return undefined
  if (known.anyAttributes === true) return undefined
  const { attributes } = known.subject
  return read(Object.hasOwn(attributes, name) ? attributes[name] : undefined)
}

function attributeOf({ left, attr }: { left: Expr; attr: string }, { thing }: Known): Value | undefined {
  if (!('Var' in left) || left.Var !== 'resource' || thing === undefined) return undefined
  const value = thing.attributes[attr]
  if (value === undefined || typeof value === 'string' || typeof value === 'boolean') return value
  return new Set(value.map((role) => `entity Role::${role}`))
}

function patternOf(pattern: readonly PatternElem[]): RegExp {
  const parts = pattern.map((one) =>
    one === 'Wildcard' ? '.*' : one.Literal.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`),
  )
  return new RegExp(`^${parts.join('')}$`, 'su')
}
