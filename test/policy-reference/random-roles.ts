/** Role files and requests at random, from few enough words that they meet. */
import type { Action } from '../../src/catalog/actions.ts'
import { Numeral } from '../../src/kit/json.ts'
import type { Json } from '../../src/kit/json.ts'
import type { PolicyContext, PolicyPrincipal, PolicyResource, Question } from '../../src/policy/engine.ts'
import type { WrittenRole, WrittenRoles, WrittenWhen } from './reference.ts'

/** The same from the same seed (mulberry32). */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  below(count: number): number {
    return Math.floor(this.next() * count)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  one<T>(of: readonly T[]): T {
    const chosen = of[this.below(of.length)]
    if (chosen === undefined && of.length === 0) throw new TypeError('nothing to choose from')
    return chosen as T
  }

  some<T>(of: readonly T[], most: number): T[] {
    return Array.from({ length: this.below(most + 1) }, () => this.one(of))
  }

  /** At least one; a single one sometimes bare, as people write it. */
  list<T>(of: readonly T[], most: number): T | T[] {
    const chosen = [this.one(of), ...this.some(of, most - 1)]
    return chosen.length === 1 && this.chance(0.5) ? this.one(chosen) : chosen
  }
}

const names = ['viewer', 'analyst', 'admin', 'ops', 'r-5']
const endpoints = [
  'predict',
  'predict_1',
  'report_may',
  'report_salaries',
  'chat',
  'Predict',
  'lambda',
  'a.b',
  'é"\\',
]
const groups = ['chat', 'predict', 'talk']
const calls = [
  'predict',
  'report_*',
  '*',
  '*_*',
  'group:chat',
  'group:talk',
  '!report_salaries',
  '!*_1',
  '!group:predict',
  'p*t',
  'é"\\',
  'lambda',
]
const components = [
  'fileexplorer',
  '#tree',
  'fileexplorer.ls',
  '.ls',
  '*',
  'file*#tr*',
  '!fileexplorer.rm',
  '!#secret',
]
const pages = ['/', 'admin', '/admin', 'report/*', '*', '!admin', '!/report/x']
const paths = ['', 'admin', 'report/x', 'report/y', 'administrator']
const zones = ['UTC', 'Asia/Tokyo', 'America/New_York', 'Asia/Kathmandu']
const networks = ['10.0.0.0/8', '192.168.1.7', '2001:db8::/32', '::1', '10.1.0.0/16']
const addresses = [
  '10.1.2.3',
  '10.200.0.1',
  '192.168.1.7',
  '192.168.1.8',
  '2001:db8::5',
  '::1',
  '203.0.113.9',
]
const departments = ['finance', 'legal-eu', 'legal-', 'sales', '']
const hours = ['08:00-18:30', '22:00-06:00', '00:00-24:00', '12:00-12:01', '23:59-00:00']
const days = ['mon', 'sun', 'mon-fri', 'fri-mon', 'tue-tue']
const texts = ['may', 'june', 'july', 'm*', '*y', '*', 'MAY']
const numbers = [0, 1, -1, 2.5, 1000, 0.0001, 3.1416]

export function randomRoles(dice: Dice): WrittenRoles {
  const count = 1 + dice.below(names.length)
  const defined = names.slice(0, count)
  return Object.fromEntries(
    defined.map((name, nth) => [name, dice.chance(0.05) ? null : randomRole(dice, defined, nth)]),
  )
}

/** Inherits only from those before it: circles are refused, which is another test. */
function randomRole(dice: Dice, defined: readonly string[], nth: number): WrittenRole {
  const grants = <T>(all: readonly T[], isTaken: (one: T) => boolean) => {
    const chosen = dice.list(all, 4)
    return [chosen].flat().every((one) => isTaken(one as T)) ? undefined : chosen
  }
  const isTaken = (one: string) => one.startsWith('!')
  const above = nth > 0 && dice.chance(0.5) ? dice.list(defined.slice(0, nth), 2) : undefined
  const givenTo = dice.chance(0.3) ? dice.list(['guests', 'users', 'tokens'], 2) : undefined
  const call = dice.chance(0.8) ? grants(calls, isTaken) : undefined
  return dropUnset({
    inherits: above,
    given_to: givenTo,
    call,
    upload: dice.chance(0.4) ? dice.chance(0.8) : undefined,
    files: dice.chance(0.3) ? dice.list(defined, 2) : undefined,
    components: dice.chance(0.4) ? grants(components, isTaken) : undefined,
    deep_links: dice.chance(0.3) ? true : undefined,
    mcp: dice.chance(0.3) ? true : undefined,
    monitoring: dice.chance(0.3) ? true : undefined,
    pages: dice.chance(0.4) ? grants(pages, isTaken) : undefined,
    when: dice.chance(0.5) ? randomWhen(dice, call !== undefined) : undefined,
  })
}

/** `grantsCalls`: the role has some, which `fresh` and `arguments` can guard. */
function randomWhen(dice: Dice, grantsCalls: boolean): WrittenWhen | undefined {
  const isTimed = dice.chance(0.3)
  const isDaily = dice.chance(0.3)
  const when: WrittenWhen = dropUnset({
    mfa: dice.chance(0.2) ? true : undefined,
    method: dice.chance(0.2) ? dice.list(['password', 'token'], 2) : undefined,
    network: dice.chance(0.25) ? dice.list(networks, 3) : undefined,
    hours: isTimed ? dice.list(hours, 2) : undefined,
    days: isDaily ? dice.list(days, 2) : undefined,
    time_zone: isTimed || isDaily ? dice.one(zones) : undefined,
    attributes: dice.chance(0.25) ? { department: dice.list(['finance', 'legal-*', '*'], 2) } : undefined,
    auth_age: dice.chance(0.25) ? dice.one(['15m', '900s', '1h', '30s']) : undefined,
    proof: dice.chance(0.15) ? true : undefined,
    fresh: dice.chance(0.15) && grantsCalls ? 'call' : undefined,
    arguments: dice.chance(0.5) && grantsCalls ? randomArgumentRules(dice) : undefined,
  })
  // One that guards nothing is refused.
  return Object.keys(when).length > 0 ? when : undefined
}

function randomArgumentRules(dice: Dice): NonNullable<WrittenWhen['arguments']> {
  const range = () => {
    const [a, b] = [dice.one(numbers), dice.one(numbers)].sort((x, y) => x - y) as [number, number]
    return dice.one([{ min: a, max: b }, { min: a }, { max: b }])
  }
  const rules = {
    month: dice.list<string | number | boolean>([...texts, 1, true], 3),
    amount: dice.chance(0.6) ? range() : dice.list<string | number | boolean>([...numbers, 'may'], 3),
    ok: dice.one([true, false]),
  }
  const kept = Object.entries(rules).filter(() => dice.chance(0.5))
  return Object.fromEntries(kept.length > 0 ? kept : [['month', 'may']])
}

function dropUnset(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

const appActions: readonly Action[] = [
  ...(['readSchema', 'loadAsset', 'checkLiveness', 'readIdentity', 'openStream', 'cancelEvent'] as const),
  ...(['feedEvent', 'holdSession', 'readMedia', 'uploadFile', 'watchUpload', 'processRecording'] as const),
  ...(['exportState', 'useMcp', 'readMonitoring'] as const),
  ...Array.from({ length: 12 }, () => 'callFunction' as const),
  ...Array.from({ length: 4 }, () => 'viewPage' as const),
  ...Array.from({ length: 4 }, () => 'callComponent' as const),
  ...Array.from({ length: 4 }, () => 'readFile' as const),
  ...Array.from({ length: 4 }, () => 'readOthersFile' as const),
  ...Array.from({ length: 2 }, () => 'readConfig' as const),
]

export function randomQuestion(dice: Dice): Question {
  const action = dice.one(appActions)
  const base = {
    principal: randomPrincipal(dice),
    action,
    resource: randomResource(dice, action),
    context: randomContext(dice),
  }
  return action === 'callFunction' ? { ...base, arguments: randomArguments(dice) } : base
}

export function randomPrincipal(dice: Dice): PolicyPrincipal {
  const endowed = {
    roles: dice.some([...names, 'unheard-of'], 2),
    attributes: dropUnset({
      department: dice.chance(0.7) ? dice.one(departments) : undefined,
      badge: dice.chance(0.5) ? String(dice.below(1000)) : undefined,
    }) as Record<string, string>,
  }
  switch (dice.below(4)) {
    case 0:
      return { kind: 'guest' }
    case 1:
      return { kind: 'token', id: `t${String(dice.below(3))}`, ...endowed }
    case 2:
      return { kind: 'token', id: `t${String(dice.below(3))}`, user: 'bob', ...endowed }
    default:
      return { kind: 'user', username: dice.one(['bob', 'ann']), ...endowed }
  }
}

export function randomResource(dice: Dice, action: Action): PolicyResource {
  switch (action) {
    case 'callFunction':
      return { kind: 'endpoint', name: dice.one(endpoints), group: dice.one(groups) }
    case 'viewPage':
    case 'readConfig':
      return dice.chance(0.1) ? { kind: 'app' } : { kind: 'page', path: dice.one(paths) }
    case 'readFile':
    case 'readOthersFile':
      return {
        kind: 'file',
        standing: dice.one(['own', 'shared', 'others']),
        ownerRoles: dice.some(names, 2),
      }
    case 'callComponent':
      return {
        kind: 'component',
        type: dice.one(['fileexplorer', 'dataframe']),
        name: dice.one(['', 'tree', 'secret']),
        function: dice.one(['ls', 'rm']),
      }
    default:
      return { kind: 'app' }
  }
}

export function randomContext(dice: Dice): PolicyContext {
  return {
    method: dice.one(['password', 'token'] as const),
    mfa: dice.chance(0.5),
    authAge: dice.one([0, 29, 30, 31, 899, 900, 901, 3600, 100_000]),
    address: dice.one(addresses),
    tls: dice.chance(0.5),
    proof: dice.chance(0.5),
    fresh: dice.chance(0.5),
    // Two years, both changes of the clocks in them.
    now: Date.UTC(2026, 0, 1) + dice.below(2 * 365 * 24 * 60) * 60_000 + dice.below(60_000),
  }
}

export function randomArguments(dice: Dice): Record<string, Json> {
  const values: readonly Json[] = [
    ...['may', 'june', 'July', '', 'x\ny'],
    ...[0, 1, 2.5, 1000, 1000.00001, 0.00005, -0.00005, 3.14159, 1e15, -1e20],
    ...[new Numeral('2.0'), new Numeral('1.00'), new Numeral('1e3'), new Numeral('2.50000000000000000001')],
    ...[true, false, null, {}, { path: '/tmp/x' }],
    ...[[], ['may'], ['may', 'june'], ['may', 1], [['may']]],
  ]
  const given = ['month', 'amount', 'ok', 'other'].filter(() => dice.chance(0.85))
  return Object.fromEntries(given.map((name) => [name, dice.one(values)]))
}
