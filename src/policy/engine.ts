/** What a policy engine must answer. */
import type { Action } from '../catalog/actions.ts'

/** All guests are one: they share a password. A token's id is its public name; `user` is whose it is. */
export type PolicyPrincipal =
  | { readonly kind: 'guest' }
  | { readonly kind: 'user'; readonly username: string }
  | { readonly kind: 'token'; readonly id: string; readonly user?: string }
  | { readonly kind: 'nobody' }

export type PrincipalKind = PolicyPrincipal['kind']

/** On which resource goes without saying: the gate stands in front of one app. */
export interface Question {
  readonly principal: PolicyPrincipal
  readonly action: Action
}

/**
 * `no-policy`: none is loaded; `engine-fault`: the engine could not decide; `forbidden`: a policy says no;
 * `not-permitted`: none says yes.
 */
export type DenyReason = 'no-policy' | 'engine-fault' | 'forbidden' | 'not-permitted'

export type Decision =
  | { readonly allow: true; /** The ids of those that said yes. */ readonly policies: readonly string[] }
  | {
      readonly allow: false
      readonly reason: DenyReason
      /** Who said no, or broke. */ readonly policies: readonly string[]
    }

export interface PolicyEngine {
  /** Never throws: what can't be decided is denied. */
  decide(question: Question): Decision
}
