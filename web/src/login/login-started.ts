/** What the gate answers to the first message, checked before anything is computed from it. */
import { leastStretching, type LoginStarted, type Stretching } from 'sekisho/contract'

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

/** The answer with exactly the fields of the contract, or undefined. */
export function parseLoginStarted(value: unknown): LoginStarted | undefined {
  if (!isObject(value)) return undefined
  const { loginResponse, state, stretching, identifiers } = value
  if (!isBase64url(loginResponse) || !isBase64url(state)) return undefined
  if (!isObject(stretching) || !isObject(identifiers)) return undefined
  const { memory, iterations, parallelism } = stretching
  if (!isCount(memory) || !isCount(iterations) || !isCount(parallelism)) return undefined
  const { client, server } = identifiers
  if (!isName(client) || !isName(server)) return undefined
  return {
    loginResponse,
    state,
    stretching: { memory, iterations, parallelism },
    identifiers: { client, server },
  }
}

/** Whoever changes traffic could ask for a cheap Argon2id and then guess at what it gives (RFC 9807 section 10). */
export function isAllowedStretching(asked: Stretching): boolean {
  const costs = ['memory', 'iterations', 'parallelism'] as const
  return costs.every((cost) => asked[cost] >= leastStretching[cost] && asked[cost] <= mostStretching[cost])
}
