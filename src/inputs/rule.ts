/** An operator's rule for one input. What it doesn't allow is refused, nothing at all included. */
import type { Slot } from '../app/model.ts'
import type { Condition, InputRule } from '../config/input-rules.ts'
import { isJsonList, isJsonObject, type Json, type Numeral } from '../kit/json.ts'
import { anyOf } from './equal.ts'
import type { FlawReason } from './flaw.ts'
import { saysFile } from './links.ts'
import { isNumber } from './schema.ts'
import { kindOf } from './shape.ts'

/** Code units that a pattern without a max_length looks at: the engine is linear, and still not free. */
export const longestMatched = 65_536

/** What texts a value has depends on the component. */
export type TextsOf = Pick<Slot, 'holdsFiles' | 'type' | 'schema'>

export function judgeRule(value: Json, rule: InputRule, slot: TextsOf): FlawReason | undefined {
  if (isNothing(value) && rule.optional === true) return undefined
  if (isMissing(value, rule)) return 'missing'
  if (rule.maxItems !== undefined && itemsOf(value) > rule.maxItems) return 'too-many'
  if (rule.choices !== undefined && !(isJsonList(value) ? value : [value]).every(anyOf(rule.choices)))
    return 'choice'
  const leaves = leavesOf(value, slot)
  const isEmpty = typeof value === 'object' && leaves.texts.length + leaves.numbers.length === 0
  return (
    judgeKind(value, rule, slot) ??
    // Null, and a list of nothing, reach the function as no text: the rule says whether they may.
    first(isEmpty && asksForText(rule) ? [''] : leaves.texts, (text) => judgeText(text, rule)) ??
    first(leaves.numbers, (one) => judgeNumber(one, rule))
  )
}

/** No entry of an empty list breaks a rule, and none keeps it: it is as little of a value as null. */
function isMissing(value: Json, rule: InputRule): boolean {
  if (isJsonList(value) && value.length === 0) return rule.choices !== undefined || asksForNumber(rule)
  if (rule.choices !== undefined) return value === null && !rule.choices.includes(null)
  if (value === null) return asksForNumber(rule)
  return isJsonList(value) && asksForNumber(rule) && value.every((one) => one === null)
}

/** Of a list: in `if` it is enough that one entry is meant, or another beside it would be the way out; in `then` each must be. */
export function holds(value: Json, condition: Condition, slot: TextsOf, of: 'some' | 'every'): boolean {
  if (condition.kind === 'rule') {
    const keeps = (one: Json) => judgeRule(one, condition.rule, slot) === undefined
    return keeps(value) || (of === 'some' && isJsonList(value) && value.some(keeps))
  }
  const isMeant = anyOf(condition.values)
  if (!isJsonList(value)) return isMeant(value)
  return of === 'some' ? value.some(isMeant) : value.length > 0 && value.every(isMeant)
}

/** A rule for texts is not passed by a number, nor one for numbers by a text. */
function judgeKind(value: Json, rule: InputRule, slot: TextsOf): FlawReason | undefined {
  if (isJsonList(value) || isJsonObject(value)) {
    // What is inside is judged by its kind: by a rule for numbers alone, a text in there would go unjudged.
    const isOfNumbers = asksForNumber(rule) && !asksForText(rule)
    if (!isOfNumbers) return undefined
    if (isJsonList(value)) return first(value, (one) => judgeKind(one, rule, slot))
    return kindOf(slot) === 'anything' ? 'type' : undefined
  }
  if (value === null) return undefined
  if (asksForText(rule) && typeof value !== 'string') return 'type'
  return asksForNumber(rule) && !isNumber(value) ? 'type' : undefined
}

/** Of a text with files, the files. */
function itemsOf(value: Json): number {
  if (isJsonList(value)) return value.length
  const inner = isJsonObject(value) ? (value['files'] ?? value['data']) : undefined
  return isJsonList(inner) ? inner.length : 0
}

function isNothing(value: Json): boolean {
  return value === null || value === '' || (isJsonList(value) && value.length === 0)
}

/** Whether there is nothing to read in it; files beside a text are judged by what they are. */
export function isWithoutText(value: Json, slot: TextsOf): boolean {
  return slot.holdsFiles ? leavesOf(value, slot).texts.every((text) => text === '') : isNothing(value)
}

function asksForText({ pattern, minLength, maxLength }: InputRule): boolean {
  return pattern !== undefined || minLength !== undefined || maxLength !== undefined
}

function asksForNumber({ min, max, integer }: InputRule): boolean {
  return min !== undefined || max !== undefined || integer === true
}

function judgeText(text: string, { pattern, minLength, maxLength }: InputRule): FlawReason | undefined {
  // A text has at most as many code points as code units: counting is for those in between.
  const most = maxLength ?? (pattern === undefined ? Infinity : longestMatched)
  if (text.length > most && (text.length > 2 * most || codePoints(text) > most)) return 'too-long'
  if (minLength !== undefined && codePoints(text) < minLength) return 'too-short'
  return pattern === undefined || pattern.matches(text) ? undefined : 'pattern'
}

function codePoints(text: string): number {
  let count = text.length
  for (const pair of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) count -= pair.length
  return count
}

function judgeNumber(value: number | Numeral, { min, max, integer }: InputRule): FlawReason | undefined {
  const number = value.valueOf()
  if (min !== undefined && number < min) return 'too-low'
  if (max !== undefined && number > max) return 'too-high'
  return integer === true && !Number.isInteger(number) ? 'not-whole' : undefined
}

interface Leaves {
  readonly texts: string[]
  readonly numbers: (number | Numeral)[]
}

function leavesOf(value: Json, slot: TextsOf): Leaves {
  const leaves: Leaves = { texts: [], numbers: [] }
  collect(value, leaves, { names: kindOf(slot) === 'anything', skipsFiles: slot.holdsFiles })
  return leaves
}

interface Sorts {
  /** Where any JSON may stand, names of keys are texts like others; a data model has its own. */
  readonly names: boolean
  /** Files are judged by what they are; elsewhere, a thing that says it is a file is text like the rest. */
  readonly skipsFiles: boolean
}

function collect(value: Json, leaves: Leaves, sorts: Sorts): void {
  if (typeof value === 'string') leaves.texts.push(value)
  else if (isNumber(value)) leaves.numbers.push(value)
  else if (isJsonList(value)) for (const one of value) collect(one, leaves, sorts)
  else if (isJsonObject(value) && !(sorts.skipsFiles && saysFile(value))) {
    for (const [name, inner] of Object.entries(value)) {
      if (sorts.names) leaves.texts.push(name)
      collect(inner, leaves, sorts)
    }
  }
}

function first<T>(values: readonly T[], judge: (value: T) => FlawReason | undefined): FlawReason | undefined {
  for (const value of values) {
    const flaw = judge(value)
    if (flaw !== undefined) return flaw
  }
  return undefined
}
