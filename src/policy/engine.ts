/** What a policy engine must answer. */
import type { Action } from '../catalog/actions.ts'
import type { Json } from '../kit/json.ts'

/** Roles by name, as assigned to the user or the token; what a role file gives to whole kinds comes on top in the engine. */
interface Endowed {
  readonly roles: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
}

/** All guests are one: they share a password. A token's id is its public name; `user` is whose it is. */
export type PolicyPrincipal =
  | { readonly kind: 'guest' }
  | ({ readonly kind: 'user'; readonly username: string } & Endowed)
  | ({ readonly kind: 'token'; readonly id: string; readonly user?: string } & Endowed)
  | { readonly kind: 'nobody' }

export type PrincipalKind = PolicyPrincipal['kind']

/** What is asked for. The gate stands in front of one app; everything else is inside it. */
export type PolicyResource =
  | { readonly kind: 'app' }
  /** `name`: `api_name`; of a rendered function: that of the function that rendered it. */
  | { readonly kind: 'endpoint'; readonly name: string; readonly group: string }
  /** '' is the main page. */
  | { readonly kind: 'page'; readonly path: string }
  /** A server function of a component; `name` is its `elem_id`, or empty. */
  | {
      readonly kind: 'component'
      readonly type: string
      readonly name: string
      readonly function: string
    }
  /** `own` and `shared` by the ledger; else the roles of those that own it. */
  | {
      readonly kind: 'file'
      readonly standing: 'own' | 'shared' | 'others'
      readonly ownerRoles: readonly string[]
    }

/** What is known of the request besides. */
export interface PolicyContext {
  /** How the principal signed in. */
  readonly method: 'password' | 'token' | 'none'
  /** A second factor stood in the login. */
  readonly mfa: boolean
  /** Seconds since the password or factor was last given; of a token: since it was made. */
  readonly authAge: number
  /** Plain IP address. */
  readonly address: string
  readonly tls: boolean
  /** The request proved possession of the login's key. */
  readonly proof: boolean
  /** The password was given for exactly this call; policies see it of calls only. */
  readonly fresh: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface Question {
  readonly principal: PolicyPrincipal
  readonly action: Action
  readonly resource: PolicyResource
  readonly context: PolicyContext
  /** The call's arguments by parameter name; absent for what is no call. */
  readonly arguments?: Readonly<Record<string, Json>>
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
  /**
   * Before anything is known of what exactly is asked for: whether a yes is possible at all for this principal and action.
   * Grants nothing; a no spares reading the body.
   */
  mightPermit(principal: PolicyPrincipal, action: Action): Decision
  /** Whether a yes is possible for this resource under some context and some arguments: what is shown to the principal. */
  mightPermitOn(principal: PolicyPrincipal, action: Action, resource: PolicyResource): boolean
  /** The same text for principals that get the same answers from `mightPermitOn`: their roles and attributes. */
  viewKey(principal: PolicyPrincipal): string
  /** All roles: as assigned, as given to everybody of the kind, and what these inherit. Sorted. */
  rolesOf(principal: PolicyPrincipal): readonly string[]
  /** Changes when the policy does. */
  readonly version: string
}
