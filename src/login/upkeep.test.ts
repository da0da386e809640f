/** What login leaves in the store goes by itself. */
import { expect, it } from 'vitest'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { InvitationHash, UserId } from '../store/rows.ts'
import type { Username } from '../kit/username.ts'
import { makeLoginUpkeep } from './upkeep.ts'

const minute = 60_000
const day = 86_400_000

it('forgets used states and full budgets once a minute, and invitations after a month', async () => {
  const clock = { time: 1_800_000_000_000, now: () => clock.time }
  const store = makeMemoryStore()
  const upkeep = makeLoginUpkeep(store, clock)
  const { time } = clock
  await store.spent.spend('a', time + 1)
  await store.users.insert({
    id: 'bob' as UserId,
    name: 'bob' as Username,
    createdAt: 1,
    roles: [],
    attributes: {},
  })
  const hash = 'h' as InvitationHash
  const invitation = {
    hash,
    user: 'bob' as UserId,
    purpose: 'join',
    createdAt: time,
    expiresAt: time + day,
  } as const
  await store.invitations.insert(invitation)
  clock.time += minute - 1
  await upkeep()
  expect(await store.spent.spend('a', time + 1)).toBe(false)
  clock.time += 1
  await upkeep()
  expect(await store.spent.spend('a', clock.time + day)).toBe(true)
  clock.time = time + 30 * day
  await upkeep()
  expect(await store.invitations.find(hash)).toEqual(invitation)
  clock.time = time + 31 * day + 1
  await upkeep()
  expect(await store.invitations.find(hash)).toBeUndefined()
})
