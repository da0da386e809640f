/** Requests as `authorize` gets them, by each kind of principal, and policies by hand that are asked about them. */
import { readFileSync } from 'node:fs'
import type { RouteEntry } from '../catalog/entry.ts'
import { catalogue } from '../catalog/index.ts'
import { Secret } from '../kit/secret.ts'
import type { Username } from '../kit/username.ts'
import { StepUpTickets } from '../login/step-up-tickets.ts'
import { makeCedarEngine } from '../policy/cedar.ts'
import { checkPolicies } from '../policy/policy-set.ts'
import type { PolicyEngine } from '../policy/engine.ts'
import type { ClientAddress, Principal, Proof, Proven } from '../request.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { ApiTokenRow, SessionId, SessionRow } from '../store/rows.ts'

export const now = 1_900_000_000_000

/** Signed in ten seconds and a half before. */
const givenAt = now - 10_500
const session = {
  ...{ id: 'bobs-session' as SessionId, createdAt: givenAt, authAt: givenAt, passwordAt: givenAt },
} as SessionRow
const token = { id: 'ci', createdAt: now - 60_000 } as ApiTokenRow
const endowed = { roles: ['viewer'], attributes: { department: 'finance' } }

export const guest: Principal = { kind: 'guest', session }
export const bob: Principal = { kind: 'user', username: 'bob' as Username, session, ...endowed }
export const program: Principal = { kind: 'token', token, ...endowed }
export const bobsProgram: Principal = { kind: 'token', token, username: 'bob' as Username, ...endowed }
export const nobody: Principal = { kind: 'nobody' }

export function entryOf(id: string): RouteEntry {
  const entry = catalogue.find((one) => one.id === id)
  if (entry === undefined) throw new TypeError(`No entry ${id}.`)
  return entry
}

export function requestFor(id: string, more: Partial<Proven> = {}): Proven {
  const entry = entryOf(id)
  const received = {
    ...{ id: 'r', method: entry.methods[0] ?? 'GET', path: '/', query: '', headers: {}, at: now },
    ...{ client: '203.0.113.7' as ClientAddress, site: { scheme: 'https', host: 'gate.test' } },
    ...{ onGone: () => undefined, entry, parameters: {}, methodKnown: true, principal: bob },
    ...{ proof: { kind: 'none' } as unknown as Proof },
  }
  return { ...received, ...more } as Proven
}

export function makeTickets(clock: { now(): number } = { now: () => now }): StepUpTickets {
  const key = new Secret(new Uint8Array(32).fill(7))
  const store = makeMemoryStore()
  return new StepUpTickets({ key, instance: 'test', store, clock, longestCallMs: 60_000 })
}

/** Of this Cedar text and what stands beside every policy. */
export function policyOf(text: string): PolicyEngine {
  const read = (name: string) => readFileSync(new URL(`../policy/${name}`, import.meta.url), 'utf8')
  const always = { file: 'always.cedar', text: read('defaults/always.cedar') }
  return makeCedarEngine(
    checkPolicies({ schema: read('gate.cedarschema'), always, own: [{ file: 'own.cedar', text }] }),
  )
}
