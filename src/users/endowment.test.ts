/** Giving and taking roles and attributes. */
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import type { Username } from '../kit/username.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import { noEndowment, type UserRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { applyChange, inOrder, isSame, type EndowmentChange } from './endowment.ts'
import { Users } from './users.ts'

const noChange: EndowmentChange = { addRoles: [], dropRoles: [], setAttributes: {}, dropAttributes: [] }
const standing = { roles: ['admin', 'viewer'], attributes: { department: 'finance', level: '2' } }

describe('a change', () => {
  it('gives and takes what it names, and nothing else', () => {
    const change = {
      ...{ addRoles: ['analyst', 'admin'], dropRoles: ['viewer'] },
      ...{ setAttributes: { level: '3', team: 'a' }, dropAttributes: ['department'] },
    }
    expect(applyChange(standing, change)).toEqual({
      roles: ['admin', 'analyst'],
      attributes: { level: '3', team: 'a' },
    })
    expect(applyChange(standing, noChange)).toEqual(standing)
  })

  it('leaves what is in order in order, and can be made twice', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'))
    const values = fc.dictionary(fc.constantFrom('k', 'l', 'm'), fc.string())
    const endowments = fc.record({ roles: names, attributes: values })
    const changes = fc.record({
      ...{ addRoles: names, dropRoles: names, setAttributes: values },
      dropAttributes: fc.array(fc.constantFrom('k', 'l', 'm')),
    })
    fc.assert(
      fc.property(endowments, changes, (before, change) => {
        const after = applyChange(before, change)
        expect(JSON.stringify(inOrder(after))).toBe(JSON.stringify(after))
        expect(isSame({ before: after, after: applyChange(after, change) })).toBe(true)
        for (const role of after.roles) {
          expect([...before.roles, ...change.addRoles]).toContain(role)
          expect(change.dropRoles).not.toContain(role)
        }
      }),
    )
  })
})

describe('a user', () => {
  let store: Store
  let events: AuditEvent[] = []
  let users: Users
  let bob: UserRow

  beforeEach(async () => {
    store = makeMemoryStore()
    events = []
    const write = (event: AuditEvent) => {
      events.push(event)
      return Promise.resolve()
    }
    users = new Users({ store, audit: { write }, clock: { now: () => 1_700_000_000_000 } })
    const added = await users.add('bob' as Username, { roles: ['viewer', 'admin'], attributes: {} })
    if (added === undefined) throw new TypeError('the name is free')
    bob = added
  })

  it('is added with roles, which are on record', async () => {
    expect(bob.roles).toEqual(['admin', 'viewer'])
    expect(events).toMatchObject([
      { kind: 'user.added', given: { roles: ['admin', 'viewer'], attributes: {} } },
    ])
    expect(await users.show(bob)).toMatchObject({ roles: ['admin', 'viewer'], attributes: {} })
    expect(await users.add('eve' as Username)).toMatchObject(noEndowment)
  })

  it('is changed on record, with before and after; a change that changes nothing is none', async () => {
    events = []
    const change = { ...noChange, dropRoles: ['admin'], setAttributes: { team: 'a' } }
    const after = { roles: ['viewer'], attributes: { team: 'a' } }
    const before = { roles: ['admin', 'viewer'], attributes: {} }
    expect(await users.endow(bob, change)).toEqual({ before, after })
    expect(await users.endow(bob, change)).toEqual({ before: after, after })
    const user = { id: bob.id, name: 'bob' }
    expect(events).toEqual([{ kind: 'user.changed', asker: { principal: 'operator' }, user, before, after }])
  })

  it('who was removed meanwhile is not changed', async () => {
    await users.remove(bob)
    events = []
    expect(await users.endow(bob, { ...noChange, addRoles: ['admin'] })).toBeUndefined()
    expect(events).toEqual([])
  })
})
