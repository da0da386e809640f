/** The part of the engines' suite about invitations. */
import { expect, test } from 'vitest'
import { addWithBelongings, belongingsOf, keyOf } from './belongings.contract.ts'
import type { InvitationHash, UserId } from './rows.ts'
import {
  failureRule,
  foundOf,
  hour,
  invitationOf,
  passwordOf,
  passwordRow,
  sessionRow,
  start,
  userRow,
} from './sample-rows.contract.ts'
import type { Fresh } from './store.contract.ts'
import type { Store } from './store.ts'

const refused: unknown = expect.objectContaining({ code: 'store-unusable' })
const bob = userRow('bob')
const keyOfBob = keyOf('bob')

export function describeInvitations(fresh: Fresh): void {
  const { hash } = invitationOf('bob')

  test('an invitation is found by the hash of its secret, as inserted, and as open until the moment it expires', async () => {
    const [store, other] = await fresh()
    await store.users.insert(bob)
    await store.invitations.insert(invitationOf('bob', { purpose: 'reset' }))
    const row = invitationOf('bob', { purpose: 'reset' })
    expect(await other.invitations.find(hash)).toEqual(row)
    expect(await other.invitations.find('unknown' as InvitationHash)).toBeUndefined()
    expect(await other.invitations.findOpen(bob.id, row.expiresAt - 1)).toEqual(row)
    expect(await other.invitations.findOpen(bob.id, row.expiresAt)).toBeUndefined()
    expect(await other.invitations.findOpen('user-unknown' as UserId, start)).toBeUndefined()
  })

  test('a second invitation takes the place of the first, over or not, and of nobody else’s', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) await store.users.insert(userRow(name))
    await store.invitations.insert(invitationOf('eve'))
    await store.invitations.insert(invitationOf('bob'))
    const second = invitationOf('bob', { hash: 'second' as InvitationHash, createdAt: start + 48 * hour })
    const third = invitationOf('bob', { hash: 'third' as InvitationHash, createdAt: start + 49 * hour })
    for (const row of [second, third]) await other.invitations.insert(row)
    expect(await store.invitations.find(hash)).toEqual(invitationOf('bob', { revokedAt: start + 48 * hour }))
    expect(await store.invitations.findOpen(bob.id, start)).toEqual(third)
    expect(await store.invitations.redeem(hash, passwordOf('bob'), start)).toBeUndefined()
    expect(await store.invitations.redeem(second.hash, passwordOf('bob'), start)).toBeUndefined()
    expect(await store.invitations.findOpen(userRow('eve').id, start)).toEqual(invitationOf('eve'))
  })

  test('an invitation for nobody, or with a secret that was used before, is refused and changes nothing', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) await store.users.insert(userRow(name))
    await store.invitations.insert(invitationOf('bob'))
    await store.invitations.insert(invitationOf('eve'))
    await expect(other.invitations.insert(invitationOf('unknown'))).rejects.toEqual(refused)
    await expect(other.invitations.insert(invitationOf('eve', { hash }))).rejects.toEqual(refused)
    expect(await store.invitations.find(invitationOf('unknown').hash)).toBeUndefined()
    expect(await store.invitations.findOpen(bob.id, start)).toEqual(invitationOf('bob'))
    expect(await store.invitations.findOpen(userRow('eve').id, start)).toEqual(invitationOf('eve'))
  })

  test('revoking works once, and only while it is open', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) {
      await store.users.insert(userRow(name))
      await store.invitations.insert(invitationOf(name))
    }
    expect(await other.invitations.revoke(bob.id, start + 1)).toBe(true)
    expect(await store.invitations.revoke(bob.id, start + 2)).toBe(false)
    expect(await store.invitations.revoke(userRow('eve').id, invitationOf('eve').expiresAt)).toBe(false)
    expect(await store.invitations.find(hash)).toEqual(invitationOf('bob', { revokedAt: start + 1 }))
    expect(await store.invitations.find(invitationOf('eve').hash)).toEqual(invitationOf('eve'))
    expect(await store.invitations.redeem(hash, passwordOf('bob'), start + 3)).toBeUndefined()
  })

  test('redeeming sets the password, ends the sessions, forgets the failures and uses the invitation up', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) await addWithBelongings(store, name)
    await store.sessions.insert(sessionRow('guest'))
    const eve = await belongingsOf(store, 'eve')
    const before = await belongingsOf(store, 'bob')
    const password = passwordOf('bob', { record: 'bmV3', changedAt: start + 9 })
    expect(await other.invitations.redeem(hash, password, start + 8)).toBe(1)
    expect(await belongingsOf(store, 'bob')).toEqual({
      ...before,
      password,
      session: foundOf('bob', { endedAt: start + 9, ended: 'password-changed' }),
      invitation: invitationOf('bob', { usedAt: start + 8 }),
      failures: undefined,
    })
    expect(await belongingsOf(store, 'eve')).toEqual(eve)
    expect((await store.sessions.listOpen()).map(({ id }) => id)).toEqual(['id-eve', 'id-guest'])
    expect(await store.invitations.findOpen(bob.id, start + 10)).toBeUndefined()
    expect(await store.invitations.revoke(bob.id, start + 10)).toBe(false)
  })

  test.each<[string, (store: Store) => Promise<unknown>]>([
    ['was used', (store) => store.invitations.redeem(hash, passwordOf('bob'), start)],
    ['was revoked', (store) => store.invitations.revoke(bob.id, start)],
    [
      'is of a disabled user',
      async (store) => {
        await store.users.disable(bob.id, start)
        await store.invitations.insert(invitationOf('bob', { hash: 'later' as InvitationHash }))
      },
    ],
    ['is of a removed user', (store) => store.users.remove(bob.id, start)],
  ])('an invitation that %s is not redeemed, and nothing happens', async (_name, spoil) => {
    const [store, other] = await fresh()
    await addWithBelongings(store, 'bob')
    await spoil(store)
    if ((await store.users.find(bob.id)) !== undefined) {
      await store.sessions.insert(sessionRow('still-open', { account: bob.id, username: bob.name }))
      await store.failures.take(keyOfBob, failureRule, start)
    }
    const before = [await belongingsOf(store, 'bob'), await store.sessions.listOpen()]
    const password = passwordOf('bob', { record: 'bmV3', changedAt: start + 9 })
    expect(await other.invitations.redeem(hash, password, start + 1)).toBeUndefined()
    expect(await other.invitations.redeem('later' as InvitationHash, password, start + 1)).toBeUndefined()
    expect([await belongingsOf(store, 'bob'), await store.sessions.listOpen()]).toEqual(before)
  })

  test('an invitation is good for its own account only, and not at the moment it expires', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) await addWithBelongings(store, name)
    await store.passwords.set(passwordRow)
    const before = [await belongingsOf(store, 'bob'), await belongingsOf(store, 'eve')]
    const { expiresAt } = invitationOf('bob')
    const redeem = other.invitations.redeem.bind(other.invitations)
    expect(await redeem(hash, passwordOf('eve'), start)).toBeUndefined()
    expect(await redeem(hash, { ...passwordRow, record: 'bmV3' }, start)).toBeUndefined()
    expect(await redeem('unknown' as InvitationHash, passwordOf('bob'), start)).toBeUndefined()
    expect(await redeem(hash, passwordOf('bob', { record: 'bmV3' }), expiresAt)).toBeUndefined()
    expect([await belongingsOf(store, 'bob'), await belongingsOf(store, 'eve')]).toEqual(before)
    expect(await store.passwords.find('shared')).toEqual(passwordRow)
    expect(await redeem(hash, passwordOf('bob'), expiresAt - 1)).toBe(1)
  })

  test('of clients that redeem at once, one succeeds, and its password stands', async () => {
    const clients = await fresh()
    await clients[0].users.insert(bob)
    await clients[0].invitations.insert(invitationOf('bob'))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        clients[i % 2 === 0 ? 0 : 1].invitations.redeem(hash, passwordOf('bob', { record: `${i}` }), start),
      ),
    )
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1)
    const winner = answers.findIndex((answer) => answer !== undefined)
    expect((await clients[1].passwords.find(bob.id))?.record).toBe(`${winner}`)
  })

  test('pruning forgets what expired, was used or was revoked before the given time', async () => {
    const [store] = await fresh()
    const times = {
      expired: { expiresAt: start - 1 },
      used: { usedAt: start - 1 },
      revoked: { revokedAt: start - 1 },
      'expires-now': { expiresAt: start },
      'used-now': { usedAt: start },
      'revoked-now': { revokedAt: start },
      open: {},
    }
    for (const [name, change] of Object.entries(times)) {
      await store.users.insert(userRow(name))
      await store.invitations.insert(invitationOf(name, change))
    }
    expect(await store.invitations.prune(start)).toBe(3)
    expect(await store.invitations.prune(start)).toBe(0)
    const kept = []
    for (const name of Object.keys(times))
      if ((await store.invitations.find(invitationOf(name).hash)) !== undefined) kept.push(name)
    expect(kept).toEqual(['expires-now', 'used-now', 'revoked-now', 'open'])
  })
}
