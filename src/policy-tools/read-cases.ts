/** Tests of a policy as they stand in a YAML file, with everything that is wrong in it. */
import type { AppModel } from '../app/model.ts'
import { describe as show, nameKey, type Finding, type KeyPath, type Locate } from '../config/finding.ts'
import { didYouMean } from '../config/nearest-name.ts'
import { readYaml } from '../config/read-yaml.ts'
import { parseAttributeName, parseAttributeValue } from '../kit/attribute.ts'
import { GateFault } from '../kit/fault.ts'
import type { Json } from '../kit/json.ts'
import type { PolicyContext, PolicyPrincipal } from '../policy/engine.ts'
import { roleNameForm } from '../policy/roles.ts'
import { caseKeys, principalKinds, type CaseKey, type PolicyCase } from './case.ts'
import { circumstanceKeys, readCircumstances } from './circumstances.ts'
import { readDeed, type Deed, type TypedDeed } from './deed.ts'

export interface CaseSource {
  readonly text: string
  /** The name to call it by. */
  readonly file: string
  readonly now: number
  /** Where the app is known: names must be there. */
  readonly model?: AppModel
}

type Raw = Readonly<Record<string, unknown>>

/** Throws GateFault `config-invalid` with every finding. */
export function readCases(source: CaseSource): readonly PolicyCase[] {
  const { raw, locate } = readYaml(source.text, source.file)
  const reader = new CaseReader(source, locate)
  const tests = isGroup(raw) ? raw['tests'] : undefined
  if (!Array.isArray(tests) || tests.length === 0) {
    reader.report([], 'tests: allowed is a list of tests, at least one. See: sekisho policy test --help')
  }
  for (const key of isGroup(raw) ? Object.keys(raw) : []) {
    if (key !== 'tests') reader.report([key], `${nameKey([key])}: unknown key. Known here: tests.`)
  }
  const cases = (Array.isArray(tests) ? (tests as readonly unknown[]) : []).map((one, at) =>
    reader.read(one, ['tests', at]),
  )
  const { findings } = reader
  if (findings.length === 0) return cases.filter((one) => one !== undefined)
  const lines = findings.slice(0, 20).map(({ where, says }) => `  ${where}: ${says}`)
  throw new GateFault('config-invalid', ["The tests of the policy can't be used:", ...lines].join('\n'))
}

function isGroup(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

class CaseReader {
  readonly findings: Finding[] = []
  readonly #source: CaseSource
  readonly #locate: Locate

  constructor(source: CaseSource, locate: Locate) {
    this.#source = source
    this.#locate = locate
  }

  report(path: KeyPath, says: string): void {
    this.findings.push({ where: this.#locate(path), says })
  }

  /** Undefined when something was found. */
  read(raw: unknown, path: KeyPath): PolicyCase | undefined {
    const before = this.findings.length
    if (!isGroup(raw)) {
      this.#wrong(path, raw, `a group of the keys ${caseKeys.join(', ')}`)
      return undefined
    }
    this.#checkKeys(raw, caseKeys, path)
    const principal = this.#principal(raw, path)
    const deeds = this.#deeds(raw, path)
    const expect = this.#one(raw, 'expect', path, ['allow', 'deny'] as const)
    const context = this.#context(raw, principal.kind, path)
    const given = this.#arguments(raw, path)
    const name = this.#text(raw, 'test', path) ?? namePrincipal(principal)
    if (this.findings.length > before || expect === undefined || context === undefined) return undefined
    return { where: this.#locate(path), name, principal, deeds, arguments: given, context, expect }
  }

  #principal(raw: Raw, path: KeyPath): PolicyPrincipal {
    const kind = raw['principal'] === undefined ? 'user' : this.#one(raw, 'principal', path, principalKinds)
    const roles = this.#texts(raw, 'roles', path)
    for (const role of roles) {
      if (!roleNameForm.test(role)) this.#wrong([...path, 'roles'], role, 'a list of names of roles')
    }
    const attributes = this.#attributes(raw, path)
    const user = this.#text(raw, 'user', path)
    const token = this.#text(raw, 'token', path)
    this.#checkFits(raw, kind ?? 'user', path)
    switch (kind) {
      case 'token': {
        const endowed = { kind, id: token ?? 'a-token', roles, attributes } as const
        return user === undefined ? endowed : { ...endowed, user }
      }
      case 'guest':
      case 'nobody':
        return { kind }
      default:
        return { kind: 'user', username: user ?? 'somebody', roles, attributes }
    }
  }

  /** A key that says nothing of this principal would be read as if it did. */
  #checkFits(raw: Raw, kind: PolicyPrincipal['kind'], path: KeyPath): void {
    const foreign = {
      user: ['token'],
      token: [],
      guest: ['user', 'token', 'roles', 'attributes'],
      nobody: ['user', 'token', 'roles', 'attributes'],
    } as const
    for (const key of foreign[kind]) {
      if (raw[key] !== undefined) this.report([...path, key], `${key}: a ${kind} has none. Remove it.`)
    }
  }

  #deeds(raw: Raw, path: KeyPath): readonly Deed[] {
    const kinds = ['call', 'page', 'component', 'file', 'action'] as const
    const key = kinds.find((one) => raw[one] !== undefined)
    const group = this.#text(raw, 'group', path)
    const ownerRoles = this.#texts(raw, 'owner_roles', path)
    const more = { ...(group !== undefined && { group }), ...(ownerRoles.length > 0 && { ownerRoles }) }
    const others = kinds.filter((one) => one !== key && raw[one] !== undefined)
    const names = key === undefined ? [] : this.#texts(raw, key, path)
    if (raw['arguments'] !== undefined && raw['call'] === undefined)
      this.report([...path, 'arguments'], 'arguments: only a call has some. Remove it.')
    if (key === undefined || others.length > 0 || names.length === 0) {
      this.report(path, 'what is it about? Name one of call, page, component, file and action.')
      return []
    }
    return names.flatMap((name) => {
      const deed = readDeed({ [key]: name, ...more } satisfies TypedDeed, this.#source.model)
      if (typeof deed !== 'string') return [deed]
      this.report([...path, key], `${key}: ${deed}`)
      return []
    })
  }

  #context(raw: Raw, kind: PolicyPrincipal['kind'], path: KeyPath): PolicyContext | undefined {
    const given = raw['context'] ?? {}
    const at = [...path, 'context']
    if (!isGroup(given)) {
      this.#wrong(at, given, `a group of the keys ${circumstanceKeys.join(', ')}`)
      return undefined
    }
    this.#checkKeys(given, circumstanceKeys, at)
    const read = readCircumstances(given, kind, this.#source.now)
    if (!isTroubles(read)) return read
    for (const { key, allowed } of read) this.#wrong([...at, key], given[key], allowed)
    return undefined
  }

  #arguments(raw: Raw, path: KeyPath): Readonly<Record<string, Json>> {
    const given = raw['arguments'] ?? {}
    if (isGroup(given)) return given as Readonly<Record<string, Json>>
    this.#wrong([...path, 'arguments'], given, 'a mapping of parameter names to values')
    return {}
  }

  #attributes(raw: Raw, path: KeyPath): Readonly<Record<string, string>> {
    const given = raw['attributes'] ?? {}
    const at = [...path, 'attributes']
    if (!isGroup(given)) {
      this.#wrong(at, given, 'a mapping of names to texts')
      return {}
    }
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        const isGood = typeof value === 'string' && parseAttributeValue(value) === value
        if (parseAttributeName(name) === undefined || !isGood) {
          this.#wrong([...at, name], value, 'a name and a text as in: sekisho user change --attribute')
        }
        return [name, String(value)]
      }),
    )
  }

  #text(raw: Raw, key: CaseKey, path: KeyPath): string | undefined {
    const found = raw[key]
    if (found === undefined || (typeof found === 'string' && found !== '')) return found
    this.#wrong([...path, key], found, 'a text')
    return undefined
  }

  /** One text stands for a list of one. */
  #texts(raw: Raw, key: CaseKey, path: KeyPath): readonly string[] {
    const found = raw[key]
    const list: readonly unknown[] = Array.isArray(found) ? found : found === undefined ? [] : [found]
    if (list.every((one) => typeof one === 'string')) return list
    this.#wrong([...path, key], found, 'a text or a list of texts')
    return []
  }

  #one<T extends string>(raw: Raw, key: CaseKey, path: KeyPath, allowed: readonly T[]): T | undefined {
    const found = allowed.find((one) => one === raw[key])
    if (found === undefined) this.#wrong([...path, key], raw[key], allowed.join(' or '))
    return found
  }

  #checkKeys(raw: Raw, known: readonly string[], path: KeyPath): void {
    for (const key of Object.keys(raw)) {
      if (known.includes(key)) continue
      const meant = didYouMean(key, known) || ` Known here: ${known.join(', ')}.`
      this.report([...path, key], `${nameKey([key])}: unknown key.${meant}`)
    }
  }

  #wrong(path: KeyPath, found: unknown, allowed: string): void {
    this.report(
      path,
      `${nameKey(path.slice(2))}: found ${show(found)}; allowed is ${allowed}.`.replace(/^: /, ''),
    )
  }
}

function isTroubles(read: ReturnType<typeof readCircumstances>): read is Exclude<typeof read, PolicyContext> {
  return Array.isArray(read)
}

/** For people: `user bob (analyst, viewer)`. */
export function namePrincipal(principal: PolicyPrincipal): string {
  switch (principal.kind) {
    case 'guest':
    case 'nobody':
      return principal.kind
    case 'user':
    case 'token': {
      const name = principal.kind === 'user' ? principal.username : principal.id
      const whose = principal.kind === 'token' && principal.user !== undefined ? ` of ${principal.user}` : ''
      const roles = principal.roles.length === 0 ? 'no role' : principal.roles.join(', ')
      return `${principal.kind} ${name}${whose} (${roles})`
    }
  }
}
