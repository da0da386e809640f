/** What a policy engine must answer. */
import type { Action } from '../catalog/actions.ts'

/** A guest's id is that of the session; what is decided doesn't depend on it yet, since all share one password. */
export type PolicyPrincipal = { readonly kind: 'guest'; readonly id: string } | { readonly kind: 'nobody' }

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
