/** Whose files a role's members may share: those of whoever has the role, in whatever way. */
import { beforeEach, expect, it } from 'vitest'
import type { Username } from './kit/username.ts'
import { loadPolicy } from './policy/load-policy.ts'
import { rolesFrom } from './policy/sample-roles.contract.ts'
import { rolesOfOwners } from './roles-of-owners.ts'
import { makeMemoryStore } from './store/engines/memory/open.ts'
import type { ApiTokenHash, ApiTokenId, ApiTokenRow, Owner, UserId, UserRow } from './store/rows.ts'
import type { Store } from './store/store.ts'
import type { ApiTokenName } from './tokens/token-name.ts'

const roles = rolesFrom(`
  crew: { given_to: users }
  visitor: { given_to: guests }
  robot: { given_to: tokens }
  viewer:
  analyst: { inherits: viewer }
`)
const endowed = { roles: ['analyst'], attributes: {} }
const bob: UserRow = { id: 'u1' as UserId, name: 'bob' as Username, createdAt: 1, ...endowed }

let store: Store

beforeEach(async () => {
  store = makeMemoryStore()
  await store.users.insert(bob)
})

async function rolesOf(...owners: readonly string[]) {
  const policy = await loadPolicy({ roles, files: [] })
  return [...(await rolesOfOwners(owners as Owner[], { store, policy }))].sort()
}

async function token(id: string, more: Partial<ApiTokenRow>) {
  const row = { id: id as ApiTokenId, hash: id as ApiTokenHash, name: id as ApiTokenName, createdAt: 1 }
  await store.tokens.insert({ ...row, ...more })
}

it('a user has those assigned, those given to all users, and what they inherit', async () => {
  expect(await rolesOf('user:u1')).toEqual(['analyst', 'crew', 'viewer'])
})

it('a guest has those given to guests', async () => {
  expect(await rolesOf('session:s1')).toEqual(['visitor'])
})

it('a token has those of its user, narrowed, and those given to tokens', async () => {
  await token('whole', { user: bob.id })
  await token('narrow', { user: bob.id, roles: ['viewer'] })
  await token('own', { roles: ['analyst'] })
  expect(await rolesOf('token:whole')).toEqual(['analyst', 'robot', 'viewer'])
  expect(await rolesOf('token:narrow')).toEqual(['robot', 'viewer'])
  expect(await rolesOf('token:own')).toEqual(['analyst', 'robot', 'viewer'])
})

it('whoever is gone has none, and a file of several has those of all', async () => {
  await token('bobs', { user: bob.id, roles: ['analyst'] })
  expect(await rolesOf('user:u9', 'user:u1', 'session:s1')).toEqual(['analyst', 'crew', 'viewer', 'visitor'])
  await store.users.remove(bob.id, 2)
  expect(await rolesOf('user:u1', 'token:bobs', 'token:t9')).toEqual([])
})
