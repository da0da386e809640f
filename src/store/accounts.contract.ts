/** The part of the engines' suite about users and what hangs on them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addWithBelongings, belongingsOf, keyOf } from './belongings.contract.ts'
import { decoyRecord, type InvitationHash, type UserId } from './rows.ts'
import {
  foundOf,
  invitationOf,
  passwordOf,
  passwordRow,
  sessionOf,
  sessionRow,
  start,
  tokenRow,
  userRow,
} from './sample-rows.contract.ts'
import type { Fresh } from './store.contract.ts'

const refused: unknown = expect.objectContaining({ code: 'store-unusable' })
const bob = userRow('bob')
const keyOfBob = keyOf('bob')

export function describeUsers(fresh: Fresh): void {
  test('a user is found by id and by name, as inserted', async () => {
    const [store, other] = await fresh()
    const eve = userRow('eve', { lastLoginAt: start + 1, disabledAt: start + 2 })
    expect(await store.users.any()).toBe(false)
    expect(await store.users.insert(eve)).toBe(true)
    expect(await other.users.any()).toBe(true)
    expect(await other.users.insert(bob)).toBe(true)
    expect(await store.users.find(bob.id)).toEqual(bob)
    expect(await store.users.findByName(bob.name)).toEqual(bob)
    expect(await other.users.find(eve.id)).toEqual(eve)
    expect(await other.users.findByName(eve.name)).toEqual(eve)
    expect(await store.users.find('user-unknown' as UserId)).toBeUndefined()
    expect(await store.users.findByName(userRow('unknown').name)).toBeUndefined()
  })

  test('a look-up for a sign-in gives user and password as they are, and a record to work on in any case', async () => {
    const [store] = await fresh()
    const look = () => store.users.findForLogin(bob.name)
    expect(await look()).toEqual({ record: decoyRecord })
    await store.users.insert(bob)
    expect(await look()).toEqual({ user: bob, record: decoyRecord })
    await store.passwords.set(passwordOf('bob'))
    const password = passwordOf('bob')
    expect(await look()).toEqual({ user: bob, password, record: password.record })
    await store.users.noteLogin(bob.id, start + 1)
    await store.users.disable(bob.id, start + 2)
    const user = { ...bob, lastLoginAt: start + 1, disabledAt: start + 2 }
    expect(await look()).toEqual({ user, password, record: password.record })
  })

  test('roles and attributes come back as they were given, wherever the user is found', async () => {
    const [store, other] = await fresh()
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.array(fc.string({ unit: 'grapheme' })),
        fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })),
        async (name, roles, attributes) => {
          const row = userRow(name, { roles, attributes })
          await store.users.insert(row)
          expect(await other.users.find(row.id)).toEqual(row)
          expect(await other.users.findByName(row.name)).toEqual(row)
          expect((await other.users.findForLogin(row.name)).user).toEqual(row)
          expect(await other.users.list()).toContainEqual(row)
          await other.users.remove(row.id, start)
        },
      ),
      { numRuns: 20 },
    )
  })

  test('what a user has is changed from what stands, in one step', async () => {
    const clients = await fresh()
    await clients[0].users.insert(userRow('bob', { roles: ['first'], attributes: { team: 'a' } }))
    const done = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        clients[i % 2 === 0 ? 0 : 1].users.endow(bob.id, ({ roles, attributes }) => ({
          roles: [...roles, `role-${i}`],
          attributes,
        })),
      ),
    )
    const standing = await clients[1].users.find(bob.id)
    expect(standing?.roles).toHaveLength(21)
    expect(standing?.attributes).toEqual({ team: 'a' })
    const counts = done.map((one) => [one?.before.roles.length, one?.after.roles.length])
    expect(counts.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
      Array.from({ length: 20 }, (_, i) => [i + 1, i + 2]),
    )
    expect(await clients[0].users.endow('user-unknown' as UserId, (same) => same)).toBeUndefined()
  })

  test('a name is taken once, and an id too', async () => {
    const [store, other] = await fresh()
    await store.users.insert(bob)
    expect(await other.users.insert({ ...bob, id: 'another' as UserId })).toBe(false)
    await expect(other.users.insert({ ...bob, name: userRow('eve').name })).rejects.toEqual(refused)
    expect(await store.users.list()).toEqual([bob])
  })

  test('of clients that add a name at once, one succeeds', async () => {
    const clients = await fresh()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        clients[i % 2 === 0 ? 0 : 1].users.insert({ ...bob, id: `id-${i}` as UserId }),
      ),
    )
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await clients[0].users.list()).toHaveLength(1)
  })

  test('users are listed by name', async () => {
    const [store, other] = await fresh()
    const names = ['zoe', 'bob', 'bob2', 'bob-1', 'bob.a', 'b@example', '7up', 'bob_']
    for (const [i, name] of names.entries()) {
      await store.users.insert(userRow(name, { id: `user-${i}` as UserId, createdAt: start - i }))
    }
    expect((await other.users.list()).map(({ name }) => name)).toEqual([...names].sort())
  })

  test('the last login moves forward, never back', async () => {
    const [store, other] = await fresh()
    await store.users.insert(bob)
    await store.users.noteLogin(bob.id, start + 9)
    await other.users.noteLogin(bob.id, start + 5)
    await other.users.noteLogin('user-unknown' as UserId, start + 10)
    expect(await store.users.list()).toEqual([{ ...bob, lastLoginAt: start + 9 }])
  })

  test('disabling ends the sessions, revokes the invitation, and keeps the rest for later', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) await addWithBelongings(store, name)
    await store.sessions.insert(sessionRow('guest'))
    const before = await belongingsOf(store, 'bob')
    const eve = await belongingsOf(store, 'eve')

    const ended = { sessions: 1, tokens: 0, invitations: 1 }
    expect(await other.users.disable(bob.id, start + 7)).toEqual(ended)
    const disabled = { ...bob, disabledAt: start + 7 }
    expect(await belongingsOf(store, 'bob')).toEqual({
      ...before,
      user: disabled,
      session: foundOf('bob', { endedAt: start + 7, ended: 'user-disabled' }),
      invitation: invitationOf('bob', { revokedAt: start + 7 }),
      token: { token: tokenRow('bob', { user: bob.id }), user: disabled },
    })
    expect(await belongingsOf(store, 'eve')).toEqual(eve)
    expect((await store.sessions.listOpen()).map(({ id }) => id)).toEqual(['id-eve', 'id-guest'])
  })

  test('disabling and enabling say whether anything changed, and enabling brings no session back', async () => {
    const [store, other] = await fresh()
    await addWithBelongings(store, 'bob')
    expect(await store.users.enable(bob.id)).toBe(false)
    expect(await store.users.disable('user-unknown' as UserId, start)).toBeUndefined()
    expect(await store.users.enable('user-unknown' as UserId)).toBe(false)
    await store.users.disable(bob.id, start + 1)
    expect(await other.users.disable(bob.id, start + 2)).toBeUndefined()
    expect((await other.users.find(bob.id))?.disabledAt).toBe(start + 1)
    expect(await other.users.enable(bob.id)).toBe(true)
    expect(await store.users.find(bob.id)).toEqual(bob)
    expect(await store.sessions.listOpen()).toEqual([])
    expect(await store.invitations.findOpen(bob.id, start + 3)).toBeUndefined()
  })

  test('removing forgets the user, password and failures, and ends whatever lets in', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) await addWithBelongings(store, name)
    await store.passwords.set(passwordRow)
    await store.sessions.insert(sessionRow('guest'))
    await store.tokens.insert(tokenRow('own'))
    await store.tokens.insert(tokenRow('bob-2', { user: bob.id, revokedAt: start + 1 }))
    const eve = await belongingsOf(store, 'eve')

    const ended = { sessions: 1, tokens: 1, invitations: 1 }
    expect(await other.users.remove(bob.id, start + 7)).toEqual(ended)
    expect(await belongingsOf(store, 'bob')).toEqual({
      user: undefined,
      password: undefined,
      session: sessionOf('bob', { endedAt: start + 7, ended: 'user-removed' }),
      invitation: invitationOf('bob', { revokedAt: start + 7 }),
      token: { token: tokenRow('bob', { user: bob.id, revokedAt: start + 7 }) },
      failures: undefined,
    })
    expect((await store.tokens.find(tokenRow('bob-2').hash))?.token.revokedAt).toBe(start + 1)
    expect((await store.tokens.find(tokenRow('own').hash))?.token.revokedAt).toBeUndefined()
    expect(await belongingsOf(store, 'eve')).toEqual(eve)
    expect(await store.passwords.find('shared')).toEqual(passwordRow)
    expect((await store.sessions.listOpen()).map(({ id }) => id)).toEqual(['id-eve', 'id-guest'])
    expect(await other.users.remove(bob.id, start + 8)).toBeUndefined()
    expect(await other.users.findByName(bob.name)).toBeUndefined()
  })

  test('the name of a removed user is free, and the new one inherits nothing', async () => {
    const [store] = await fresh()
    await addWithBelongings(store, 'bob')
    await store.users.remove(bob.id, start + 1)
    const second = userRow('bob', { id: 'user-bob-2' as UserId, createdAt: start + 2 })
    expect(await store.users.insert(second)).toBe(true)
    expect(await store.users.findByName(bob.name)).toEqual(second)
    expect(await store.passwords.find(second.id)).toBeUndefined()
    expect((await store.tokens.find(tokenRow('bob').hash))?.user).toBeUndefined()
    expect(await store.failures.find(keyOfBob)).toBeUndefined()
  })

  test('nothing can be hung on a user who is gone, whatever arrives late', async () => {
    const [store, other] = await fresh()
    await addWithBelongings(store, 'bob')
    const late = [
      () => other.passwords.set(passwordOf('bob')),
      () => other.invitations.insert(invitationOf('bob', { hash: 'late' as InvitationHash })),
      () => other.tokens.insert(tokenRow('late', { user: bob.id })),
    ]
    for (const attempt of late) await attempt()
    await store.users.remove(bob.id, start + 1)
    const before = [await belongingsOf(store, 'bob'), await store.tokens.list()]
    const answers = await Promise.allSettled(late.map((attempt) => attempt()))
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect([await belongingsOf(store, 'bob'), await store.tokens.list()]).toEqual(before)
    expect(await store.invitations.findOpen(bob.id, start + 2)).toBeUndefined()
  })
}
