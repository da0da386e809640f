/** What the operator lists and takes back, and what of it is on record. */
import { expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import { Secret } from '../kit/secret.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { Ledger } from './ledger.ts'
import { OwnedRegister } from './owned-register.ts'
import type { Owner } from './owner.ts'
import { SessionHashes } from './session-hash.ts'

const [alice, bob] = ['user:alice' as Owner, 'user:bob' as Owner]

async function open() {
  const store = makeMemoryStore()
  const time = { now: 1_900_000_000_000 }
  const ledger = new Ledger({
    store,
    hashes: new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'i' }),
    clock: { now: () => time.now },
    sharedFiles: () => new Set(),
  })
  const records: AuditEvent[] = []
  const audit = { write: async (event: AuditEvent) => void records.push(event) }
  await ledger.noteFiles(alice, ['/tmp/a', '/tmp/b'])
  time.now++
  await ledger.noteFiles(bob, ['/tmp/a'])
  await ledger.noteDeepLink(bob, 'link')
  return { register: new OwnedRegister({ store, audit }), records }
}

it('lists files and links of one owner or of all, the youngest first, and no more than asked for', async () => {
  const { register } = await open()
  const list = async (...asked: Parameters<OwnedRegister['list']>) =>
    (await register.list(...asked)).map(({ owner, id }) => `${owner} ${id}`)
  expect(await list('file', undefined, 9)).toEqual([
    'user:bob /tmp/a',
    'user:alice /tmp/b',
    'user:alice /tmp/a',
  ])
  expect(await list('file', undefined, 1)).toEqual(['user:bob /tmp/a'])
  expect(await list('file', alice, 9)).toEqual(['user:alice /tmp/b', 'user:alice /tmp/a'])
  expect(await list('deep-link', undefined, 9)).toEqual(['user:bob link'])
})

it('takes back what is named by its id, its owner, or both, and puts that on record', async () => {
  const asker = { principal: 'operator' }
  const common = { kind: 'ownership.revoked', asker }
  const byId = await open()
  expect(await byId.register.revoke('file', { id: '/tmp/a' })).toBe(2)
  expect(byId.records).toStrictEqual([{ ...common, what: 'file', count: 2, object: '/tmp/a' }])
  expect(await byId.register.list('file', undefined, 9)).toHaveLength(1)

  const byOwner = await open()
  expect(await byOwner.register.revoke('deep-link', { owner: bob })).toBe(1)
  expect(byOwner.records).toStrictEqual([{ ...common, what: 'deep-link', count: 1, owner: bob }])

  const byBoth = await open()
  expect(await byBoth.register.revoke('file', { id: '/tmp/a', owner: alice })).toBe(1)
  expect(byBoth.records).toStrictEqual([
    { ...common, what: 'file', count: 1, object: '/tmp/a', owner: alice },
  ])
})

it('puts nothing on record where there was nothing to take back', async () => {
  const { register, records } = await open()
  expect(await register.revoke('file', { id: '/tmp/c' })).toBe(0)
  expect(records).toEqual([])
})
