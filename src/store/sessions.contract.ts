/** The part of the engines' suite about sessions and passwords. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { InvitationHash, SessionId, TokenHash } from './rows.ts'
import {
  foundOf,
  hour,
  invitationOf,
  passwordOf,
  passwordRow,
  sessionOf,
  sessionRow,
  start,
  userRow,
} from './sample-rows.contract.ts'
import type { Fresh } from './store.contract.ts'

export function describeSessions(fresh: Fresh): void {
  test('a session is found by the hash of its token, as it was inserted', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(sessionRow('a'))
    await store.sessions.insert(sessionRow('b'))
    await store.sessions.insert(sessionOf('bob'))
    expect(await other.sessions.find(sessionRow('a').tokenHash)).toEqual(sessionRow('a'))
    expect(await other.sessions.find(sessionOf('bob').tokenHash)).toEqual(sessionOf('bob'))
    expect(await other.sessions.find('hash-c' as TokenHash)).toBeUndefined()
  })

  test('a session is found with what its user has by now, whoever gave it', async () => {
    const [store, other] = await fresh()
    const { tokenHash } = sessionOf('bob')
    const bob = userRow('bob', { roles: ['admin'], attributes: { team: '試験' } })
    await store.users.insert(bob)
    await store.sessions.insert(sessionOf('bob'))
    await store.sessions.insert(sessionRow('guest'))
    const look = async () => (await store.sessions.find(tokenHash))?.endowment
    expect(await look()).toEqual({ roles: ['admin'], attributes: { team: '試験' } })
    await other.users.endow(bob.id, () => ({ roles: [], attributes: { level: '2' } }))
    expect(await look()).toEqual({ roles: [], attributes: { level: '2' } })
    await other.users.disable(bob.id, start + 1)
    expect(await look()).toEqual({ roles: [], attributes: { level: '2' } })
    await other.users.remove(bob.id, start + 2)
    expect(await look()).toBeUndefined()
    expect(await store.sessions.find(sessionRow('guest').tokenHash)).toEqual(sessionRow('guest'))
  })

  test('text comes back as it was, whatever it holds', async () => {
    const [store] = await fresh()
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        async (id, address, userAgent) => {
          const row = sessionRow(id, { address, userAgent })
          await store.sessions.insert(row)
          expect(await store.sessions.find(row.tokenHash)).toEqual(row)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('a second session with the same token or the same id is refused, and the first stays', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(sessionRow('a'))
    const refused = expect.objectContaining({ code: 'store-unusable' }) as unknown
    await expect(
      other.sessions.insert(sessionRow('b', { tokenHash: sessionRow('a').tokenHash })),
    ).rejects.toEqual(refused)
    await expect(other.sessions.insert(sessionRow('b', { id: sessionRow('a').id }))).rejects.toEqual(refused)
    expect(await store.sessions.listOpen()).toEqual([sessionRow('a')])
    expect(await store.sessions.find(sessionRow('b').tokenHash)).toBeUndefined()
  })

  test('a session that one client ended is ended for the next find of the other', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(sessionRow('a'))
    expect((await store.sessions.find(sessionRow('a').tokenHash))?.endedAt).toBeUndefined()
    expect(await other.sessions.end(sessionRow('a').id, start + 5, 'operator')).toBe(true)
    expect(await store.sessions.find(sessionRow('a').tokenHash)).toEqual(
      sessionRow('a', { endedAt: start + 5, ended: 'operator' }),
    )
  })

  test('the first reason stands', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(sessionRow('a'))
    const answers = await Promise.all([
      store.sessions.end(sessionRow('a').id, start + 1, 'logout'),
      other.sessions.end(sessionRow('a').id, start + 2, 'operator'),
      other.sessions.end('id-unknown' as SessionId, start + 2, 'operator'),
    ])
    expect(answers).toEqual([true, false, false])
    expect(await other.sessions.find(sessionRow('a').tokenHash)).toMatchObject({
      endedAt: start + 1,
      ended: 'logout',
    })
  })

  test('activity moves forward, and never back when a clock does', async () => {
    const [store, other] = await fresh()
    const { id, tokenHash } = sessionRow('a')
    await store.sessions.insert(sessionRow('a'))
    await store.sessions.touch([{ id, at: start + 60_000 }])
    await other.sessions.touch([{ id, at: start + 30_000 }])
    await other.sessions.touch([{ id, at: start - hour }])
    expect(await store.sessions.find(tokenHash)).toEqual(sessionRow('a', { lastActiveAt: start + 60_000 }))
  })

  test('one touch serves many sessions, in any order, and leaves ended and unknown ones alone', async () => {
    const [store] = await fresh()
    for (const name of ['a', 'b', 'c']) await store.sessions.insert(sessionRow(name))
    await store.sessions.end(sessionRow('b').id, start + 1, 'logout')
    await store.sessions.touch([])
    await store.sessions.touch([
      { id: sessionRow('a').id, at: start + 9 },
      { id: sessionRow('b').id, at: start + 9 },
      { id: 'id-unknown' as SessionId, at: start + 9 },
      { id: sessionRow('c').id, at: start + 8 },
      { id: sessionRow('a').id, at: start + 7 },
    ])
    const seen = async (name: string) => (await store.sessions.find(sessionRow(name).tokenHash))?.lastActiveAt
    expect([await seen('a'), await seen('b'), await seen('c')]).toEqual([start + 9, start, start + 8])
  })

  test('a session can come to life already ended', async () => {
    const [store] = await fresh()
    const row = sessionRow('a', { endedAt: start + 1, ended: 'idle' })
    await store.sessions.insert(row)
    expect(await store.sessions.find(row.tokenHash)).toEqual(row)
    expect(await store.sessions.listOpen()).toEqual([])
  })

  test('open sessions are listed oldest first, past their limits or not', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(sessionRow('late', { createdAt: start + 2 }))
    await store.sessions.insert(
      sessionRow('early', { createdAt: start - 48 * hour, endsAt: start - 24 * hour }),
    )
    await store.sessions.insert(sessionRow('ended'))
    await store.sessions.insert(sessionRow('middle-1', { createdAt: start + 1 }))
    await store.sessions.insert(sessionRow('middle-0', { createdAt: start + 1 }))
    await store.sessions.end(sessionRow('ended').id, start, 'logout')
    const ids = (await other.sessions.listOpen()).map(({ id }) => id)
    expect(ids).toEqual(['id-early', 'id-middle-1', 'id-middle-0', 'id-late'])
  })

  test('pruning forgets what ended before the given time, and nothing else', async () => {
    const [store] = await fresh()
    await store.sessions.insert(sessionRow('over', { endsAt: start - 1 }))
    await store.sessions.insert(sessionRow('at-the-line', { endsAt: start }))
    await store.sessions.insert(sessionRow('ended', { endedAt: start - 1, ended: 'logout' }))
    await store.sessions.insert(sessionRow('ended-at-the-line', { endedAt: start, ended: 'logout' }))
    await store.sessions.insert(sessionRow('open'))
    expect(await store.sessions.prune(start)).toBe(2)
    expect(await store.sessions.prune(start)).toBe(0)
    const kept = async (name: string) => (await store.sessions.find(sessionRow(name).tokenHash)) !== undefined
    const names = ['over', 'at-the-line', 'ended', 'ended-at-the-line', 'open']
    expect(await Promise.all(names.map(kept))).toEqual([false, true, false, true, true])
  })
}

export function describePasswords(fresh: Fresh): void {
  test('there is no password until one is set', async () => {
    const [store] = await fresh()
    expect(await store.passwords.find('shared')).toBeUndefined()
  })

  test('the password that was set last is found, by every client', async () => {
    const [store, other] = await fresh()
    await store.passwords.set({
      ...passwordRow,
      record: 'b2xk',
      stretching: { memory: 1, iterations: 2, parallelism: 3 },
    })
    await store.passwords.set(passwordRow)
    expect(await other.passwords.find('shared')).toEqual(passwordRow)
  })

  test('a new password ends every open session of its account, says how many, and leaves earlier ends as they were', async () => {
    const [store, other] = await fresh()
    for (const name of ['a', 'b', 'c']) await store.sessions.insert(sessionRow(name))
    await store.sessions.end(sessionRow('b').id, start + 1, 'logout')
    expect(await other.passwords.set(passwordRow)).toBe(2)
    expect(await store.sessions.listOpen()).toEqual([])
    const end = async (name: string) => (await store.sessions.find(sessionRow(name).tokenHash))?.ended
    expect([await end('a'), await end('b'), await end('c')]).toEqual([
      'password-changed',
      'logout',
      'password-changed',
    ])
    expect((await store.sessions.find(sessionRow('a').tokenHash))?.endedAt).toBe(passwordRow.changedAt)
    expect(await other.passwords.set(passwordRow)).toBe(0)
  })

  test('a user’s password is a row of its own, and a new one ends the sessions of that user only', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) {
      await store.users.insert(userRow(name))
      await store.passwords.set(passwordOf(name))
      await store.sessions.insert(sessionOf(name))
    }
    await store.passwords.set(passwordRow)
    await store.sessions.insert(sessionRow('guest'))
    expect(await other.passwords.set(passwordOf('bob', { changedAt: start + 2 * hour }))).toBe(1)
    expect((await store.sessions.listOpen()).map(({ id }) => id)).toEqual(['id-eve', 'id-guest'])
    expect(await store.sessions.find(sessionOf('bob').tokenHash)).toEqual(
      foundOf('bob', { endedAt: start + 2 * hour, ended: 'password-changed' }),
    )
    expect(await store.passwords.find(userRow('eve').id)).toEqual(passwordOf('eve'))
    expect(await store.passwords.set({ ...passwordRow, changedAt: start + 3 * hour })).toBe(1)
    expect((await store.sessions.listOpen()).map(({ id }) => id)).toEqual(['id-eve'])
  })

  test('a new password revokes the open invitation of its user: no link that is still on its way undoes it', async () => {
    const [store, other] = await fresh()
    for (const name of ['bob', 'eve']) {
      await store.users.insert(userRow(name))
      await store.invitations.insert(invitationOf(name))
    }
    await other.passwords.set(passwordOf('bob'))
    const { changedAt } = passwordRow
    expect(await store.invitations.find(invitationOf('bob').hash)).toEqual(
      invitationOf('bob', { revokedAt: changedAt }),
    )
    expect(await store.invitations.find(invitationOf('eve').hash)).toEqual(invitationOf('eve'))
    const later = invitationOf('bob', { hash: 'later' as InvitationHash })
    await store.invitations.insert(later)
    const second = passwordOf('bob', { record: 'c2Vjb25k', changedAt: start + 2 * hour })
    expect(await other.passwords.replace(second, 'another')).toBeUndefined()
    expect(await store.invitations.find(later.hash)).toEqual(later)
    await other.passwords.replace(second, passwordOf('bob').record)
    expect(await store.invitations.find(later.hash)).toEqual({ ...later, revokedAt: start + 2 * hour })
    await store.passwords.set(passwordRow)
    expect(await store.invitations.find(invitationOf('eve').hash)).toEqual(invitationOf('eve'))
  })

  test('a password is replaced only while the one that was meant still stands', async () => {
    const [store, other] = await fresh()
    const second = { ...passwordRow, record: 'c2Vjb25k', changedAt: start + hour }
    expect(await store.passwords.replace(second, passwordRow.record)).toBeUndefined()
    expect(await store.passwords.find('shared')).toBeUndefined()
    await store.passwords.set(passwordRow)
    await store.sessions.insert(sessionRow('guest'))
    expect(await other.passwords.replace(second, 'another')).toBeUndefined()
    expect(await store.passwords.find('shared')).toEqual(passwordRow)
    expect((await store.sessions.listOpen()).map(({ id }) => id)).toEqual(['id-guest'])
    expect(await other.passwords.replace(second, passwordRow.record)).toBe(1)
    expect(await store.passwords.find('shared')).toEqual(second)
    expect(await store.sessions.listOpen()).toEqual([])
    await store.passwords.remove('shared', start + 2 * hour, 'operator')
    expect(await other.passwords.replace(passwordRow, second.record)).toBeUndefined()
    expect(await store.passwords.find('shared')).toBeUndefined()
  })

  test('of clients that replace a password at once, one succeeds', async () => {
    const clients = await fresh()
    await clients[0].passwords.set(passwordRow)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        clients[i % 2 === 0 ? 0 : 1].passwords.replace(
          { ...passwordRow, record: `${i}` },
          passwordRow.record,
        ),
      ),
    )
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1)
    const winner = answers.findIndex((answer) => answer !== undefined)
    expect((await clients[1].passwords.find('shared'))?.record).toBe(`${winner}`)
  })

  test('a user whom nobody knows gets no password', async () => {
    const [store] = await fresh()
    const refused = expect.objectContaining({ code: 'store-unusable' }) as unknown
    await expect(store.passwords.set(passwordOf('bob'))).rejects.toEqual(refused)
    expect(await store.passwords.find(userRow('bob').id)).toBeUndefined()
  })

  test('a password that is taken away takes the sessions of its account with it, for the reason given', async () => {
    const [store, other] = await fresh()
    await store.users.insert(userRow('bob'))
    await store.passwords.set(passwordOf('bob'))
    await store.passwords.set(passwordRow)
    await store.sessions.insert(sessionOf('bob'))
    await store.sessions.insert(sessionRow('guest'))
    const { id } = userRow('bob')
    expect(await other.passwords.remove(id, start + 7, 'user-reset')).toBe(1)
    expect(await store.passwords.find(id)).toBeUndefined()
    expect(await store.passwords.find('shared')).toEqual(passwordRow)
    expect(await store.sessions.find(sessionOf('bob').tokenHash)).toEqual(
      foundOf('bob', { endedAt: start + 7, ended: 'user-reset' }),
    )
    expect((await store.sessions.listOpen()).map((row) => row.id)).toEqual(['id-guest'])
    expect(await other.passwords.remove(id, start + 8, 'user-reset')).toBeUndefined()
    expect(await other.passwords.remove('shared', start + 9, 'operator')).toBe(1)
    expect(await store.passwords.find('shared')).toBeUndefined()
  })
}
