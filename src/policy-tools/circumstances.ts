/** Under which circumstances somebody asks: what a person said of them, and what is assumed where nothing was said. */
import { isIP } from 'node:net'
import { parseDuration } from '../config/scalars.ts'
import type { PolicyContext, PolicyPrincipal } from '../policy/engine.ts'

/** As typed in a test file or on a command line. */
export interface TypedCircumstances {
  readonly method?: unknown
  readonly mfa?: unknown
  readonly auth_age?: unknown
  readonly address?: unknown
  readonly tls?: unknown
  readonly proof?: unknown
  readonly fresh?: unknown
  readonly time?: unknown
}

export const circumstanceKeys = [
  'method',
  'mfa',
  'auth_age',
  'address',
  'tls',
  'proof',
  'fresh',
  'time',
] as const
type Key = (typeof circumstanceKeys)[number]

const shapes: Readonly<Record<Key, string>> = {
  method: 'password, token or none',
  mfa: 'true or false',
  auth_age: 'a duration such as 15m',
  address: 'an IP address',
  tls: 'true or false',
  proof: 'true or false',
  fresh: 'true or false',
  time: 'a time with its zone such as 2026-11-22T09:30:00+09:00',
}

export interface Trouble {
  readonly key: Key
  /** Completes the sentence "allowed is …". */
  readonly allowed: string
}

/** A fresh login by password over HTTPS from this machine, at `now`, with nothing proved besides. */
export function readCircumstances(
  typed: TypedCircumstances,
  kind: PolicyPrincipal['kind'],
  now: number,
): PolicyContext | readonly Trouble[] {
  const troubles: Trouble[] = []
  const read = <T>(key: Key, parse: (found: unknown) => T | undefined, usual: T): T => {
    if (typed[key] === undefined) return usual
    const value = parse(typed[key])
    if (value === undefined) troubles.push({ key, allowed: shapes[key] })
    return value ?? usual
  }
  const context: PolicyContext = {
    method: read('method', (found) => methods.find((one) => one === found), usualMethod[kind]),
    mfa: read('mfa', parseFlag, false),
    authAge: read('auth_age', parseSeconds, 0),
    address: read('address', parseAddress, '127.0.0.1'),
    tls: read('tls', parseFlag, true),
    proof: read('proof', parseFlag, false),
    fresh: read('fresh', parseFlag, false),
    now: read('time', parseTime, now),
  }
  return troubles.length > 0 ? troubles : context
}

const methods = ['password', 'token', 'none'] as const
const usualMethod = { guest: 'password', user: 'password', token: 'token', nobody: 'none' } as const

function parseFlag(found: unknown): boolean | undefined {
  if (found === 'true' || found === true) return true
  return found === 'false' || found === false ? false : undefined
}

function parseSeconds(found: unknown): number | undefined {
  const ms = parseDuration(found)
  return ms === undefined ? undefined : Math.floor(ms / 1000)
}

function parseAddress(found: unknown): string | undefined {
  return typeof found === 'string' && isIP(found) !== 0 ? found : undefined
}

/** With an offset: whose clock would be meant otherwise? (RFC 3339) */
const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/

function parseTime(found: unknown): number | undefined {
  if (typeof found !== 'string' || !timeForm.test(found)) return undefined
  const at = Date.parse(found)
  return Number.isNaN(at) ? undefined : at
}
