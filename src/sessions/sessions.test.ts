/** Sessions from issue to end. */
import { describe, expect, it } from 'vitest'
import type { Username } from '../kit/username.ts'
import { cookieNames } from './cookie.ts'
import type { FinishedCeremony } from './finished-ceremony.ts'
import { lookAtCookies } from './look.ts'
import { facts, finished, hour, minute, useSessions } from './sample.contract.ts'

const rig = useSessions()

describe('a session', () => {
  it('is found by its token, and by nothing else', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({
      state: 'active',
      session: { id: session.id },
    })
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
      expect(await rig.sessions.find(wrong, rig.now), wrong).toEqual({ state: 'unknown' })
    }
  })

  it('has a token of its own at every login, of which the store keeps only the hash', async () => {
    const first = await rig.sessions.issue(finished, facts)
    const second = await rig.sessions.issue(finished, facts)
    expect(first.token).not.toBe(second.token)
    expect(JSON.stringify(await rig.store.sessions.listOpen())).not.toContain(first.token)
  })

  it('is whose the ceremony proved, with the key that it bound', async () => {
    const user = { ...finished, username: 'bob' as Username } as FinishedCeremony
    const { proofKey } = finished
    const { session } = await rig.sessions.issue(user, facts)
    expect(await rig.other.sessions.findById(session.id)).toMatchObject({ username: 'bob', proofKey })
    expect(await rig.sessions.end(session, 'logout')).toBe(true)
    expect(rig.events).toMatchObject([{ asker: { principal: 'user', username: 'bob', ...facts } }])
    const { proofKey: _, ...keyless } = finished
    const plain = await rig.sessions.issue(keyless, facts)
    const stored = await rig.other.sessions.findById(plain.session.id)
    expect(stored).not.toHaveProperty('proofKey')
    expect(stored).not.toHaveProperty('username')
  })

  it('that the operator ends stands in the log as the operator’s deed', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    expect(await rig.sessions.isOpen(session, rig.now)).toBe(true)
    expect(await rig.sessions.end(session, 'operator')).toBe(true)
    expect(rig.events).toMatchObject([
      { asker: { principal: 'operator', session: session.id }, why: 'operator' },
    ])
    expect(await rig.sessions.isOpen(session, rig.now)).toBe(false)
  })

  it('expires when nobody does anything, and lasts while somebody does', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    rig.now += 59 * minute
    rig.sessions.markActive(session.id, rig.now)
    rig.now += 59 * minute
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({
      state: 'active',
      idleEndsAt: rig.now + minute,
    })
    rig.now += minute
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({ state: 'expired', why: 'idle' })
  })

  it('expires in the end however busy it is', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    const endsAt = rig.now + 24 * hour
    while (rig.now < endsAt) {
      rig.sessions.markActive(session.id, rig.now)
      expect((await rig.sessions.find(token, rig.now)).state).toBe('active')
      rig.now += 30 * minute
    }
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({ state: 'expired', why: 'absolute' })
  })

  it('once expired cannot be brought back by activity', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    rig.now += hour + minute
    await rig.sessions.review()
    rig.sessions.markActive(session.id, rig.now)
    await rig.sessions.close()
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({ state: 'ended', why: 'idle' })
  })

  it('ends once, with one record', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    expect(await rig.sessions.end(session, 'logout')).toBe(true)
    expect(await rig.sessions.end(session, 'operator')).toBe(false)
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({ state: 'ended', why: 'logout' })
    expect(rig.events).toEqual([
      { kind: 'session.ended', asker: { principal: 'guest', session: session.id, ...facts }, why: 'logout' },
    ])
  })

  it('stays ended when activity of a late request is written', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    await rig.sessions.end(session, 'logout')
    rig.sessions.markActive(session.id, rig.now + 1)
    await rig.sessions.close()
    expect((await rig.sessions.find(token, rig.now + 1)).state).toBe('ended')
  })

  it('of somebody whose account changed is looked at again at once, and no other', async () => {
    const told: string[] = []
    for (const account of ['shared', 'other']) {
      const { session } = await rig.sessions.issue({ ...finished, account } as FinishedCeremony, facts)
      rig.sessions.watch(session, (why) => told.push(`${account}: ${why}`))
      await rig.other.sessions.end(session.id, rig.now, 'operator')
    }
    await rig.sessions.recheck(finished.account)
    expect(told).toEqual(['shared: operator'])
  })

  it('that the store doesn’t know any more is over for whatever is open in its name', async () => {
    const told: string[] = []
    const { session } = await rig.sessions.issue(finished, facts)
    rig.sessions.watch(session, (why) => told.push(why))
    await rig.other.sessions.end(session.id, rig.now, 'operator')
    await rig.other.sessions.prune(rig.now + 1)
    await rig.sessions.recheck(finished.account)
    expect(told).toEqual(['unknown'])
  })

  it('is listed while it is good', async () => {
    const first = await rig.sessions.issue(finished, facts)
    rig.now += 40 * minute
    const second = await rig.sessions.issue(finished, facts)
    expect((await rig.sessions.listOpen(rig.now)).map(({ id }) => id)).toEqual([
      first.session.id,
      second.session.id,
    ])
    rig.now += 30 * minute
    expect((await rig.sessions.listOpen(rig.now)).map(({ id }) => id)).toEqual([second.session.id])
  })
})

describe('activity', () => {
  it('reaches the store within 30 seconds, and at the end', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    await rig.sessions.review()
    const stored = async () => (await rig.other.sessions.find(session.tokenHash))?.lastActiveAt
    rig.now += 10_000
    rig.sessions.markActive(session.id, rig.now)
    await rig.sessions.review()
    expect(await stored()).toBe(rig.now - 10_000)
    rig.now += 20_000
    await rig.sessions.review()
    expect(await stored()).toBe(rig.now - 20_000)
    rig.now += 1_000
    rig.sessions.markActive(session.id, rig.now)
    await rig.sessions.close()
    expect(await stored()).toBe(rig.now)
  })

  it('counts from the moment it is marked, also for open streams', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    const ends: string[] = []
    rig.sessions.watch(session, (why) => ends.push(why))
    for (let passed = 0; passed < 3 * hour; passed += 20_000) {
      rig.now += 20_000
      rig.sessions.markActive(session.id, rig.now)
      await rig.sessions.review()
    }
    expect(ends).toEqual([])
    rig.now += hour
    await rig.sessions.review()
    expect(ends).toEqual(['idle'])
  })
})

describe('the sweep', () => {
  it('leaves alone what is in use at another process that has not written so yet', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    const elsewhere = rig.open(rig.other)
    rig.now += 59 * minute
    elsewhere.markActive(session.id, rig.now)
    rig.now += minute + 10_000
    await rig.sessions.review()
    await elsewhere.close()
    expect((await rig.sessions.find(token, rig.now)).state).toBe('active')
    expect(rig.events).toEqual([])
  })

  it('ends what has expired unnoticed, and records it', async () => {
    const { session } = await rig.sessions.issue(finished, facts)
    rig.now += hour + minute
    await rig.sessions.review()
    expect(rig.events).toEqual([
      { kind: 'session.ended', asker: { principal: 'guest', session: session.id, ...facts }, why: 'idle' },
    ])
  })

  it('forgets what ended a day ago', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    await rig.sessions.end(session, 'logout')
    rig.now += 23 * hour
    await rig.sessions.review()
    expect((await rig.sessions.find(token, rig.now)).state).toBe('ended')
    rig.now += 2 * hour
    await rig.sessions.review()
    expect((await rig.sessions.find(token, rig.now)).state).toBe('unknown')
  })
})

describe('the step authenticate', () => {
  const name = cookieNames('abcd2345').session
  const look = (header: string | undefined) => lookAtCookies(rig.sessions, header, name, rig.now)

  it('learns from the Cookie header who asks', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    expect(await look(undefined)).toEqual({ kind: 'none' })
    expect(await look(`${name}=${token}; ${name}=${token}`)).toEqual({ kind: 'ambiguous' })
    expect(await look(`${name}=made-up`)).toEqual({ kind: 'none' })
    expect(await look(`${name}=${token}`)).toMatchObject({ kind: 'active', session: { id: session.id } })
    rig.now += hour
    expect(await look(`${name}=${token}`)).toEqual({ kind: 'lapsed', why: 'expired' })
    rig.now += minute
    await rig.sessions.review()
    expect(await look(`${name}=${token}`)).toEqual({ kind: 'lapsed', why: 'expired' })
  })

  it('learns that a session was ended', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    await rig.sessions.end(session, 'operator')
    expect(await look(`${name}=${token}`)).toEqual({ kind: 'lapsed', why: 'ended' })
  })

  it('learns that a session lasted its whole time, noticed or not', async () => {
    const { token, session } = await rig.sessions.issue(finished, facts)
    for (let passed = 0; passed < 24 * hour; passed += 30 * minute) {
      rig.sessions.markActive(session.id, rig.now)
      rig.now += 30 * minute
    }
    expect(await look(`${name}=${token}`)).toEqual({ kind: 'lapsed', why: 'expired' })
    rig.now += minute
    await rig.sessions.review()
    expect(await rig.sessions.find(token, rig.now)).toMatchObject({ state: 'ended', why: 'absolute' })
    expect(await look(`${name}=${token}`)).toEqual({ kind: 'lapsed', why: 'expired' })
  })
})
