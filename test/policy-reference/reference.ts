/**
 * Who may do what, written from docs/operate/roles.md alone: slow, plain, and without a line of the gate's own policy code.
 * Roles are taken as they stand in the file, before anything has read them.
 */
import { BlockList, isIPv4 } from 'node:net'
import type { PolicyPrincipal, Question } from '../../src/policy/engine.ts'
import { Numeral } from '../../src/kit/json.ts'
import type { Json } from '../../src/kit/json.ts'

type OneOrMore<T> = T | readonly T[]
type Plain = string | number | boolean

export interface WrittenRole {
  readonly inherits?: OneOrMore<string>
  readonly given_to?: OneOrMore<string>
  readonly call?: OneOrMore<string>
  readonly upload?: boolean
  readonly files?: OneOrMore<string>
  readonly components?: OneOrMore<string>
  readonly deep_links?: boolean
  readonly mcp?: boolean
  readonly monitoring?: boolean
  readonly pages?: OneOrMore<string>
  readonly when?: WrittenWhen
}

export interface WrittenWhen {
  readonly mfa?: true
  readonly method?: OneOrMore<string>
  readonly network?: OneOrMore<string>
  readonly hours?: OneOrMore<string>
  readonly days?: OneOrMore<string>
  readonly time_zone?: string
  readonly attributes?: Readonly<Record<string, OneOrMore<string>>>
  readonly auth_age?: string
  readonly proof?: true
  readonly fresh?: 'call'
  readonly arguments?: Readonly<
    Record<string, OneOrMore<Plain> | { readonly min?: number; readonly max?: number }>
  >
}

export type WrittenRoles = Readonly<Record<string, WrittenRole | null>>

/** "There is no order: one role that grants is enough." */
export function mayByTheBook(roles: WrittenRoles, question: Question): boolean {
  const defined = rolesOf(roles, question.principal).filter((name) => Object.hasOwn(roles, name))
  return defined.some((name) => grants(roles, roles[name] ?? {}, question))
}

function rolesOf(roles: WrittenRoles, principal: PolicyPrincipal): readonly string[] {
  const kind = `${principal.kind}s`
  const given = Object.keys(roles).filter((name) => all(roles[name]?.given_to).includes(kind))
  const assigned = principal.kind === 'user' || principal.kind === 'token' ? principal.roles : []
  return withInherited(roles, [...given, ...assigned])
}

function withInherited(roles: WrittenRoles, names: readonly string[]): readonly string[] {
  const above = names.flatMap((name) => all(roles[name]?.inherits))
  return names.length === 0 ? [] : [...names, ...withInherited(roles, above)]
}

/** What this role itself grants. */
function grants(roles: WrittenRoles, role: WrittenRole, question: Question): boolean {
  const { action, resource } = question
  const visit = isVisitRight(role.when ?? {}, question)
  const act = visit && isActRight(role.when ?? {}, question)
  switch (action) {
    case 'readSchema':
    case 'loadAsset':
    case 'checkLiveness':
    case 'readIdentity':
    case 'openStream':
    case 'cancelEvent':
    case 'feedEvent':
    case 'holdSession':
    case 'readMedia':
      return visit
    case 'viewPage':
    case 'readConfig': {
      if (resource.kind !== 'page') {
        const isWhole = role.pages === undefined && all(role.inherits).length === 0
        return visit && (isWhole || (role.pages !== undefined && action === 'readConfig'))
      }
      if (role.pages === undefined) return visit && all(role.inherits).length === 0
      const path = `/${resource.path}`
      const matches = (pattern: string) =>
        pattern === '*' || isLike(path, pattern.startsWith('/') ? pattern : `/${pattern}`)
      return visit && isListed(all(role.pages), matches)
    }
    case 'readFile': {
      if (resource.kind !== 'file') return false
      return resource.standing !== 'others' && visit
    }
    case 'readOthersFile': {
      if (resource.kind !== 'file') return false
      const owners = withInherited(roles, resource.ownerRoles)
      return act && all(role.files).some((name) => owners.includes(name))
    }
    case 'callFunction': {
      if (resource.kind !== 'endpoint') return false
      const { name, group } = resource
      const matches = (pattern: string) =>
        pattern.startsWith('group:') ? pattern === `group:${group}` : isLike(name, pattern)
      return act && isListed(all(role.call), matches) && areArgumentsRight(role.when ?? {}, question)
    }
    case 'uploadFile':
    case 'watchUpload':
    case 'processRecording':
      return act && role.upload === true
    case 'exportState':
      return act && role.deep_links === true
    case 'useMcp':
      return act && role.mcp === true
    case 'readMonitoring':
      return act && role.monitoring === true
    case 'callComponent': {
      if (resource.kind !== 'component') return false
      const { type, name, function: called } = resource
      return act && isListed(all(role.components), (pattern) => isComponent(pattern, { type, name, called }))
    }
    default:
      throw new TypeError(`the documentation of roles does not speak of ${action}`)
  }
}

function isComponent(pattern: string, it: { type: string; name: string; called: string }): boolean {
  const [before = '', called = '*'] = pattern.split('.')
  const [type = '', name = '*'] = before.split('#')
  return isLike(it.type, type === '' ? '*' : type) && isLike(it.name, name) && isLike(it.called, called)
}

function isListed(patterns: readonly string[], matches: (pattern: string) => boolean): boolean {
  const taken = patterns.filter((one) => one.startsWith('!')).map((one) => one.slice(1))
  return patterns.some((one) => !one.startsWith('!') && matches(one)) && !taken.some(matches)
}

function isVisitRight(when: WrittenWhen, { principal, context }: Question): boolean {
  if (when.mfa === true && !context.mfa) return false
  if (when.method !== undefined && !all(when.method).includes(context.method)) return false
  if (when.network !== undefined && !all(when.network).some((one) => isInNetwork(context.address, one)))
    return false
  const clock = clockAt(context.now, when.time_zone ?? '')
  if (when.hours !== undefined && !all(when.hours).some((one) => isHour(clock.minute, one))) return false
  if (when.days !== undefined && !all(when.days).some((one) => isDay(clock.day, one))) return false
  const attributes = 'attributes' in principal ? principal.attributes : {}
  return Object.entries(when.attributes ?? {}).every(([name, wanted]) => {
    const value = attributes[name]
    return value !== undefined && all(wanted).some((pattern) => isLike(value, pattern))
  })
}

function isActRight(when: WrittenWhen, { context }: Question): boolean {
  if (when.proof === true && !context.proof) return false
  if (when.auth_age === undefined) return true
  const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[when.auth_age.slice(-1)] ?? Number.NaN
  return context.authAge <= Number(when.auth_age.slice(0, -1)) * unit
}

function areArgumentsRight(when: WrittenWhen, question: Question): boolean {
  if (when.fresh === 'call' && !question.context.fresh) return false
  return Object.entries(when.arguments ?? {}).every(([name, rule]) => {
    const given = question.arguments?.[name]
    if (typeof rule === 'object' && ('min' in rule || 'max' in rule)) {
      const value = exact(given)
      return value !== undefined && value >= (exact(rule.min) ?? value) && value <= (exact(rule.max) ?? value)
    }
    const values = all(rule as OneOrMore<Plain>)
    if (Array.isArray(given)) {
      const texts = values.filter((one) => typeof one === 'string' && !one.includes('*'))
      return texts.length > 0 && given.every((one: Json) => texts.some((text) => text === one))
    }
    return values.some((value) => isArgument(given, value))
  })
}

function isArgument(given: Json | undefined, value: Plain): boolean {
  if (typeof value === 'string') return typeof given === 'string' && isLike(given, value)
  if (typeof value === 'boolean') return given === value
  return exact(given) !== undefined && exact(given) === exact(value)
}

/** In units of 10^-30, and nothing beyond what the documentation promises to compare. */
function exact(given: unknown): bigint | undefined {
  if (typeof given !== 'number' && !(given instanceof Numeral)) return undefined
  const text = given instanceof Numeral ? given.text : String(given)
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const places = 30 - fraction.length + Number(exponent)
  if (places < 0) throw new TypeError('the reference is asked for more places than it has')
  const size = BigInt(whole + fraction) * 10n ** BigInt(places)
  if (size > 9n * 10n ** 44n) return undefined
  return mantissa.startsWith('-') ? -size : size
}

/** `*` stands for any text, also for none. */
function isLike(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return text === pattern
  const last = rest.pop() ?? ''
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}

function isInNetwork(address: string, network: string): boolean {
  const family = (of: string) => (isIPv4(of) ? 'ipv4' : 'ipv6')
  const [base = '', bits] = network.split('/')
  const list = new BlockList()
  list.addSubnet(base, Number(bits ?? (isIPv4(base) ? 32 : 128)), family(base))
  return family(address) === family(base) && list.check(address, family(address))
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

function clockAt(now: number, timeZone: string): { readonly minute: number; readonly day: number } {
  if (timeZone === '') return { minute: Number.NaN, day: Number.NaN }
  const there = new Date(new Date(now).toLocaleString('en-US', { timeZone, hourCycle: 'h23' }))
  return { minute: there.getHours() * 60 + there.getMinutes(), day: there.getDay() }
}

function isHour(minute: number, hours: string): boolean {
  const [from = 0, to = 0] = hours
    .split('-')
    .map((one) => Number(one.slice(0, 2)) * 60 + Number(one.slice(3)))
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

function isDay(day: number, named: string): boolean {
  const [from = 0, to = from] = named.split('-').map((one) => days.indexOf(one))
  for (let one = from; ; one = (one + 1) % 7) {
    if (one === day) return true
    if (one === to) return false
  }
}

function all<T>(value: OneOrMore<T> | undefined): readonly T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}
