/** `inputs:` of sekisho.yaml → rules, with everything that is wrong in it. */
import { compilePattern } from '../kit/pattern.ts'
import { parseHostName } from './addresses.ts'
import type { Condition, EndpointRules, InputRule, InputRules, Requirement, Scalar } from './input-rules.ts'
import { unknownKeyAt, type Issue } from './issue.ts'

type Path = Issue['path']

const ruleWords = {
  pattern: 'a pattern that the whole text must match, such as "[\\\\p{L} -]{1,64}"',
  min_length: 'a whole number from 0 to 100000000',
  max_length: 'a whole number from 0 to 100000000',
  min: 'a number',
  max: 'a number',
  integer: 'true',
  choices: 'a list of texts, numbers, true, false or null',
  max_items: 'a whole number from 0 to 1000000',
  free_text: 'true',
  optional: 'true',
  bounds: 'declared',
  links: 'a list of host names such as files.example.org or "*.example.org"',
} as const
type RuleKey = keyof typeof ruleWords
const ruleKeys = Object.keys(ruleWords) as readonly RuleKey[]

/** More would make the file unreadable long before it makes the gate slow. */
const mostEntries = 1000

export function parseInputRules(found: unknown): { read: InputRules; issues: readonly Issue[] } {
  const parser = new Parser()
  const rules = [...parser.group(found, [], 'a group of endpoint names')].map(([endpoint, value]) =>
    parser.endpoint(endpoint, value),
  )
  return { read: rules, issues: parser.issues }
}

class Parser {
  readonly issues: Issue[] = []

  endpoint(endpoint: string, found: unknown): EndpointRules {
    const parameters = new Map<string, InputRule>()
    let require: readonly Requirement[] = []
    let pin: readonly string[] = []
    if (!/^[^\s/]{1,200}$/.test(endpoint))
      this.#report(
        [endpoint],
        'the api_name of an endpoint as a name, without a slash; * stands for any characters',
        endpoint,
      )
    for (const [name, value] of this.group(
      found,
      [endpoint],
      'a group of parameter names, require and pin',
    )) {
      const path = [endpoint, name]
      // A parameter may have either name too; its rule is a group, these are lists or a single name.
      if (name === 'require' && Array.isArray(value)) require = this.#requirements(value, path)
      else if (name === 'pin' && Array.isArray(value)) pin = this.#names(value, path)
      else if (name === 'pin' && typeof value === 'string') pin = this.#names([value], path)
      else parameters.set(name, this.#rule(value, path))
    }
    return { endpoint, parameters, require, pin }
  }

  group(found: unknown, path: Path, allowed: string): ReadonlyMap<string, unknown> {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      this.#report(path, allowed, found)
      return new Map()
    }
    const entries = Object.entries(found)
    if (entries.length > mostEntries) this.#report(path, `at most ${mostEntries} entries`, found)
    return new Map(entries.slice(0, mostEntries))
  }

  #rule(found: unknown, path: Path): InputRule {
    const given = this.group(
      found,
      path,
      `a rule, such as { max_length: 64 }, of the keys ${ruleKeys.join(', ')}`,
    )
    const rule: { -readonly [Key in keyof InputRule]: InputRule[Key] } = {}
    for (const [key, value] of given) this.#put(rule, key, value, [...path, key])
    this.#contradictions(rule, given, path)
    return rule
  }

  #put(
    rule: { -readonly [Key in keyof InputRule]: InputRule[Key] },
    key: string,
    value: unknown,
    path: Path,
  ): void {
    const known = ruleKeys.find((one) => one === key)
    if (known === undefined) {
      this.issues.push(unknownKeyAt(path, ruleKeys, value))
      return
    }
    const parsed = parseRuleValue(known, value)
    if (parsed === undefined) this.#report(path, ruleWords[known], value)
    else if (parsed.kind === 'trouble')
      this.#report(path, `${ruleWords[known]}; in this one ${parsed.says}`, value)
    else Object.assign(rule, parsed.part)
  }

  #contradictions(rule: InputRule, given: ReadonlyMap<string, unknown>, path: Path): void {
    const { freeText, pattern, choices, minLength, maxLength, min, max } = rule
    if (given.size === 0)
      this.#report(path, 'at least one key; write free_text: true where any text may stand', {})
    if (freeText === true && (pattern !== undefined || choices !== undefined))
      this.#report([...path, 'free_text'], 'free_text only where neither pattern nor choices stand', true)
    if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
      this.#report([...path, 'min_length'], 'at most max_length', minLength)
    if (min !== undefined && max !== undefined && min > max)
      this.#report([...path, 'min'], 'at most max', min)
  }

  #requirements(found: readonly unknown[], path: Path): readonly Requirement[] {
    if (found.length > mostEntries) this.#report(path, `a list of at most ${mostEntries} entries`, found)
    return found.slice(0, mostEntries).map((entry, index) => {
      const at = [...path, index]
      const given = this.group(entry, at, 'a group of if and then')
      for (const key of given.keys())
        if (key !== 'if' && key !== 'then')
          this.#report([...at, key], 'one of the keys if, then', given.get(key))
      return { if: this.#conditions(given, at, 'if'), then: this.#conditions(given, at, 'then') }
    })
  }

  #conditions(
    given: ReadonlyMap<string, unknown>,
    at: Path,
    key: 'if' | 'then',
  ): ReadonlyMap<string, Condition> {
    const path = [...at, key]
    const group = this.group(given.get(key), path, 'a group of parameter names, such as { mode: delete }')
    return new Map([...group].map(([name, value]) => [name, this.#condition(value, [...path, name])]))
  }

  #condition(found: unknown, path: Path): Condition {
    if (isScalar(found)) return { kind: 'values', values: [found] }
    if (!Array.isArray(found)) return { kind: 'rule', rule: this.#rule(found, path) }
    if (found.length === 0 || !found.every(isScalar))
      this.#report(path, 'a value, a list of values, or a rule', found)
    return { kind: 'values', values: found.filter(isScalar) }
  }

  #names(found: readonly unknown[], path: Path): readonly string[] {
    return found.slice(0, mostEntries).flatMap((name, index) => {
      if (typeof name === 'string' && name !== '') return [name]
      this.#report([...path, index], 'the name of a parameter', name)
      return []
    })
  }

  #report(path: Path, allowed: string, found: unknown): void {
    this.issues.push({ path, allowed, found })
  }
}

type Parsed =
  { readonly kind: 'part'; readonly part: InputRule } | { readonly kind: 'trouble'; readonly says: string }

/** Undefined: not of the kind that the key takes. */
function parseRuleValue(key: RuleKey, value: unknown): Parsed | undefined {
  switch (key) {
    case 'pattern': {
      if (typeof value !== 'string') return undefined
      const pattern = compilePattern(value)
      return typeof pattern === 'string' ? { kind: 'trouble', says: pattern } : part({ pattern })
    }
    case 'min_length':
      return isCount(value, 1e8) ? part({ minLength: value }) : undefined
    case 'max_length':
      return isCount(value, 1e8) ? part({ maxLength: value }) : undefined
    case 'max_items':
      return isCount(value, 1e6) ? part({ maxItems: value }) : undefined
    case 'min':
      return isNumber(value) ? part({ min: value }) : undefined
    case 'max':
      return isNumber(value) ? part({ max: value }) : undefined
    case 'integer':
      return value === true ? part({ integer: true }) : undefined
    case 'free_text':
      return value === true ? part({ freeText: true }) : undefined
    case 'optional':
      return value === true ? part({ optional: true }) : undefined
    case 'bounds':
      return value === 'declared' ? part({ declaredBounds: true }) : undefined
    case 'choices':
      return isList(value, isScalar) && value.length > 0 ? part({ choices: value }) : undefined
    case 'links':
      return isList(value, isHost) ? part({ links: value.map((host) => host.toLowerCase()) }) : undefined
  }
}

function part(rule: InputRule): Parsed {
  return { kind: 'part', part: rule }
}

function isList<T>(value: unknown, is: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.length <= mostEntries && value.every(is)
}

function isHost(value: unknown): value is string {
  return typeof value === 'string' && parseHostName(value.replace(/^\*\./, '')) !== undefined
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || isNumber(value)
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isCount(value: unknown, most: number): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most
}
