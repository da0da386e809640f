/** The part of the engines' suite about failures in a row. */
import { expect, test } from 'vitest'
import { failureKeyOf } from '../kit/username.ts'
import type { FailureRow } from './rows.ts'
import { failureRule, hour, start, userRow } from './sample-rows.contract.ts'
import type { Fresh } from './store.contract.ts'

const bob = userRow('bob')
const keyOf = (name: string) => failureKeyOf(userRow(name).name)
const keyOfBob = keyOf('bob')

export function describeFailures(fresh: Fresh): void {
  const row = (key: string, count: number, lastAt: number): FailureRow => ({ key, count, lastAt })

  test('attempts are counted by key, whoever asks, and wait by the rule', async () => {
    const [store, other] = await fresh()
    expect(await store.failures.find('user:a')).toBeUndefined()
    expect(await store.failures.take('user:a', failureRule, start)).toEqual({ allowed: true, count: 1 })
    expect(await other.failures.take('user:a', failureRule, start + 1)).toEqual({ allowed: true, count: 2 })
    expect(await store.failures.take('user:b', failureRule, start + 1)).toEqual({ allowed: true, count: 1 })
    const wait = { allowed: false, count: 2, retryAt: start + 1_001 }
    expect(await store.failures.take('user:a', failureRule, start + 2)).toEqual(wait)
    expect(await other.failures.take('user:a', failureRule, start + 1_000)).toEqual(wait)
    expect(await other.failures.find('user:a')).toEqual(row('user:a', 2, start + 1))
    expect(await store.failures.take('user:a', failureRule, start + 1_001)).toEqual({
      allowed: true,
      count: 3,
    })
    expect(await other.failures.find('user:a')).toEqual(row('user:a', 3, start + 1_001))
  })

  test('at the cap only clearing helps, and then the count begins anew', async () => {
    const [store, other] = await fresh()
    for (let i = 0; i < failureRule.most; i++) {
      expect((await store.failures.take('user:a', failureRule, start + i * hour)).allowed).toBe(true)
    }
    const later = start + 365 * 24 * hour
    const locked = { allowed: false, count: failureRule.most }
    expect(await other.failures.take('user:a', failureRule, later)).toEqual(locked)
    expect(await other.failures.clear('user:a')).toBe(true)
    expect(await store.failures.clear('user:a')).toBe(false)
    expect(await store.failures.find('user:a')).toBeUndefined()
    expect(await store.failures.take('user:a', failureRule, later)).toEqual({ allowed: true, count: 1 })
  })

  test('clients that take at once never get more than the free attempts', async () => {
    const clients = await fresh()
    const rule = { ...failureRule, free: 7, most: 100 }
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => clients[i % 2 === 0 ? 0 : 1].failures.take('user:a', rule, start)),
    )
    expect(answers.filter(({ allowed }) => allowed).map(({ count }) => count)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('a clock that was wrong by a year costs one wait', async () => {
    const [store] = await fresh()
    for (let i = 0; i < 2; i++) await store.failures.take('user:a', failureRule, start + 365 * 24 * hour)
    const wait = { allowed: false, count: 2, retryAt: start + 1_000 }
    expect(await store.failures.take('user:a', failureRule, start)).toEqual(wait)
    expect(await store.failures.take('user:a', failureRule, start + 500)).toEqual(wait)
    expect((await store.failures.take('user:a', failureRule, start + 1_000)).allowed).toBe(true)
  })

  test('pruning keeps the newest of the names that nobody has', async () => {
    const [store, other] = await fresh()
    const times = { old: 1, older: 0, new: 2, newest: 3 }
    for (const [name, at] of Object.entries(times))
      await store.failures.take(keyOf(name), failureRule, start + at)
    expect(await other.failures.prune(4)).toBe(0)
    expect(await other.failures.prune(2)).toBe(2)
    const kept = []
    for (const name of Object.keys(times))
      if ((await store.failures.find(keyOf(name))) !== undefined) kept.push(name)
    expect(kept).toEqual(['new', 'newest'])
    expect(await other.failures.prune(0)).toBe(2)
  })

  test('a flood of made-up names does not wash away what was counted against a user', async () => {
    const [store] = await fresh()
    await store.users.insert(bob)
    for (let i = 0; i < 2; i++) await store.failures.take(keyOfBob, failureRule, start)
    for (let i = 0; i < 20; i++) await store.failures.take(keyOf(`made-up-${i}`), failureRule, start + 1 + i)
    expect(await store.failures.prune(5)).toBe(15)
    expect(await store.failures.find(keyOfBob)).toEqual(row(keyOfBob, 2, start))
    expect(await store.failures.find(keyOf('made-up-15'))).toBeDefined()
    expect(await store.failures.find(keyOf('made-up-14'))).toBeUndefined()
  })

  test('each kind of key is pruned by itself, and only names are looked up among the users', async () => {
    const [store] = await fresh()
    await store.users.insert(bob)
    const keys = ['known:bob', 'known:a', 'host:bob', 'host:a', 'bob', 'user:', 'user:x', 'user:user:bob']
    for (const [i, key] of keys.entries()) await store.failures.take(key, failureRule, start + i)
    expect(await store.failures.prune(1)).toBe(4)
    const kept = []
    for (const key of keys) if ((await store.failures.find(key)) !== undefined) kept.push(key)
    expect(kept).toEqual(['known:a', 'host:a', 'bob', 'user:user:bob'])
  })
}
