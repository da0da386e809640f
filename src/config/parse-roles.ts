/** `roles:` of sekisho.yaml → roles, with everything that is wrong in it. */
import { boundsOf } from '../kit/decimal.ts'
import { isTimeZone } from '../kit/zone-clock.ts'
import { isExclusion, isPattern, kinds, methods, roleNameForm, weekdays } from '../policy/roles.ts'
import type { ArgumentRule, Hours, PatternKind, Role, Weekday, When } from '../policy/roles.ts'
import { parseNetwork } from './addresses.ts'
import { unknownKeyAt, type Issue } from './issue.ts'
import { didYouMean } from './nearest-name.ts'
import { parseDuration } from './scalars.ts'

/** A role before it is known where it stands. */
export type UnplacedRole = Omit<Role, 'file' | 'line' | 'lines'>

type Path = Issue['path']

const words = {
  inherits: 'a name of another role, or a list of them',
  given_to: `a list of ${kinds.join(', ')}`,
  call: 'a list of endpoint names, without a slash before them, such as [predict, "report_*", "group:talk", "!report_secret"], or "*" for all',
  upload: 'true or false',
  files: 'a name of a role, or a list of them',
  deep_links: 'true or false',
  mcp: 'true or false',
  components:
    'a list of component types, elem_ids and functions such as [fileexplorer, "#tree", "fileexplorer.ls"], or "*" for all',
  pages: 'a list of pages such as ["/", admin, "report/*"]',
  monitoring: 'true or false',
  when: 'a group of conditions such as { mfa: true, auth_age: 15m }',
} as const
type Key = keyof typeof words
const keys = Object.keys(words) as readonly Key[]

const whenWords = {
  mfa: 'true',
  auth_age: 'a duration in whole seconds, of at least 1s, such as 15m',
  method: `a list of ${methods.join(', ')}`,
  network: 'an address or a network such as 10.1.0.0/16, or a list of them',
  hours: 'hours such as "08:00-18:30", or a list of them',
  days: 'days such as [mon, tue] or mon-fri',
  time_zone: 'the name of a time zone such as Asia/Tokyo or UTC',
  proof: 'true',
  fresh: 'call, which is: the password is asked for each call',
  attributes:
    'a mapping of attributes to values such as { department: finance } or { department: [finance, "legal-*"] }',
  arguments:
    'a mapping of parameters to values such as { month: [may, june], amount: { max: 1000 }, ticket: "T-*" }',
} as const
type WhenKey = keyof typeof whenWords
const whenKeys = Object.keys(whenWords) as readonly WhenKey[]

const noCalls = 'this only beside call:, since it guards calls alone and this role grants none'
const ofCallsAlone = {
  fresh: `${noCalls} (auth_age guards whatever a role does)`,
  arguments: noCalls,
} as const

export const roleKeys: readonly string[] = keys

/** More would make the file unreadable long before it makes the gate slow. */
const mostEntries = 1000

export function parseRoles(found: unknown): { read: readonly UnplacedRole[]; issues: readonly Issue[] } {
  const parser = new Parser()
  const roles = parser
    .group(found, [], 'a group of roles such as { viewer: { call: [predict] } }')
    .map(([name, value]) => parser.role(name, value))
  if (parser.issues.length === 0) parser.checkNames(roles)
  // Somebody who wrote the key didn't mean that everybody may do everything.
  if (parser.issues.length === 0 && roles.length === 0) parser.reportNone(found)
  return { read: roles, issues: parser.issues }
}

class Parser {
  readonly issues: Issue[] = []

  group(found: unknown, path: Path, allowed: string): readonly (readonly [string, unknown])[] {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) {
      this.#report(path, allowed, found)
      return []
    }
    const entries = Object.entries(found)
    if (entries.length > mostEntries) this.#report(path, `at most ${String(mostEntries)} entries`, found)
    return entries.slice(0, mostEntries)
  }

  role(name: string, found: unknown): UnplacedRole {
    if (!roleNameForm.test(name)) {
      this.#report([name], 'a name of 1 to 32 of a-z, 0-9, _ and -, beginning with a letter or digit', name)
    }
    const given = this.#known(found, [name], keys)
    const list = <T>(key: Key, parse: (one: unknown) => T | undefined) =>
      this.#list(given.get(key), [name, key], words[key], parse)
    const flag = (key: Key) => this.#flag(given.get(key), [name, key], words[key])
    const patterns = (key: Key & PatternKind) =>
      this.#patterns(
        key,
        list(key, (one) => (typeof one === 'string' && isPattern(key, one) ? one : undefined)),
        [name, key],
      )
    const call = patterns('call')
    const roleName = (one: unknown) => (typeof one === 'string' && roleNameForm.test(one) ? one : undefined)
    const when = given.has('when') ? this.#when(given.get('when'), [name, 'when']) : undefined
    if (!given.has('call'))
      for (const key of ['fresh', 'arguments'] as const)
        if (when?.[key] !== undefined) this.#report([name, 'when', key], ofCallsAlone[key], when[key])
    return {
      name,
      inherits: list('inherits', roleName),
      givenTo: list('given_to', (one) => kinds.find((kind) => kind === one)),
      call,
      upload: flag('upload'),
      files: list('files', roleName),
      deepLinks: flag('deep_links'),
      mcp: flag('mcp'),
      components: patterns('components'),
      ...(given.has('pages') && { pages: patterns('pages') }),
      monitoring: flag('monitoring'),
      ...(when && { when }),
    }
  }

  /** Roles speak of each other by names that must be there, and none inherits itself. */
  checkNames(roles: readonly UnplacedRole[]): void {
    const names = roles.map(({ name }) => name)
    const parents = new Map(roles.map(({ name, inherits }) => [name, inherits]))
    for (const { name, inherits, files } of roles) {
      for (const [key, given] of [
        ['inherits', inherits],
        ['files', files],
      ] as const) {
        for (const one of given.filter((each) => !names.includes(each)))
          this.#report(
            [name, key],
            `a role of this file; ${JSON.stringify(one)} is none.${didYouMean(one, names)} There are: ${names.join(', ')}`,
            one,
          )
      }
      const above = new Set(inherits)
      for (const one of above) for (const parent of parents.get(one) ?? []) above.add(parent)
      if (above.has(name))
        this.#report([name, 'inherits'], 'a role that does not inherit this one itself', inherits.join(', '))
    }
  }

  reportNone(found: unknown): void {
    this.#report([], 'at least one role; leave the key out where whoever is signed in may use the app', found)
  }

  #when(found: unknown, path: Path): When {
    const given = this.#known(found, path, whenKeys)
    this.#refuseEmpty(found, path, words.when)
    const at = (key: WhenKey): Path => [...path, key]
    const list = <T>(key: WhenKey, parse: (one: unknown) => T | undefined) =>
      given.has(key) ? this.#list(given.get(key), at(key), whenWords[key], parse) : undefined
    const yes = (key: WhenKey) =>
      given.has(key) &&
      this.#one(given.get(key), at(key), whenWords[key], (one) => (one === true ? true : undefined))
    const method = list('method', (one) => methods.find((known) => known === one))
    const network = list('network', (one) => parseNetwork(one))
    const hours = list('hours', parseHours)
    const days = list('days', parseDays)?.flat()
    const timeZone = given.has('time_zone')
      ? this.#one(given.get('time_zone'), at('time_zone'), whenWords.time_zone, parseZone)
      : undefined
    if ((hours ?? days) !== undefined && !given.has('time_zone'))
      this.#report(path, 'time_zone, such as Asia/Tokyo or UTC, beside hours and days', found)
    const authAge = given.has('auth_age')
      ? this.#one(given.get('auth_age'), at('auth_age'), whenWords.auth_age, parseAge)
      : undefined
    const fresh = given.has('fresh')
      ? this.#one(given.get('fresh'), at('fresh'), whenWords.fresh, parseFresh)
      : undefined
    return {
      ...(yes('mfa') === true && { mfa: true }),
      ...(authAge !== undefined && { authAge }),
      ...(method && { method }),
      ...(network && { network }),
      ...(hours && { hours }),
      ...(days && { days }),
      ...(timeZone !== undefined && { timeZone }),
      ...(yes('proof') === true && { proof: true }),
      ...(fresh && { fresh }),
      ...(given.has('attributes') && {
        attributes: this.#attributes(given.get('attributes'), at('attributes')),
      }),
      ...(given.has('arguments') && { arguments: this.#arguments(given.get('arguments'), at('arguments')) }),
    }
  }

  #attributes(found: unknown, path: Path): NonNullable<When['attributes']> {
    this.#refuseEmpty(found, path, whenWords.attributes)
    return Object.fromEntries(
      this.group(found, path, whenWords.attributes).map(([name, value]) => [
        name,
        this.#list(
          value,
          [...path, name],
          'a text in which * stands for anything, or a list of them',
          parseText,
        ),
      ]),
    )
  }

  #arguments(found: unknown, path: Path): NonNullable<When['arguments']> {
    this.#refuseEmpty(found, path, whenWords.arguments)
    return Object.fromEntries(
      this.group(found, path, whenWords.arguments).map(([name, value]) => [
        name,
        this.#argument(value, [...path, name]),
      ]),
    )
  }

  #argument(found: unknown, path: Path): ArgumentRule {
    if (typeof found === 'object' && found !== null && !Array.isArray(found)) {
      const given = this.#known(found, path, ['min', 'max'])
      const bound = (key: 'min' | 'max') =>
        given.has(key)
          ? this.#one(
              given.get(key),
              [...path, key],
              'a number with at most four decimal places',
              parseNumber,
            )
          : undefined
      const [min, max] = [bound('min'), bound('max')]
      if (given.size === 0) this.#report(path, 'min, max or both', found)
      if (min !== undefined && max !== undefined && min > max)
        this.#report([...path, 'min'], 'at most max', min)
      return { kind: 'range', ...(min !== undefined && { min }), ...(max !== undefined && { max }) }
    }
    const allowed =
      'a text in which * stands for anything, a number with at most four decimal places, true, false, a list of these, or { min, max }'
    const values = this.#list(
      found,
      path,
      allowed,
      (one) => parseText(one) ?? parseNumber(one) ?? parseFlag(one),
    )
    return { kind: 'values', values }
  }

  /** Somebody who wrote the key meant a guard, and one without a condition guards nothing. */
  #refuseEmpty(found: unknown, path: Path, allowed: string): void {
    if (typeof found === 'object' && found !== null && Object.keys(found).length === 0)
      this.#report(path, `${allowed}; leave the key out where there is nothing`, found)
  }

  #patterns(key: Key & PatternKind, patterns: readonly string[], path: Path): readonly string[] {
    if (patterns.length > 0 && patterns.every(isExclusion))
      this.#report(path, `${words[key]}; with "!" alone nothing is granted`, patterns.join(', '))
    return patterns
  }

  /** A single value is a list of one. */
  #list<T>(
    found: unknown,
    path: Path,
    allowed: string,
    parse: (one: unknown) => T | undefined,
  ): readonly T[] {
    if (found === undefined) return []
    const given: readonly unknown[] = Array.isArray(found) ? found : [found]
    if (given.length === 0 || given.length > mostEntries) {
      this.#report(
        path,
        `${allowed}; ${given.length === 0 ? 'leave the key out where there is nothing' : `at most ${String(mostEntries)} entries`}`,
        found,
      )
      return []
    }
    return given.flatMap((one, index) => {
      const parsed = this.#one(one, Array.isArray(found) ? [...path, index] : path, allowed, parse)
      return parsed === undefined ? [] : [parsed]
    })
  }

  #flag(found: unknown, path: Path, allowed: string): boolean {
    return found === undefined ? false : (this.#one(found, path, allowed, parseFlag) ?? false)
  }

  #one<T>(
    found: unknown,
    path: Path,
    allowed: string,
    parse: (one: unknown) => T | undefined,
  ): T | undefined {
    const parsed = parse(found)
    if (parsed === undefined) this.#report(path, allowed, found)
    return parsed
  }

  #known<Name extends string>(
    found: unknown,
    path: Path,
    names: readonly Name[],
  ): ReadonlyMap<Name, unknown> {
    const known = new Map<Name, unknown>()
    // `viewer:` with nothing after it sees the app and calls nothing.
    if (found === null && path.length === 1) return known
    for (const [key, value] of this.group(found, path, `a group of the keys ${names.join(', ')}`)) {
      const name = names.find((one) => one === key)
      if (name !== undefined) known.set(name, value)
      else this.issues.push(unknownKeyAt([...path, key], names, value))
    }
    return known
  }

  #report(path: Path, allowed: string, found: unknown): void {
    this.issues.push({ path, allowed, found })
  }
}

function parseText(found: unknown): string | undefined {
  return typeof found === 'string' && found.length <= 1000 ? found : undefined
}

function parseFlag(found: unknown): boolean | undefined {
  return typeof found === 'boolean' ? found : undefined
}

function parseNumber(found: unknown): number | undefined {
  if (typeof found !== 'number' || !Number.isFinite(found)) return undefined
  const bounds = boundsOf(found)
  return bounds !== undefined && bounds.floor === bounds.ceiling ? found : undefined
}

function parseAge(found: unknown): number | undefined {
  const ms = parseDuration(found)
  return ms === undefined || ms < 1000 || ms % 1000 !== 0 ? undefined : ms
}

function parseFresh(found: unknown): 'call' | undefined {
  return found === 'call' ? found : undefined
}

function parseZone(found: unknown): string | undefined {
  return typeof found === 'string' && isTimeZone(found) ? found : undefined
}

function parseHours(found: unknown): Hours | undefined {
  const clock = String.raw`(\d\d):([0-5]\d)`
  const parts = typeof found === 'string' ? new RegExp(`^${clock}-${clock}$`).exec(found) : null
  if (parts === null) return undefined
  const [from, to] = [1, 3].map((at) => Number(parts[at]) * 60 + Number(parts[at + 1])) as [number, number]
  // 24:00 is the end of a day (ISO 8601-1:2019/Amd 1:2022), and no beginning of one.
  return from < 1440 && to <= 1440 && from !== to ? { from, to } : undefined
}

function parseDays(found: unknown): readonly Weekday[] | undefined {
  const [first, last = first, ...more] = typeof found === 'string' ? found.split('-') : []
  const [from, to] = [first, last].map((day) => weekdays.findIndex((one) => one === day)) as [number, number]
  if (more.length > 0 || from < 0 || to < 0) return undefined
  // `fri-mon` goes over the end of the week.
  const count = ((to - from + 7) % 7) + 1
  return Array.from({ length: count }, (_, nth) => weekdays[(from + nth) % 7] ?? 'mon')
}
