/** The suite every storage engine must pass. */
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeUsers } from './accounts.contract.ts'
import { describeInvitations } from './invitations.contract.ts'
import { describeFailures } from './failures.contract.ts'
import { describeOwnership } from './ownership.contract.ts'
import type {
  ApiTokenHash,
  ApiTokenId,
  InvitationHash,
  PaceRule,
  SegmentRow,
  SessionId,
  UserId,
} from './rows.ts'
import { failureRule, hour, passwordOf, passwordRow, sessionRow, start } from './sample-rows.contract.ts'
import { describeSessionTokens } from './session-tokens.contract.ts'
import { describePasswords, describeSessions } from './sessions.contract.ts'
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
    describe('tokens of sessions', () => describeSessionTokens(fresh))
    describe('passwords', () => describePasswords(fresh))
    describe('users', () => describeUsers(fresh))
    describe('invitations', () => describeInvitations(fresh))
    describe('API tokens', () => describeTokens(fresh))
    describe('failures', () => describeFailures(fresh))
    describe('paces', () => describePaces(fresh))
    describe('spent ids', () => describeSpent(fresh))
    describe('audit segments', () => describeSegments(fresh))
    describe('ownership', () => describeOwnership(fresh))
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

  test('a value that is set takes the place of the one before', async () => {
    const [store, other] = await fresh()
    await store.meta.set('reach', 'first')
    await other.meta.set('reach', 'second')
    expect(await store.meta.get('reach')).toBe('second')
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
    expect(await Promise.all(['a', 'b', 'c'].map((id) => other.spent.find(id)))).toEqual([
      start,
      start,
      undefined,
    ])
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
