/** What the gate answers in the middle of a ceremony, checked before anything is computed from it. */
import {
  characterKinds,
  leastStretching,
  normalizeUsername,
  type Confirmed,
  type ConfirmLooked,
  type Identifiers,
  type JoinLooked,
  type LoginHandedOver,
  type LoginStarted,
  type PasswordProved,
  type PasswordRules,
  type RegistrationStarted,
  type Stretching,
} from 'sekisho/contract'
import { stepUps } from 'sekisho/proof'

/** RFC 9106 costs no page should be talked into: they would only freeze the browser (memory in KiB). */
export const mostStretching: Stretching = { memory: 512 * 1024, iterations: 16, parallelism: 8 }

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isBase64url(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 4096 && /^[A-Za-z0-9_-]+$/.test(value)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 256
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

/** What both kinds of answers bring along. */
function parseTerms(
  value: Fields,
): { readonly stretching: Stretching; readonly identifiers: Identifiers } | undefined {
  const { stretching, identifiers } = value
  if (!isObject(stretching) || !isObject(identifiers)) return undefined
  const { memory, iterations, parallelism } = stretching
  if (!isCount(memory) || !isCount(iterations) || !isCount(parallelism)) return undefined
  const { client, server } = identifiers
  if (!isName(client) || !isName(server)) return undefined
  return { stretching: { memory, iterations, parallelism }, identifiers: { client, server } }
}

/** The answer with exactly the fields of the contract, or undefined. */
export function parseLoginStarted(value: unknown): LoginStarted | undefined {
  if (!isObject(value)) return undefined
  const { loginResponse, state } = value
  const terms = parseTerms(value)
  if (!isBase64url(loginResponse) || !isBase64url(state) || terms === undefined) return undefined
  return { loginResponse, state, ...terms, ...(value['keyOptional'] === true && { keyOptional: true }) }
}

export function parseHandedOver(value: unknown): LoginHandedOver | undefined {
  return isObject(value) && typeof value['code'] === 'string' ? { code: value['code'] } : undefined
}

export function parseRegistrationStarted(value: unknown): RegistrationStarted | undefined {
  if (!isObject(value)) return undefined
  const { registrationResponse } = value
  const terms = parseTerms(value)
  return isBase64url(registrationResponse) && terms !== undefined
    ? { registrationResponse, ...terms }
    : undefined
}

export function parsePasswordProved(value: unknown): PasswordProved | undefined {
  const started = parseRegistrationStarted(value)
  if (!isObject(value) || started === undefined || !isBase64url(value['ticket'])) return undefined
  return { ...started, ticket: value['ticket'] }
}

export function parsePasswordRules(value: unknown): PasswordRules | undefined {
  if (!isObject(value)) return undefined
  const { least, composition, siteWords } = value
  if (!isCount(least) || least < 1 || !Array.isArray(composition) || !Array.isArray(siteWords))
    return undefined
  const kinds = characterKinds.filter((kind) => composition.includes(kind))
  const words = siteWords.filter((word) => isName(word))
  if (kinds.length !== composition.length || words.length !== siteWords.length) return undefined
  return { least, composition: kinds, siteWords: words }
}

export function parseJoinLooked(value: unknown): JoinLooked | undefined {
  if (!isObject(value)) return undefined
  const { username, purpose, expiresIn } = value
  const rules = parsePasswordRules(value['rules'])
  if (!isName(username) || (purpose !== 'join' && purpose !== 'reset')) return undefined
  if (!isCount(expiresIn) || expiresIn < 0 || rules === undefined) return undefined
  return { username, purpose, expiresIn, rules }
}

function isTextOrNothing(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

export function parseConfirmLooked(value: unknown): ConfirmLooked | undefined {
  if (!isObject(value)) return undefined
  const { endpoint, username } = value
  const what = stepUps.find((one) => one === value['what'])
  if (what === undefined || !isTextOrNothing(endpoint) || !isTextOrNothing(username)) return undefined
  return { what, ...(endpoint !== undefined && { endpoint }), ...(username !== undefined && { username }) }
}

export function parseConfirmed(value: unknown): Confirmed | undefined {
  if (!isObject(value) || !isTextOrNothing(value['code'])) return undefined
  return value['code'] === undefined ? {} : { code: value['code'] }
}

/** The name that OPAQUE binds into everything: a gate, or somebody on the way, can't put another one in its place. */
export function clientOf(username: string | undefined): string {
  return username === undefined ? 'guest' : `user:${normalizeUsername(username)}`
}

/** Whoever changes traffic could ask for a cheap Argon2id and then guess at what it gives (RFC 9807 section 10). */
export function isAllowedStretching(asked: Stretching): boolean {
  const costs = ['memory', 'iterations', 'parallelism'] as const
  return costs.every((cost) => asked[cost] >= leastStretching[cost] && asked[cost] <= mostStretching[cost])
}
