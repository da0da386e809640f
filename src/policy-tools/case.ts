/** A test of a policy: who does what, under which circumstances, and whether that is to be allowed. */
import type { Json } from '../kit/json.ts'
import type { PolicyContext, PolicyPrincipal } from '../policy/engine.ts'
import type { Deed } from './deed.ts'

export interface PolicyCase {
  /** `policy-tests.yaml:12` */
  readonly where: string
  readonly name: string
  readonly principal: PolicyPrincipal
  /** Each of them is asked for, and each must be answered as expected. */
  readonly deeds: readonly Deed[]
  readonly arguments: Readonly<Record<string, Json>>
  readonly context: PolicyContext
  readonly expect: 'allow' | 'deny'
}

export const caseKeys = [
  ...(['test', 'principal', 'user', 'token', 'roles', 'attributes'] as const),
  ...(['call', 'group', 'arguments', 'page', 'component', 'file', 'owner_roles', 'action'] as const),
  ...(['context', 'expect'] as const),
] as const
export type CaseKey = (typeof caseKeys)[number]

export const principalKinds = [
  'user',
  'token',
  'guest',
  'nobody',
] as const satisfies readonly PolicyPrincipal['kind'][]
