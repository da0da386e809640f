/** Whoever watches a session is told of its end, whoever brought it about. */
import { describe, expect, it } from 'vitest'
import type { Username } from '../kit/username.ts'
import type { PasswordRow, UserId } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import type { FinishedCeremony } from './finished-ceremony.ts'
import { facts, finished, hour, useSessions } from './sample.contract.ts'

const rig = useSessions()
const row: PasswordRow = {
  id: 'shared',
  record: 'r',
  stretching: { memory: 8, iterations: 1, parallelism: 1 },
  changedAt: 1,
}

describe('whoever watches a session', () => {
  it('is called once when it ends here', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    const ends: string[] = []
    rig.sessions.watch(session, (why) => ends.push(`a ${why}`))
    rig.sessions.watch(session, (why) => ends.push(`b ${why}`))
    await rig.sessions.end(session, 'logout')
    await rig.sessions.review()
    expect(ends).toEqual(['a logout', 'b logout'])
  })

  it('is not called after taking the watch back', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    const ends: string[] = []
    const stop = rig.sessions.watch(session, (why) => ends.push(`a ${why}`))
    rig.sessions.watch(session, (why) => ends.push(`b ${why}`))
    stop()
    stop()
    await rig.sessions.end(session, 'logout')
    expect(ends).toEqual(['b logout'])
  })

  it('is called at the next review when another process ended it', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    const ends: string[] = []
    await rig.sessions.review()
    rig.sessions.watch(session, (why) => ends.push(why))
    await rig.sessions.review()
    await rig.open(rig.other).end(session, 'operator')
    await rig.sessions.review()
    expect(ends).toEqual(['operator'])
    expect(rig.events.map((event) => event.kind)).toEqual(['session.ended'])
  })

  it('is called at the next review when the password was changed', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    const ends: string[] = []
    rig.sessions.watch(session, (why) => ends.push(why))
    await rig.other.passwords.set(row)
    await rig.sessions.review()
    expect(ends).toEqual(['password-changed'])
  })

  it('is told when its user has other roles or attributes, once each, also when that was before it watched', async () => {
    const bob = { ...finished, account: 'u1' as UserId, username: 'bob' as Username }
    const given = { roles: ['viewer'], attributes: {} }
    const name = bob.username
    await rig.store.users.insert({ id: bob.account, name, createdAt: 1, ...given })
    const { token } = await rig.sessions.issue(bob, facts)
    const found = await rig.sessions.find(token, rig.now)
    if (found.state !== 'active') throw new TypeError('it was just issued')
    const told: (readonly string[])[] = []
    await rig.other.users.endow(bob.account, () => ({ ...given, roles: ['admin'] }))
    const stop = rig.sessions.watch(
      found.session,
      () => undefined,
      ({ roles }) => told.push(roles),
    )
    await rig.sessions.review()
    expect(told).toEqual([['admin']])
    await rig.other.users.noteLogin(bob.account, rig.now)
    await rig.sessions.review()
    await rig.other.users.endow(bob.account, () => given)
    await rig.sessions.review()
    expect(told).toEqual([['admin'], ['viewer']])
    stop()
    await rig.other.users.endow(bob.account, () => ({ ...given, roles: [] }))
    await rig.sessions.review()
    expect(told).toHaveLength(2)
  })

  it('is called when the session had ended before it began to watch', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    await rig.sessions.review()
    await rig.sessions.end(session, 'logout')
    const ends: string[] = []
    rig.sessions.watch(session, (why) => ends.push(why))
    await rig.sessions.review()
    expect(ends).toEqual(['logout'])
  })

  it.each([
    ['idle', hour, 'idle'],
    ['absolute', 24 * hour, 'absolute'],
  ])('is called when the %s limit passes, and the end is on record', async (_, after, why) => {
    const { session } = await rig.sessions.issue(finished, facts)
    await rig.sessions.review()
    const ends: string[] = []
    rig.sessions.watch(session, (end) => ends.push(end))
    rig.now += after - 1
    if (why === 'absolute') rig.sessions.markActive(session.id, rig.now)
    await rig.sessions.review()
    expect(ends).toEqual([])
    rig.now += 1
    await rig.sessions.review()
    expect(ends).toEqual([why])
    expect(rig.events).toMatchObject([{ kind: 'session.ended', why }])
  })

  it('is called when the store has been silent for five seconds, since nobody can vouch for the session', async () => {
    let silent = false
    const flaky = {
      sessions: rig.store.sessions,
      changes: () => (silent ? Promise.reject(new TypeError('gone')) : rig.store.changes()),
    }
    const reviewed = rig.open(flaky)
    const { session } = await reviewed.issue(finished, facts)
    const ends: string[] = []
    reviewed.watch(session, (why) => ends.push(why))
    await reviewed.review()
    silent = true
    rig.now += 4_999
    await expect(reviewed.review()).rejects.toThrow('gone')
    expect(ends).toEqual([])
    rig.now += 1
    await expect(reviewed.review()).rejects.toThrow('gone')
    expect(ends).toEqual(['unknown'])
  })
})

describe('a review', () => {
  it('that failed is made up for by the next one', async () => {
    let broken = false
    const findById: Store['sessions']['findById'] = (id) =>
      broken ? Promise.reject(new TypeError('busy')) : rig.store.sessions.findById(id)
    const flaky = rig.open({
      sessions: { ...rig.store.sessions, findById },
      changes: () => rig.store.changes(),
    })
    const { session } = await flaky.issue(finished, facts)
    await flaky.review()
    // Between being found and being watched.
    await rig.store.sessions.end(session.id, rig.now, 'operator')
    const ends: string[] = []
    flaky.watch(session, (why) => ends.push(why))
    broken = true
    await expect(flaky.review()).rejects.toThrow('busy')
    broken = false
    await flaky.review()
    expect(ends).toEqual(['operator'])
  })

  it('asks the store about watched sessions only when there is a reason to', async () => {
    let asked = 0
    const findById: Store['sessions']['findById'] = (id) => {
      asked += 1
      return rig.store.sessions.findById(id)
    }
    const counted = rig.open({
      sessions: { ...rig.store.sessions, findById },
      changes: () => rig.store.changes(),
    })
    const { session } = await counted.issue(finished, facts)
    counted.watch(session, () => undefined)
    // Busy beyond the idle limit, and written down, so that what the watch remembers is old.
    for (let passed = 0; passed < 2 * hour; passed += 30_000) {
      rig.now += 30_000
      counted.markActive(session.id, rig.now)
      await counted.review()
    }
    asked = 0
    for (let turn = 0; turn < 50; turn++) {
      rig.now += 500
      await counted.review()
    }
    expect(asked).toBe(0)
  })
})

describe('a new password set by this very process', () => {
  it('cuts the streams of its account at once, and of no other', async () => {
    const bob = {
      account: 'bob',
      username: 'bob',
      passwordAt: 1,
      ceremony: 'd',
    } as unknown as FinishedCeremony
    const { session: bobs } = await rig.sessions.issue(bob, facts)
    const { session: guests } = await rig.sessions.issue(finished, facts)
    const cut: string[] = []
    rig.sessions.watch(bobs, (why) => void cut.push(`bob ${why}`))
    rig.sessions.watch(guests, (why) => void cut.push(`guest ${why}`))
    await rig.sessions.review()
    await rig.store.users.insert({
      id: bobs.account as UserId,
      name: 'bob' as Username,
      createdAt: 1,
      roles: [],
      attributes: {},
    })
    await rig.store.passwords.set({ ...row, id: bobs.account })
    await rig.sessions.review()
    expect(cut).toEqual([])
    await rig.sessions.recheck(bobs.account)
    await rig.sessions.recheck('shared')
    expect(cut).toEqual(['bob password-changed'])
  })
})
