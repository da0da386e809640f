/** Who asks, and for what, as Cedar's entities: their names, what they are in, what they hold. */
import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs'
import type { PolicyPrincipal, PolicyResource, PrincipalKind } from './engine.ts'
import type { Standing } from './policy-index.ts'
import type { RoleGraph } from './role-graph.ts'

/** Cedar's types for our principals; the schema declares exactly these. */
export const principalTypes = {
  guest: 'Guest',
  user: 'User',
  token: 'Token',
  nobody: 'Nobody',
} as const satisfies Record<PrincipalKind, string>

export const resourceTypes = {
  app: 'App',
  endpoint: 'Endpoint',
  page: 'Page',
  component: 'Component',
  file: 'File',
} as const satisfies Record<PolicyResource['kind'], string>

export interface Subject extends Standing {
  readonly id: string
  readonly roles: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
}

const none = {} as const

export function subjectOf(principal: PolicyPrincipal, graph: RoleGraph): Subject {
  const type = principalTypes[principal.kind]
  const id = principalId(principal)
  const roles = graph.rolesOf(principal)
  const within = roles.map((role) => `Role::${role}`)
  // A token is in its user, so that a policy on the user holds for the user's programs too.
  const user = principal.kind === 'token' ? principal.user : undefined
  return {
    type,
    id,
    uid: `${type}::${id}`,
    within: user === undefined ? within : [...within, `User::${user}`],
    roles,
    attributes: 'attributes' in principal ? principal.attributes : none,
  }
}

function principalId(principal: PolicyPrincipal): string {
  switch (principal.kind) {
    case 'guest':
      return 'shared'
    case 'user':
      return principal.username
    case 'token':
      return principal.id
    case 'nobody':
      return 'stranger'
  }
}

export interface Thing extends Standing {
  readonly id: string
  readonly attributes: Readonly<Record<string, string | boolean | readonly string[]>>
}

const app = 'App::app'

export function thingOf(resource: PolicyResource, graph: RoleGraph): Thing {
  const type = resourceTypes[resource.kind]
  const make = (id: string, attributes: Thing['attributes'], within: readonly string[] = [app]): Thing => ({
    ...{ type, id, attributes, within },
    uid: `${type}::${id}`,
  })
  switch (resource.kind) {
    case 'app':
      return make('app', none, [])
    case 'endpoint':
      return make(resource.name, { name: resource.name }, [`Group::${resource.group}`, app])
    case 'page': {
      const path = `/${resource.path}`
      return make(path, { path })
    }
    case 'component': {
      const { type: kind, name, function: called } = resource
      return make(`${kind}#${name}.${called}`, { type: kind, name, function: called })
    }
    case 'file': {
      const { standing } = resource
      const ownerRoles = graph.close(resource.ownerRoles)
      return make('file', { own: standing === 'own', shared: standing === 'shared', ownerRoles })
    }
  }
}

export function cedarUid(uid: string): TypeAndId {
  const at = uid.indexOf('::')
  return { type: `Sekisho::${uid.slice(0, at)}`, id: uid.slice(at + 2) }
}

/** Everything that it is in is its direct parent: Cedar then has nothing to walk, and needs no further entities. */
export function subjectEntity({ uid, within, attributes }: Subject): EntityJson {
  return { uid: cedarUid(uid), attrs: {}, parents: within.map(cedarUid), tags: attributes }
}

export function thingEntity({ uid, within, attributes }: Thing): EntityJson {
  const attrs = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((role) => ({ __entity: cedarUid(`Role::${String(role)}`) })) : value,
    ]),
  )
  return { uid: cedarUid(uid), attrs: attrs as EntityJson['attrs'], parents: within.map(cedarUid) }
}
