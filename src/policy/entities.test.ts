/** Who asks, and for what, as Cedar sees them. */
import { describe, expect, it } from 'vitest'
import { cedarUid, subjectEntity, subjectOf, thingEntity, thingOf } from './entities.ts'
import type { PolicyPrincipal, PolicyResource } from './engine.ts'
import { RoleGraph } from './role-graph.ts'
import { rolesFrom } from './sample-roles.contract.ts'

const graph = new RoleGraph(rolesFrom('  viewer: { call: x }\n  admin: { inherits: viewer, call: x }\n'))
const attributes = { team: 'legal' }

describe('whoever asks', () => {
  const seen = (principal: PolicyPrincipal) => subjectEntity(subjectOf(principal, graph))
  const role = (id: string) => ({ type: 'Sekisho::Role', id })

  it('is in all of their roles, and a program in its user', () => {
    expect(seen({ kind: 'guest' })).toEqual({
      ...{ uid: { type: 'Sekisho::Guest', id: 'shared' }, attrs: {}, parents: [], tags: {} },
    })
    expect(seen({ kind: 'nobody' }).uid).toEqual({ type: 'Sekisho::Nobody', id: 'stranger' })
    expect(seen({ kind: 'user', username: 'bob', roles: ['admin'], attributes })).toEqual({
      ...{ uid: { type: 'Sekisho::User', id: 'bob' }, attrs: {}, tags: attributes },
      parents: [role('admin'), role('viewer')],
    })
    expect(seen({ kind: 'token', id: 'ci', roles: ['viewer'], attributes })).toEqual({
      ...{ uid: { type: 'Sekisho::Token', id: 'ci' }, attrs: {}, tags: attributes },
      parents: [role('viewer')],
    })
    expect(seen({ kind: 'token', id: 'ci', user: 'bob', roles: [], attributes: {} }).parents).toEqual([
      { type: 'Sekisho::User', id: 'bob' },
    ])
  })

  it('is known to the index by the same names', () => {
    expect(subjectOf({ kind: 'token', id: 'ci', user: 'bob', roles: ['admin'], attributes }, graph)).toEqual({
      ...{ type: 'Token', id: 'ci', uid: 'Token::ci', attributes, roles: ['admin', 'viewer'] },
      within: ['Role::admin', 'Role::viewer', 'User::bob'],
    })
  })
})

describe('what is asked for', () => {
  const app = { type: 'Sekisho::App', id: 'app' }

  it.each<[PolicyResource, unknown]>([
    [{ kind: 'app' }, { uid: app, attrs: {}, parents: [] }],
    [
      { kind: 'endpoint', name: 'report_may', group: 'reports' },
      {
        uid: { type: 'Sekisho::Endpoint', id: 'report_may' },
        attrs: { name: 'report_may' },
        parents: [{ type: 'Sekisho::Group', id: 'reports' }, app],
      },
    ],
    [
      { kind: 'page', path: '' },
      { uid: { type: 'Sekisho::Page', id: '/' }, attrs: { path: '/' }, parents: [app] },
    ],
    [
      { kind: 'page', path: 'second' },
      { uid: { type: 'Sekisho::Page', id: '/second' }, attrs: { path: '/second' }, parents: [app] },
    ],
    [
      { kind: 'component', type: 'fileexplorer', name: 'shelf', function: 'ls' },
      {
        uid: { type: 'Sekisho::Component', id: 'fileexplorer#shelf.ls' },
        attrs: { type: 'fileexplorer', name: 'shelf', function: 'ls' },
        parents: [app],
      },
    ],
    [
      { kind: 'file', standing: 'own', ownerRoles: [] },
      {
        uid: { type: 'Sekisho::File', id: 'file' },
        attrs: { own: true, shared: false, ownerRoles: [] },
        parents: [app],
      },
    ],
    [
      { kind: 'file', standing: 'shared', ownerRoles: [] },
      {
        uid: { type: 'Sekisho::File', id: 'file' },
        attrs: { own: false, shared: true, ownerRoles: [] },
        parents: [app],
      },
    ],
    [
      { kind: 'file', standing: 'others', ownerRoles: ['admin'] },
      {
        uid: { type: 'Sekisho::File', id: 'file' },
        attrs: {
          ...{ own: false, shared: false },
          ownerRoles: ['admin', 'viewer'].map((id) => ({ __entity: { type: 'Sekisho::Role', id } })),
        },
        parents: [app],
      },
    ],
  ])('%o is an entity with what policies may look at', (resource, entity) => {
    expect(thingEntity(thingOf(resource, graph))).toEqual(entity)
  })
})

it('names may hold what separates a type from a name', () => {
  expect(cedarUid('User::a::b')).toEqual({ type: 'Sekisho::User', id: 'a::b' })
  expect(cedarUid('User::')).toEqual({ type: 'Sekisho::User', id: '' })
})
