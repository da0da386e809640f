/** A request in the terms of the policy: who asks, and under which circumstances. */
import type { PolicyContext, PolicyPrincipal } from '../policy/engine.ts'
import type { Authenticated, Principal } from '../request.ts'

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

export function contextOf({ principal, client, site, at }: Authenticated): PolicyContext {
  const signedIn = signedInAt(principal)
  return {
    method: signedIn.method,
    // Neither a second factor nor proof of possession exists yet: nothing may be granted for them.
    mfa: false,
    proof: false,
    authAge: Math.max(0, Math.floor((at - (signedIn.at ?? at)) / 1000)),
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
      return { method: 'password', at: principal.session.createdAt }
    case 'token':
      return { method: 'token', at: principal.token.createdAt }
    case 'nobody':
      return { method: 'none' }
  }
}
