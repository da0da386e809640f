/** A request in the terms of the policy: who asks, and under which circumstances. */
import type { PolicyContext, PolicyPrincipal } from '../policy/engine.ts'
import type { Principal, Proven } from '../request.ts'

export function forPolicy(principal: Principal): PolicyPrincipal {
  switch (principal.kind) {
    case 'guest':
    case 'nobody':
      return { kind: principal.kind }
    case 'user': {
      const { username, roles, attributes } = principal
      return { kind: 'user', username, roles, attributes }
    }
    case 'token': {
      const { token, username, roles, attributes } = principal
      const endowed = { kind: 'token', id: token.id, roles, attributes } as const
      return username === undefined ? endowed : { ...endowed, user: username }
    }
  }
}

/** `fresh`: the password was given for exactly this (step-up.ts). */
export type Circumstances = Proven & { readonly fresh?: true }

export function contextOf({ principal, client, site, at, proof, fresh }: Circumstances): PolicyContext {
  const signedIn = signedInAt(principal)
  return {
    method: signedIn.method,
    // No second factor exists yet: nothing may be granted for it.
    mfa: false,
    proof: proof.kind === 'held',
    authAge: Math.max(0, Math.floor((at - (signedIn.at ?? at)) / 1000)),
    fresh: fresh === true,
    address: client,
    tls: site.scheme === 'https',
    now: at,
  }
}

function signedInAt(principal: Principal): {
  readonly method: PolicyContext['method']
  readonly at?: number
} {
  switch (principal.kind) {
    case 'guest':
    case 'user':
      return { method: 'password', at: principal.session.authAt }
    case 'token':
      return { method: 'token', at: principal.token.createdAt }
    case 'nobody':
      return { method: 'none' }
  }
}
