/** The circumstances of a request and the arguments of a call as Cedar's context, and the entities that it refers to. */
import type { CedarValueJson, Context, EntityJson } from '@cedar-policy/cedar-wasm/nodejs'
import type { Json } from '../kit/json.ts'
import { Numeral } from '../kit/json.ts'
import { boundsOf } from '../kit/decimal.ts'
import type { PolicyContext } from './engine.ts'
import { clockIn } from '../kit/zone-clock.ts'

const refer = (type: string): CedarValueJson => ({ __entity: { type: `Sekisho::${type}`, id: 'request' } })
const uid = (type: string) => ({ type: `Sekisho::${type}`, id: 'request' })

const argumentRefs = {
  texts: refer('Texts'),
  numbers: refer('Numbers'),
  flags: refer('Flags'),
  lists: refer('Lists'),
}

/** Stands in where no policy looks at the context: the schema still wants one. */
export const anyContext: PolicyContext = {
  method: 'none',
  mfa: false,
  authAge: 0,
  address: '192.0.2.1',
  tls: false,
  proof: false,
  fresh: false,
  now: 0,
}

export function contextFor(context: PolicyContext, options: { readonly call: boolean }): Context {
  const { method, mfa, authAge, address, tls, proof, fresh, now } = context
  return {
    ...{ method, mfa, tls, proof, authAge: Math.floor(authAge), times: refer('Times') },
    address: { __extn: { fn: 'ip', arg: address } },
    now: { __extn: { fn: 'datetime', arg: new Date(now).toISOString() } },
    ...(options.call && { fresh, arguments: argumentRefs }),
  }
}

export function timesEntity(now: number, zones: ReadonlySet<string>): EntityJson {
  const tags = Array.from(zones, (zone) => [zone, { ...clockIn(zone, now) }] as const)
  return { uid: uid('Times'), attrs: {}, parents: [], tags: Object.fromEntries(tags) }
}

export function argumentEntities(given: Readonly<Record<string, Json>>): readonly EntityJson[] {
  const tags = {
    Texts: new Map(),
    Numbers: new Map(),
    Flags: new Map(),
    Lists: new Map(),
  } as const satisfies Record<string, Map<string, CedarValueJson>>
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') tags.Texts.set(name, value)
    else if (typeof value === 'boolean') tags.Flags.set(name, value)
    else if (typeof value === 'number' || value instanceof Numeral) {
      const bounds = boundsOf(value)
      if (bounds !== undefined)
        tags.Numbers.set(name, { floor: decimal(bounds.floor), ceiling: decimal(bounds.ceiling) })
    } else if (isTexts(value)) tags.Lists.set(name, [...value])
  }
  // One that holds nothing is as good as absent.
  const some = Object.entries(tags).filter(([, { size }]) => size > 0)
  return some.map(([type, held]) => ({
    uid: uid(type),
    attrs: {},
    parents: [],
    tags: Object.fromEntries(held) as Record<string, CedarValueJson>,
  }))
}

function decimal(arg: string): CedarValueJson {
  return { __extn: { fn: 'decimal', arg } }
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
