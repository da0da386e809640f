/** Who is a member of which role. */
import { beforeEach, describe, expect, it } from 'vitest'
import { RoleGraph } from './role-graph.ts'
import { rolesFrom } from './sample-roles.contract.ts'

const roles = rolesFrom(`
  viewer: { given_to: [guests, users], call: x }
  analyst: { inherits: viewer, call: x }
  admin: { inherits: [analyst, ops], call: x }
  ops: { given_to: [tokens], call: x }
`)

let graph: RoleGraph
beforeEach(() => {
  graph = new RoleGraph(roles)
})
const some = { attributes: {} }

describe('a principal', () => {
  it('has the roles that were assigned, those of its kind, and what these inherit, sorted, each once', () => {
    expect(graph.rolesOf({ kind: 'guest' })).toEqual(['viewer'])
    expect(graph.rolesOf({ kind: 'nobody' })).toEqual([])
    expect(graph.rolesOf({ kind: 'user', username: 'bob', roles: [], ...some })).toEqual(['viewer'])
    expect(graph.rolesOf({ kind: 'user', username: 'bob', roles: ['admin', 'analyst'], ...some })).toEqual([
      ...['admin', 'analyst', 'ops', 'viewer'],
    ])
    expect(graph.rolesOf({ kind: 'token', id: 't', roles: ['analyst'], ...some })).toEqual([
      ...['analyst', 'ops', 'viewer'],
    ])
  })

  it('keeps a role that no file defines, which inherits nothing', () => {
    expect(graph.close(['unheard-of', 'analyst'])).toEqual(['analyst', 'unheard-of', 'viewer'])
    expect(graph.close(['constructor'])).toEqual(['constructor'])
    expect(graph.close([])).toEqual([])
  })

  it('has the same roles whenever it is asked', () => {
    for (const some of [['admin'], ['analyst'], ['admin'], ['viewer'], ['analyst']])
      expect(graph.close(some)).toEqual(new RoleGraph(roles).close(some))
  })
})
