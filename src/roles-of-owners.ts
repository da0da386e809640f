/** The roles of whoever owns a file: asked only where a policy lets a role's members share theirs. */
import type { PolicyEngine, PolicyPrincipal } from './policy/engine.ts'
import type { Owner, UserId } from './store/rows.ts'
import type { Store } from './store/store.ts'
import { endowmentOf } from './tokens/token-state.ts'

export interface OwnerParts {
  readonly store: Pick<Store, 'users' | 'tokens'>
  readonly policy: Pick<PolicyEngine, 'rolesOf'>
}

/** As assigned, as given to everybody of the kind, and what these inherit: as for whoever asks. */
export async function rolesOfOwners(owners: readonly Owner[], parts: OwnerParts): Promise<readonly string[]> {
  const all = new Set<string>()
  for (const owner of owners) {
    const principal = await findOwner(owner, parts)
    if (principal !== undefined) for (const role of parts.policy.rolesOf(principal)) all.add(role)
  }
  return [...all]
}

/** Owners are `user:<id>`, `token:<id>` or `session:<id>` of a guest. Undefined: whoever it was is gone. */
async function findOwner(owner: Owner, parts: OwnerParts): Promise<PolicyPrincipal | undefined> {
  const at = owner.indexOf(':')
  const [kind, id] = [owner.slice(0, at), owner.slice(at + 1)]
  switch (kind) {
    case 'session':
      return { kind: 'guest' }
    case 'user': {
      const user = await parts.store.users.find(id as UserId)
      return user && { kind: 'user', username: user.name, roles: user.roles, attributes: user.attributes }
    }
    case 'token':
      return findToken(id, parts)
    default:
      return undefined
  }
}

async function findToken(id: string, { store, policy }: OwnerParts): Promise<PolicyPrincipal | undefined> {
  const found = (await store.tokens.list()).find(({ token }) => token.id === id)
  if (found === undefined || (found.token.user !== undefined && found.user === undefined)) return undefined
  const inherited = (roles: readonly string[]) => policy.rolesOf({ kind: 'token', id, roles, attributes: {} })
  return { kind: 'token', id, ...endowmentOf(found, inherited) }
}
