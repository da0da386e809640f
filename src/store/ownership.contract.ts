/** The part of the engines' suite about ownership. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OwnedBounds, OwnedKind, OwnedRow, Owner } from './rows.ts'
import { start } from './sample-rows.contract.ts'
import type { Fresh } from './store.contract.ts'

const bounds: OwnedBounds = { ofOne: 100, ofAll: 1000 }
const [alice, bob] = ['user:alice' as Owner, 'user:bob' as Owner]

const file = (id: string, owner: Owner, at = start): OwnedRow => ({ kind: 'file', id, owner, at })
const event = (id: string, owner: Owner, session?: string): OwnedRow => ({
  kind: 'event',
  id,
  owner,
  at: start,
  event: { endpoint: 3, endpointName: 'predict', ...(session !== undefined && { session }) },
})

export function describeOwnership(fresh: Fresh): void {
  test('what one client notes, another finds, as it was noted', async () => {
    const [store, other] = await fresh()
    const rows = [event('e', alice, 'hash.mac'), event('f', alice)]
    await store.ownership.note([...rows, file('/tmp/“試験”.png', bob)], bounds)
    expect(await other.ownership.findAll('event', 'e', 9)).toEqual([rows[0]])
    expect(await other.ownership.findAll('event', 'f', 9)).toEqual([rows[1]])
    expect(await other.ownership.findAll('file', '/tmp/“試験”.png', 9)).toEqual([
      file('/tmp/“試験”.png', bob),
    ])
  })

  test('one owner’s part is found by itself, and of many owners only as many as are wanted', async () => {
    const [store] = await fresh()
    const owners = Array.from({ length: 20 }, (_, i) => `user:${String(i).padStart(2, '0')}` as Owner)
    await store.ownership.note(
      owners.map((owner) => file('/a', owner)),
      bounds,
    )
    expect(await store.ownership.find('file', '/a', 'user:07' as Owner)).toEqual(
      file('/a', 'user:07' as Owner),
    )
    expect(await store.ownership.find('file', '/a', alice)).toBeUndefined()
    expect(await store.ownership.find('upload', '/a', 'user:07' as Owner)).toBeUndefined()
    const few = await store.ownership.findAll('file', '/a', 3)
    expect(few.map(({ owner }) => owner)).toEqual(owners.slice(0, 3))
  })

  test('nobody owns what was never noted, nor what has the same id and is of another kind', async () => {
    const [store] = await fresh()
    await store.ownership.note([file('a', alice)], bounds)
    expect(await store.ownership.findAll('deep-link', 'a', 9)).toEqual([])
    expect(await store.ownership.findAll('file', 'b', 9)).toEqual([])
    expect(await store.ownership.findAll('file', 'A', 9)).toEqual([])
  })

  test('a file may have several owners, each once, and only gets younger', async () => {
    const [store, other] = await fresh()
    await store.ownership.note([file('/a', alice, start + 5)], bounds)
    await other.ownership.note(
      [file('/a', bob), file('/a', alice, start), file('/a', bob, start + 9)],
      bounds,
    )
    expect(await store.ownership.findAll('file', '/a', 9)).toEqual([
      file('/a', alice, start + 5),
      file('/a', bob, start + 9),
    ])
  })

  test('what was needed gets younger, and what was revoked meanwhile does not come back', async () => {
    const [store, other] = await fresh()
    const [kept, revoked] = [file('/a', alice), file('/b', alice)]
    await store.ownership.note([kept, revoked, file('/a', bob)], bounds)
    await other.ownership.revoke('file', { id: '/b' })
    await store.ownership.touch([kept, revoked], start + 7)
    await store.ownership.touch([kept], start + 6)
    expect(await other.ownership.findAll('file', '/a', 9)).toEqual([
      file('/a', alice, start + 7),
      file('/a', bob),
    ])
    expect(await other.ownership.findAll('file', '/b', 9)).toEqual([])
  })

  test('an id is claimed by the first, whose it stays', async () => {
    const [store, other] = await fresh()
    const claim = (owner: Owner): OwnedRow => ({ kind: 'upload', id: 'u', owner, at: start })
    expect(await store.ownership.claim(claim(alice), bounds)).toBe(true)
    expect(await other.ownership.claim(claim(bob), bounds)).toBe(false)
    expect(await other.ownership.claim(claim(alice), bounds)).toBe(true)
    expect(await store.ownership.findAll('upload', 'u', 9)).toEqual([claim(alice)])
  })

  test('clients that claim one id at once agree on whose it is', async () => {
    const clients = await fresh()
    const answers = await Promise.all(
      [alice, bob].map((owner, i) =>
        clients[i === 0 ? 0 : 1].ownership.claim({ kind: 'upload', id: 'u', owner, at: start }, bounds),
      ),
    )
    expect(answers.filter((claimed) => claimed)).toHaveLength(1)
  })

  test("nobody's rows grow beyond the bound, and the oldest go first", async () => {
    const [store, other] = await fresh()
    const few = { ofOne: 3, ofAll: 1000 }
    await store.ownership.note([file('/bob', bob, start - 1)], few)
    for (const at of [4, 1, 3, 2, 5]) await store.ownership.note([file(`/${at}`, alice, start + at)], few)
    expect((await other.ownership.list('file', alice, 9)).map(({ id }) => id)).toEqual(['/5', '/4', '/3'])
    expect(await other.ownership.findAll('file', '/bob', 9)).toHaveLength(1)
  })

  test('nor do those of all, and each kind counts for itself', async () => {
    const [store, other] = await fresh()
    const few = { ofOne: 10, ofAll: 3 }
    await store.ownership.note([event('e', alice)], few)
    for (const at of [1, 2, 3, 4])
      await store.ownership.note([file(`/${at}`, `user:${at}` as Owner, start + at)], few)
    expect((await other.ownership.list('file', undefined, 9)).map(({ id }) => id)).toEqual(['/4', '/3', '/2'])
    expect(await other.ownership.findAll('event', 'e', 9)).toHaveLength(1)
  })

  test('what was forgotten makes room, whatever took it away', async () => {
    const [store] = await fresh()
    const few = { ofOne: 2, ofAll: 3 }
    await store.ownership.note([file('/1', alice, 1), file('/2', alice, 2), file('/3', bob, 3)], few)
    await store.ownership.revoke('file', { id: '/1' })
    await store.ownership.prune('file', 3, 9)
    await store.ownership.note([file('/4', alice, 4), file('/5', alice, 5)], few)
    expect((await store.ownership.list('file', undefined, 9)).map(({ id }) => id)).toEqual(['/5', '/4', '/3'])
  })

  test("one owner's part, the whole object or all of somebody's is revoked, and answered is how much", async () => {
    const [store, other] = await fresh()
    const rows = [file('/a', alice, 1), file('/a', bob, 2), file('/b', alice, 3), event('e', alice)]
    await store.ownership.note(rows, bounds)
    expect(await other.ownership.revoke('file', { id: '/a', owner: bob })).toBe(1)
    expect(await store.ownership.findAll('file', '/a', 9)).toEqual([rows[0]])
    expect(await other.ownership.revoke('file', { id: '/c' })).toBe(0)
    expect(await other.ownership.revoke('file', { owner: alice })).toBe(2)
    expect(await store.ownership.list('file', undefined, 9)).toEqual([])
    expect(await store.ownership.findAll('event', 'e', 9)).toHaveLength(1)
  })

  test('pruning takes what is older, the oldest first and no more than was said', async () => {
    const [store] = await fresh()
    await store.ownership.note(
      [3, 1, 2, 4].map((at) => file(`/${at}`, alice, at)),
      bounds,
    )
    expect(await store.ownership.prune('file', 4, 2)).toBe(2)
    expect((await store.ownership.list('file', alice, 9)).map(({ id }) => id)).toEqual(['/4', '/3'])
    expect(await store.ownership.prune('file', 4, 2)).toBe(1)
    expect(await store.ownership.prune('event', 9, 9)).toBe(0)
  })

  test('any history leaves what a plain list would', async () => {
    const kind = fc.constantFrom<OwnedKind>('upload', 'deep-link', 'file')
    const id = fc.constantFrom('a', 'b', 'c')
    const owner = fc.constantFrom(alice, bob)
    const step = fc.oneof(
      fc.record({ do: fc.constant('note' as const), kind, id, owner }),
      fc.record({ do: fc.constant('revoke' as const), kind, id, owner }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const [store] = await fresh()
        const plain = new Set<string>()
        for (const { do: what, ...row } of steps) {
          const key = `${row.kind} ${row.id} ${row.owner}`
          if (what === 'note') {
            await store.ownership.note([{ ...row, at: start }], bounds)
            plain.add(key)
          } else {
            expect(await store.ownership.revoke(row.kind, row)).toBe(plain.delete(key) ? 1 : 0)
          }
        }
        const kinds = ['upload', 'deep-link', 'file'] as const
        const listed = await Promise.all(kinds.map((one) => store.ownership.list(one, undefined, 99)))
        expect(new Set(listed.flat().map((row) => `${row.kind} ${row.id} ${row.owner}`))).toEqual(plain)
      }),
      { numRuns: 15 },
    )
  })
}
