/** Who is a member of which role: as assigned, as given to whole kinds, and by inheritance. */
import type { PolicyPrincipal } from './engine.ts'
import type { Role } from './roles.ts'

export class RoleGraph {
  readonly #inherits: ReadonlyMap<string, readonly string[]>
  readonly #given: ReadonlyMap<PolicyPrincipal['kind'], readonly string[]>
  readonly #closures = new Map<string, readonly string[]>()

  constructor(roles: readonly Role[]) {
    this.#inherits = new Map(roles.map(({ name, inherits }) => [name, inherits]))
    const givenTo = (kind: Role['givenTo'][number]) =>
      roles.filter((role) => role.givenTo.includes(kind)).map(({ name }) => name)
    this.#given = new Map([
      ['guest', givenTo('guests')],
      ['user', givenTo('users')],
      ['token', givenTo('tokens')],
    ])
  }

  /** Sorted, each once. Names that no file defines count too: a policy by hand may know them. */
  rolesOf(principal: PolicyPrincipal): readonly string[] {
    const given = this.#given.get(principal.kind) ?? []
    return this.close('roles' in principal ? [...principal.roles, ...given] : given)
  }

  /** These roles and all that they inherit. */
  close(roles: readonly string[]): readonly string[] {
    const all = new Set<string>()
    for (const role of roles) for (const one of this.#closureOf(role)) all.add(one)
    return [...all].sort()
  }

  #closureOf(role: string): readonly string[] {
    const found = this.#closures.get(role)
    if (found !== undefined) return found
    // A name that is in no file inherits nothing, and is not kept: users may have any number of those.
    if (!this.#inherits.has(role)) return [role]
    const all = new Set([role])
    for (const one of all) for (const parent of this.#inherits.get(one) ?? []) all.add(parent)
    const closure = [...all]
    this.#closures.set(role, closure)
    return closure
  }
}
