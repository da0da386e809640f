/** Sessions from issue to end, on the memory store, with time in hand. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { Username } from '../kit/username.ts'
import type { PasswordRow, UserId } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import type { FinishedCeremony } from './finished-ceremony.ts'
import { cookieNames } from './cookie.ts'
import { lookAtCookies } from './look.ts'
import { openSessions } from './sessions.ts'
import type { Sessions } from './sessions.ts'

const minute = 60_000
const hour = 60 * minute
const lifetime = { idleMs: hour, absoluteMs: 24 * hour }
const facts = { address: '192.0.2.7', userAgent: 'Browser/1' }
// Only a test may write this by hand.
const finished = { account: 'shared', passwordAt: 1, ceremony: 'c' } as FinishedCeremony
const row: PasswordRow = {
  id: 'shared',
  record: 'r',
  stretching: { memory: 8, iterations: 1, parallelism: 1 },
  changedAt: 1,
}

let now = 1_700_000_000_000
let store: Store
/** Another process on the same database. */
let other: Store
let events: AuditEvent[] = []
let sessions: Sessions

const clock = { now: () => now }
const audit = {
  write: (event: AuditEvent) => {
    events.push(event)
    return Promise.resolve()
  },
}
const open = (on: Pick<Store, 'sessions' | 'changes'>) => openSessions({ store: on, audit, clock, lifetime })

beforeEach(() => {
  const data = makeMemoryData()
  store = makeMemoryStore(data)
  other = makeMemoryStore(data)
  events = []
  sessions = open(store)
})

describe('a session', () => {
  it('is found by its token, and by nothing else', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    expect(await sessions.find(token, now)).toMatchObject({ state: 'active', session: { id: session.id } })
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    for (const wrong of [
      '',
      session.id,
      session.tokenHash,
      `${token}=`,
      token.slice(1),
      `${token.slice(0, -1)}-`,
      'ü',
    ]) {
      expect(await sessions.find(wrong, now), wrong).toEqual({ state: 'unknown' })
    }
  })

  it('has a token of its own at every login, of which the store keeps only the hash', async () => {
    const first = await sessions.issue(finished, facts)
    const second = await sessions.issue(finished, facts)
    expect(first.token).not.toBe(second.token)
    expect(JSON.stringify(await store.sessions.listOpen())).not.toContain(first.token)
  })

  it('expires when nobody does anything, and lasts while somebody does', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    now += 59 * minute
    sessions.markActive(session.id, now)
    now += 59 * minute
    expect(await sessions.find(token, now)).toMatchObject({ state: 'active', idleEndsAt: now + minute })
    now += minute
    expect(await sessions.find(token, now)).toMatchObject({ state: 'expired', why: 'idle' })
  })

  it('expires in the end however busy it is', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    const endsAt = now + 24 * hour
    while (now < endsAt) {
      sessions.markActive(session.id, now)
      expect((await sessions.find(token, now)).state).toBe('active')
      now += 30 * minute
    }
    expect(await sessions.find(token, now)).toMatchObject({ state: 'expired', why: 'absolute' })
  })

  it('once expired cannot be brought back by activity', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    now += hour + minute
    await sessions.review()
    sessions.markActive(session.id, now)
    await sessions.close()
    expect(await sessions.find(token, now)).toMatchObject({ state: 'ended', why: 'idle' })
  })

  it('ends once, with one record', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    expect(await sessions.end(session, 'logout')).toBe(true)
    expect(await sessions.end(session, 'operator')).toBe(false)
    expect(await sessions.find(token, now)).toMatchObject({ state: 'ended', why: 'logout' })
    expect(events).toEqual([
      { kind: 'session.ended', asker: { principal: 'guest', session: session.id, ...facts }, why: 'logout' },
    ])
  })

  it('stays ended when activity of a late request is written', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    await sessions.end(session, 'logout')
    sessions.markActive(session.id, now + 1)
    await sessions.close()
    expect((await sessions.find(token, now + 1)).state).toBe('ended')
  })

  it('is listed while it is good', async () => {
    const first = await sessions.issue(finished, facts)
    now += 40 * minute
    const second = await sessions.issue(finished, facts)
    expect((await sessions.listOpen(now)).map(({ id }) => id)).toEqual([first.session.id, second.session.id])
    now += 30 * minute
    expect((await sessions.listOpen(now)).map(({ id }) => id)).toEqual([second.session.id])
  })
})

describe('activity', () => {
  it('reaches the store within 30 seconds, and at the end', async () => {
    const { session } = await sessions.issue(finished, facts)
    await sessions.review()
    const stored = async () => (await other.sessions.find(session.tokenHash))?.lastActiveAt
    now += 10_000
    sessions.markActive(session.id, now)
    await sessions.review()
    expect(await stored()).toBe(now - 10_000)
    now += 20_000
    await sessions.review()
    expect(await stored()).toBe(now - 20_000)
    now += 1_000
    sessions.markActive(session.id, now)
    await sessions.close()
    expect(await stored()).toBe(now)
  })

  it('counts from the moment it is marked, also for open streams', async () => {
    const { session } = await sessions.issue(finished, facts)
    const ends: string[] = []
    sessions.watch(session, (why) => ends.push(why))
    for (let passed = 0; passed < 3 * hour; passed += 20_000) {
      now += 20_000
      sessions.markActive(session.id, now)
      await sessions.review()
    }
    expect(ends).toEqual([])
    now += hour
    await sessions.review()
    expect(ends).toEqual(['idle'])
  })
})

describe('whoever watches a session', () => {
  it('is called once when it ends here', async () => {
    const { session } = await sessions.issue(finished, facts)
    const ends: string[] = []
    sessions.watch(session, (why) => ends.push(`a ${why}`))
    sessions.watch(session, (why) => ends.push(`b ${why}`))
    await sessions.end(session, 'logout')
    await sessions.review()
    expect(ends).toEqual(['a logout', 'b logout'])
  })

  it('is not called after taking the watch back', async () => {
    const { session } = await sessions.issue(finished, facts)
    const ends: string[] = []
    const stop = sessions.watch(session, (why) => ends.push(`a ${why}`))
    sessions.watch(session, (why) => ends.push(`b ${why}`))
    stop()
    stop()
    await sessions.end(session, 'logout')
    expect(ends).toEqual(['b logout'])
  })

  it('is called at the next review when another process ended it', async () => {
    const { session } = await sessions.issue(finished, facts)
    const ends: string[] = []
    await sessions.review()
    sessions.watch(session, (why) => ends.push(why))
    await sessions.review()
    await open(other).end(session, 'operator')
    await sessions.review()
    expect(ends).toEqual(['operator'])
    expect(events.map((event) => event.kind)).toEqual(['session.ended'])
  })

  it('is called at the next review when the password was changed', async () => {
    const { session } = await sessions.issue(finished, facts)
    const ends: string[] = []
    sessions.watch(session, (why) => ends.push(why))
    await other.passwords.set(row)
    await sessions.review()
    expect(ends).toEqual(['password-changed'])
  })

  it('is told when its user has other roles or attributes, once each, also when that was before it watched', async () => {
    const bob = { ...finished, account: 'u1' as UserId, username: 'bob' as Username }
    const given = { roles: ['viewer'], attributes: {} }
    const name = bob.username
    await store.users.insert({ id: bob.account, name, createdAt: 1, ...given })
    const { token } = await sessions.issue(bob, facts)
    const found = await sessions.find(token, now)
    if (found.state !== 'active') throw new TypeError('it was just issued')
    const told: (readonly string[])[] = []
    await other.users.endow(bob.account, () => ({ ...given, roles: ['admin'] }))
    const stop = sessions.watch(
      found.session,
      () => undefined,
      ({ roles }) => told.push(roles),
    )
    await sessions.review()
    expect(told).toEqual([['admin']])
    await other.users.noteLogin(bob.account, now)
    await sessions.review()
    await other.users.endow(bob.account, () => given)
    await sessions.review()
    expect(told).toEqual([['admin'], ['viewer']])
    stop()
    await other.users.endow(bob.account, () => ({ ...given, roles: [] }))
    await sessions.review()
    expect(told).toHaveLength(2)
  })

  it('is called when the session had ended before it began to watch', async () => {
    const { session } = await sessions.issue(finished, facts)
    await sessions.review()
    await sessions.end(session, 'logout')
    const ends: string[] = []
    sessions.watch(session, (why) => ends.push(why))
    await sessions.review()
    expect(ends).toEqual(['logout'])
  })

  it.each([
    ['idle', hour, 'idle'],
    ['absolute', 24 * hour, 'absolute'],
  ])('is called when the %s limit passes, and the end is on record', async (_, after, why) => {
    const { session } = await sessions.issue(finished, facts)
    await sessions.review()
    const ends: string[] = []
    sessions.watch(session, (end) => ends.push(end))
    now += after - 1
    if (why === 'absolute') sessions.markActive(session.id, now)
    await sessions.review()
    expect(ends).toEqual([])
    now += 1
    await sessions.review()
    expect(ends).toEqual([why])
    expect(events).toMatchObject([{ kind: 'session.ended', why }])
  })

  it('is called when the store has been silent for five seconds, since nobody can vouch for the session', async () => {
    let silent = false
    const flaky = {
      sessions: store.sessions,
      changes: () => (silent ? Promise.reject(new TypeError('gone')) : store.changes()),
    }
    const reviewed = open(flaky)
    const { session } = await reviewed.issue(finished, facts)
    const ends: string[] = []
    reviewed.watch(session, (why) => ends.push(why))
    await reviewed.review()
    silent = true
    now += 4_999
    await expect(reviewed.review()).rejects.toThrow('gone')
    expect(ends).toEqual([])
    now += 1
    await expect(reviewed.review()).rejects.toThrow('gone')
    expect(ends).toEqual(['unknown'])
  })
})

describe('a review', () => {
  it('that failed is made up for by the next one', async () => {
    let broken = false
    const find: Store['sessions']['find'] = (hash) =>
      broken ? Promise.reject(new TypeError('busy')) : store.sessions.find(hash)
    const flaky = open({ sessions: { ...store.sessions, find }, changes: () => store.changes() })
    const { session } = await flaky.issue(finished, facts)
    await flaky.review()
    // Between being found and being watched.
    await store.sessions.end(session.id, now, 'operator')
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
    const find: Store['sessions']['find'] = (hash) => {
      asked += 1
      return store.sessions.find(hash)
    }
    const counted = open({ sessions: { ...store.sessions, find }, changes: () => store.changes() })
    const { session } = await counted.issue(finished, facts)
    counted.watch(session, () => undefined)
    // Busy beyond the idle limit, and written down, so that what the watch remembers is old.
    for (let passed = 0; passed < 2 * hour; passed += 30_000) {
      now += 30_000
      counted.markActive(session.id, now)
      await counted.review()
    }
    asked = 0
    for (let turn = 0; turn < 50; turn++) {
      now += 500
      await counted.review()
    }
    expect(asked).toBe(0)
  })
})

describe('the sweep', () => {
  it('leaves alone what is in use at another process that has not written so yet', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    const elsewhere = open(other)
    now += 59 * minute
    elsewhere.markActive(session.id, now)
    now += minute + 10_000
    await sessions.review()
    await elsewhere.close()
    expect((await sessions.find(token, now)).state).toBe('active')
    expect(events).toEqual([])
  })

  it('ends what has expired unnoticed, and records it', async () => {
    const { session } = await sessions.issue(finished, facts)
    now += hour + minute
    await sessions.review()
    expect(events).toEqual([
      { kind: 'session.ended', asker: { principal: 'guest', session: session.id, ...facts }, why: 'idle' },
    ])
  })

  it('forgets what ended a day ago', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    await sessions.end(session, 'logout')
    now += 23 * hour
    await sessions.review()
    expect((await sessions.find(token, now)).state).toBe('ended')
    now += 2 * hour
    await sessions.review()
    expect((await sessions.find(token, now)).state).toBe('unknown')
  })
})

describe('the step authenticate', () => {
  const name = cookieNames('abcd2345').session
  const look = (header: string | undefined) => lookAtCookies(sessions, header, name, now)

  it('learns from the Cookie header who asks', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    expect(await look(undefined)).toEqual({ kind: 'none' })
    expect(await look(`${name}=${token}; ${name}=${token}`)).toEqual({ kind: 'ambiguous' })
    expect(await look(`${name}=made-up`)).toEqual({ kind: 'none' })
    expect(await look(`${name}=${token}`)).toMatchObject({ kind: 'active', session: { id: session.id } })
    now += hour
    expect(await look(`${name}=${token}`)).toEqual({ kind: 'lapsed', why: 'expired' })
    now += minute
    await sessions.review()
    expect(await look(`${name}=${token}`)).toEqual({ kind: 'lapsed', why: 'expired' })
  })

  it('learns that a session was ended', async () => {
    const { token, session } = await sessions.issue(finished, facts)
    await sessions.end(session, 'operator')
    expect(await look(`${name}=${token}`)).toEqual({ kind: 'lapsed', why: 'ended' })
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
    const { session: bobs } = await sessions.issue(bob, facts)
    const { session: guests } = await sessions.issue(finished, facts)
    const cut: string[] = []
    sessions.watch(bobs, (why) => void cut.push(`bob ${why}`))
    sessions.watch(guests, (why) => void cut.push(`guest ${why}`))
    await sessions.review()
    await store.users.insert({
      id: bobs.account as UserId,
      name: 'bob' as Username,
      createdAt: 1,
      roles: [],
      attributes: {},
    })
    await store.passwords.set({ ...row, id: bobs.account })
    await sessions.review()
    expect(cut).toEqual([])
    await sessions.recheck(bobs.account)
    await sessions.recheck('shared')
    expect(cut).toEqual(['bob password-changed'])
  })
})
