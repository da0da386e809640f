/** The suite every storage engine must pass. */
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeInvitations, describeUsers } from './accounts.contract.ts'
import { describeFailures } from './failures.contract.ts'
import type {
  ApiTokenHash,
  ApiTokenId,
  InvitationHash,
  PaceRule,
  SegmentRow,
  SessionId,
  TokenHash,
  UserId,
} from './rows.ts'
import {
  failureRule,
  hour,
  passwordOf,
  passwordRow,
  sessionOf,
  sessionRow,
  start,
  userRow,
} from './sample-rows.contract.ts'
import type { Store } from './store.ts'
import { describeTokens } from './tokens.contract.ts'

/** One fresh, empty store; each call makes another client of it, as another process would be. */
export type Connect = () => Promise<Store>

export function describeStore(name: string, makeStore: () => Promise<Connect>): void {
  const fresh = async (): Promise<readonly [Store, Store]> => {
    const connect = await makeStore()
    const clients = [await connect(), await connect()] as const
    onTestFinished(async () => {
      for (const client of clients) await client.close()
    })
    return clients
  }
  describe(`the ${name} store`, () => {
    describe('meta', () => describeMeta(fresh))
    describe('sessions', () => describeSessions(fresh))
    describe('passwords', () => describePasswords(fresh))
    describe('users', () => describeUsers(fresh))
    describe('invitations', () => describeInvitations(fresh))
    describe('API tokens', () => describeTokens(fresh))
    describe('failures', () => describeFailures(fresh))
    describe('paces', () => describePaces(fresh))
    describe('spent ids', () => describeSpent(fresh))
    describe('audit segments', () => describeSegments(fresh))
    describe('clients', () => describeClients(fresh))
  })
}

/** Two clients of one fresh store. */
export type Fresh = () => Promise<readonly [Store, Store]>

function describeMeta(fresh: Fresh): void {
  test('a key that nobody set has no value', async () => {
    const [store] = await fresh()
    expect(await store.meta.get('instance')).toBeUndefined()
  })

  test('the first value stands, whoever asks', async () => {
    const [store, other] = await fresh()
    expect(await store.meta.getOrSet('instance', 'first')).toBe('first')
    expect(await other.meta.getOrSet('instance', 'second')).toBe('first')
    expect(await other.meta.get('instance')).toBe('first')
  })

  test('clients that set a key at once agree on its value', async () => {
    const clients = await fresh()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        clients[i % 2 === 0 ? 0 : 1].meta.getOrSet('instance', `value-${i}`),
      ),
    )
    expect(new Set(answers).size).toBe(1)
    expect(await clients[0].meta.get('instance')).toBe(answers[0])
  })
}

function describeSessions(fresh: Fresh): void {
  test('a session is found by the hash of its token, as it was inserted', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(sessionRow('a'))
    await store.sessions.insert(sessionRow('b'))
    await store.sessions.insert(sessionOf('bob'))
    expect(await other.sessions.find(sessionRow('a').tokenHash)).toEqual(sessionRow('a'))
    expect(await other.sessions.find(sessionOf('bob').tokenHash)).toEqual(sessionOf('bob'))
    expect(await other.sessions.find('hash-c' as TokenHash)).toBeUndefined()
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

function describePasswords(fresh: Fresh): void {
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
      sessionOf('bob', { endedAt: start + 2 * hour, ended: 'password-changed' }),
    )
    expect(await store.passwords.find(userRow('eve').id)).toEqual(passwordOf('eve'))
    expect(await store.passwords.set({ ...passwordRow, changedAt: start + 3 * hour })).toBe(1)
    expect((await store.sessions.listOpen()).map(({ id }) => id)).toEqual(['id-eve'])
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
      sessionOf('bob', { endedAt: start + 7, ended: 'user-reset' }),
    )
    expect((await store.sessions.listOpen()).map((row) => row.id)).toEqual(['id-guest'])
    expect(await other.passwords.remove(id, start + 8, 'user-reset')).toBeUndefined()
    expect(await other.passwords.remove('shared', start + 9, 'operator')).toBe(1)
    expect(await store.passwords.find('shared')).toBeUndefined()
  })
}

function describePaces(fresh: Fresh): void {
  const bucket = (key: string, intervalMs: number, burst: number): PaceRule => ({ key, intervalMs, burst })

  test('a burst is allowed, then one attempt an interval, whoever asks', async () => {
    const [store, other] = await fresh()
    const rules = [bucket('address', 1_000, 2)]
    expect(await store.paces.take(rules, start)).toEqual({ allowed: true })
    expect(await other.paces.take(rules, start)).toEqual({ allowed: true })
    expect(await store.paces.take(rules, start)).toEqual({ allowed: false, retryAt: start + 1_000 })
    expect(await other.paces.take(rules, start + 1_000)).toEqual({ allowed: true })
    expect(await store.paces.take(rules, start + 1_000)).toEqual({ allowed: false, retryAt: start + 2_000 })
  })

  test('when one bucket is empty, none pays', async () => {
    const [store] = await fresh()
    const [address, everyone] = [bucket('address', 1_000, 1), bucket('everyone', 1_000, 3)]
    expect((await store.paces.take([address, everyone], start)).allowed).toBe(true)
    for (let i = 0; i < 10; i++)
      expect((await store.paces.take([everyone, address], start)).allowed).toBe(false)
    expect((await store.paces.take([everyone], start)).allowed).toBe(true)
    expect((await store.paces.take([everyone], start)).allowed).toBe(true)
    expect((await store.paces.take([everyone], start)).allowed).toBe(false)
  })

  test('clients that take at once never get more than the burst', async () => {
    const clients = await fresh()
    const rules = [bucket('everyone', 60_000, 7), bucket('address', 60_000, 9)]
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => clients[i % 2 === 0 ? 0 : 1].paces.take(rules, start)),
    )
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(7)
  })

  test('pruning forgets full buckets and gives nobody an attempt', async () => {
    const [store] = await fresh()
    await store.paces.take([bucket('short', 1_000, 1)], start)
    await store.paces.take([bucket('long', 5_000, 1)], start)
    expect(await store.paces.prune(start + 999)).toBe(0)
    expect(await store.paces.prune(start + 1_000)).toBe(1)
    expect((await store.paces.take([bucket('long', 5_000, 1)], start + 4_999)).allowed).toBe(false)
  })

  test('a clock that goes back gives nobody an attempt, and a year does not lock anybody out', async () => {
    const [store] = await fresh()
    const rules = [bucket('everyone', 1_000, 2)]
    const year = 365 * 24 * hour
    for (let i = 0; i < 2; i++) await store.paces.take(rules, start + year)
    for (let i = 0; i < 5; i++) {
      expect(await store.paces.take(rules, start)).toEqual({ allowed: false, retryAt: start + 1_000 })
    }
    expect((await store.paces.take(rules, start + 1_000)).allowed).toBe(true)
  })

  test('an interval need not be a whole number', async () => {
    const [store] = await fresh()
    const rules = [bucket('everyone', 100 / 3, 1)]
    await store.paces.take(rules, start)
    expect((await store.paces.take(rules, start + 33)).allowed).toBe(false)
    expect((await store.paces.take(rules, start + 34)).allowed).toBe(true)
  })

  test('any sequence of attempts is answered as buckets that drip would answer it', async () => {
    const clients = await fresh()
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        fc.array(step, { maxLength: 40 }),
        async (shapes, steps) => {
          run += 1
          const rules = shapes.map((shape, i) => bucket(`${run}-${i}`, shape.intervalMs, shape.burst))
          const model = new DrippingBuckets()
          let now = start
          for (const { wait, chosen, client, prune } of steps) {
            now += wait
            const asked = rules.filter((_, i) => chosen[i] ?? false)
            if (prune) await clients[client].paces.prune(now)
            if (asked.length > 0)
              expect(await clients[client].paces.take(asked, now)).toEqual(model.take(asked, now))
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  const rule = fc.record({
    intervalMs: fc.integer({ min: 1, max: 50 }),
    burst: fc.integer({ min: 1, max: 5 }),
  })
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 60 }),
    chosen: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    client: fc.constantFrom(0 as const, 1 as const),
    prune: fc.boolean(),
  })
}

/** The reference: a bucket holds `burst` attempts, each as `intervalMs` drops, and gains one drop a millisecond. */
class DrippingBuckets {
  readonly #drops = new Map<string, { drops: number; at: number }>()

  take(rules: readonly PaceRule[], now: number) {
    const full = ({ intervalMs, burst }: PaceRule) => intervalMs * burst
    const levels = rules.map((rule) => {
      const last = this.#drops.get(rule.key) ?? { drops: full(rule), at: now }
      return { rule, drops: Math.min(full(rule), last.drops + now - last.at) }
    })
    const missing = Math.max(...levels.map(({ rule, drops }) => rule.intervalMs - drops))
    if (missing > 0) return { allowed: false, retryAt: now + missing }
    for (const { rule, drops } of levels)
      this.#drops.set(rule.key, { drops: drops - rule.intervalMs, at: now })
    return { allowed: true }
  }
}

function describeSpent(fresh: Fresh): void {
  test('an id is spent once, whoever asks', async () => {
    const [store, other] = await fresh()
    expect(await store.spent.spend('a', start)).toBe(true)
    expect(await store.spent.spend('a', start)).toBe(false)
    expect(await other.spent.spend('a', start + hour)).toBe(false)
    expect(await other.spent.spend('b', start)).toBe(true)
  })

  test('of clients that spend an id at once, one succeeds', async () => {
    const clients = await fresh()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => clients[i % 2 === 0 ? 0 : 1].spent.spend('a', start)),
    )
    expect(answers.filter(Boolean)).toHaveLength(1)
  })

  test('an id is remembered up to the millisecond at which it expires', async () => {
    const [store] = await fresh()
    await store.spent.spend('a', start)
    await store.spent.spend('b', start + 1)
    expect(await store.spent.prune(start)).toBe(0)
    expect(await store.spent.spend('a', start)).toBe(false)
    expect(await store.spent.prune(start + 1)).toBe(1)
    expect(await store.spent.spend('b', start)).toBe(false)
  })
}

function describeSegments(fresh: Fresh): void {
  const segment = (id: string, openedAt = start): SegmentRow => ({
    id,
    openedAt,
    count: 0,
    head: `start-${id}`,
  })

  test('segments are listed oldest first, and those of one moment in the order they came', async () => {
    const [store, other] = await fresh()
    const rows = [
      segment('z', start - 1),
      segment('b'),
      segment('a'),
      { ...segment('c', start + 1), prunedAt: start + 2 },
    ]
    for (const at of [3, 1, 2, 0]) await store.segments.open(rows[at] ?? segment('missing'))
    expect(await other.segments.list()).toEqual(rows)
  })

  test('the head moves forward and never back', async () => {
    const [store, other] = await fresh()
    await store.segments.open(segment('a'))
    await store.segments.open(segment('b'))
    await store.segments.advance('a', 5, 'fifth')
    await other.segments.advance('a', 4, 'fourth')
    await other.segments.advance('a', 5, 'another fifth')
    expect(await store.segments.list()).toEqual([{ ...segment('a'), count: 5, head: 'fifth' }, segment('b')])
  })

  test('a pruned segment keeps its count, its head and the time of its end', async () => {
    const [store, other] = await fresh()
    await store.segments.open(segment('a'))
    await store.segments.advance('a', 5, 'fifth')
    await other.segments.markPruned('a', start + hour)
    await other.segments.markPruned('a', start + 2 * hour)
    expect(await store.segments.list()).toEqual([
      { ...segment('a'), count: 5, head: 'fifth', prunedAt: start + hour },
    ])
  })

  test('a segment is opened once, and one that nobody opened can neither advance nor go', async () => {
    const [store, other] = await fresh()
    const refused = expect.objectContaining({ code: 'store-unusable' }) as unknown
    await store.segments.open(segment('a'))
    await expect(other.segments.open(segment('a', start + 1))).rejects.toEqual(refused)
    await expect(store.segments.advance('b', 1, 'first')).rejects.toEqual(refused)
    await expect(store.segments.markPruned('b', start)).rejects.toEqual(refused)
    expect(await store.segments.list()).toEqual([segment('a')])
  })
}

function describeClients(fresh: Fresh): void {
  test('changes() changes when another client wrote, not by own writes and not by reading', async () => {
    const [store, other] = await fresh()
    const before = await store.changes()
    await store.sessions.insert(sessionRow('a'))
    await store.sessions.touch([{ id: sessionRow('a').id, at: start + 1 }])
    await store.paces.take([{ key: 'everyone', intervalMs: 1_000, burst: 1 }], start)
    await other.sessions.listOpen()
    await other.paces.take([{ key: 'everyone', intervalMs: 1_000, burst: 1 }], start)
    await other.sessions.end('id-unknown' as SessionId, start, 'operator')
    await other.users.disable('user-unknown' as UserId, start)
    await other.users.enable('user-unknown' as UserId)
    await other.users.remove('user-unknown' as UserId, start)
    await other.passwords.remove('user-unknown' as UserId, start, 'operator')
    await other.invitations.revoke('user-unknown' as UserId, start)
    await other.invitations.redeem('hash' as InvitationHash, passwordOf('bob'), start)
    await other.tokens.revoke('token-unknown' as ApiTokenId, start)
    await other.tokens.touch([{ id: 'token-unknown' as ApiTokenId, at: start }])
    await other.failures.clear('user:bob')
    await other.failures.prune(0)
    expect(await store.changes()).toBe(before)

    await other.sessions.end(sessionRow('a').id, start, 'operator')
    const after = await store.changes()
    expect(after).not.toBe(before)
    expect(await store.changes()).toBe(after)
  })

  test('after close every call fails, and the other client goes on', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(sessionRow('a'))
    await store.close()
    await store.close()
    const refused = expect.objectContaining({ code: 'store-unusable' }) as unknown
    await expect(store.sessions.find(sessionRow('a').tokenHash)).rejects.toEqual(refused)
    await expect(store.spent.spend('a', start)).rejects.toEqual(refused)
    await expect(store.users.any()).rejects.toEqual(refused)
    await expect(store.tokens.find('hash' as ApiTokenHash)).rejects.toEqual(refused)
    await expect(
      store.invitations.redeem('hash' as InvitationHash, passwordOf('bob'), start),
    ).rejects.toEqual(refused)
    await expect(store.failures.take('user:bob', failureRule, start)).rejects.toEqual(refused)
    await expect(store.passwords.set(passwordRow)).rejects.toEqual(refused)
    await expect(store.changes()).rejects.toEqual(refused)
    expect(await other.sessions.find(sessionRow('a').tokenHash)).toEqual(sessionRow('a'))
  })

  test('what was handed out or handed in is a copy', async () => {
    const [store] = await fresh()
    const row = { ...sessionRow('a') }
    await store.sessions.insert(row)
    const found = await store.sessions.find(row.tokenHash)
    row.address = 'changed afterwards'
    await store.sessions.end(row.id, start, 'logout')
    expect(found).toEqual(sessionRow('a'))
    expect(await store.sessions.find(row.tokenHash)).toMatchObject({ address: '192.0.2.7', ended: 'logout' })
  })
}
