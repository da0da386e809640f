/** What an operator does with API tokens, on the memory store. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import { GateFault } from '../kit/fault.ts'
import type { Username } from '../kit/username.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { UserId, UserRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { hashApiToken, parseApiToken } from './token.ts'
import type { ApiTokenName } from './token-name.ts'
import { TokenRegister, type WantedToken } from './token-register.ts'

const bob: UserRow = { id: 'u1' as UserId, name: 'bob' as Username, createdAt: 1, roles: [], attributes: {} }
const ci = 'ci' as ApiTokenName

let now = 1_700_000_000_000
let store: Store
let events: AuditEvent[] = []
let writable = true
let register: TokenRegister

beforeEach(async () => {
  store = makeMemoryStore()
  events = []
  writable = true
  const write = (event: AuditEvent) => {
    if (!writable) return Promise.reject(new GateFault('audit-unwritable', 'full'))
    events.push(event)
    return Promise.resolve()
  }
  register = new TokenRegister({ store, audit: { write }, clock: { now: () => now } })
  await store.users.insert(bob)
})

async function create(wanted: Partial<WantedToken> = {}) {
  const created = await register.create({ name: ci, ...wanted })
  if (created === undefined) throw new TypeError('the name was taken')
  return created
}

describe('a new token', () => {
  it('is stored as a hash, and on record by its public name', async () => {
    const { token, text } = await create({ user: bob, lifetimeMs: 1 })
    const parsed = parseApiToken(text.reveal())
    expect(parsed && (await store.tokens.find(hashApiToken(parsed)))).toMatchObject({
      token: { id: token.id, name: 'ci', user: bob.id, expiresAt: now + 1 },
    })
    expect(events).toEqual([
      {
        kind: 'token.created',
        asker: { principal: 'operator' },
        token: token.id,
        name: 'ci',
        user: { id: bob.id, name: 'bob' },
      },
    ])
    expect(JSON.stringify([await store.tokens.list(), events])).not.toContain(text.reveal())
  })

  it('keeps the roles that it is narrowed to, each once, and they are on record', async () => {
    const { token } = await create({ user: bob, roles: ['viewer', 'analyst', 'viewer'] })
    expect(token.roles).toEqual(['analyst', 'viewer'])
    expect(events).toMatchObject([{ kind: 'token.created', roles: ['analyst', 'viewer'] }])
    expect(await register.list()).toMatchObject([{ name: 'ci', roles: ['analyst', 'viewer'] }])
  })

  it('that is bound to a key shows which, and so does its record', async () => {
    const proofKey = { alg: 'ecdsa-p256-sha256', keyid: 'thumbprint', key: 'point' } as const
    const { token, text } = await create({ proofKey })
    expect(token.keyid).toBe('thumbprint')
    expect(await register.list()).toMatchObject([{ keyid: 'thumbprint' }])
    expect(events).toMatchObject([{ kind: 'token.created', keyid: 'thumbprint' }])
    const parsed = parseApiToken(text.reveal())
    expect(parsed && (await store.tokens.find(hashApiToken(parsed)))).toMatchObject({ token: { proofKey } })
  })

  it('is not made when that can not be put on record', async () => {
    writable = false
    await expect(create()).rejects.toMatchObject({ code: 'audit-unwritable' })
    expect(await store.tokens.list()).toEqual([])
  })

  it('needs a name that no other token in use has', async () => {
    const first = await create({ lifetimeMs: 1000 })
    expect(await register.create({ name: ci })).toBeUndefined()
    now += 1000
    const second = await create({ user: bob })
    expect(second.token.id).not.toBe(first.token.id)
    // A disabled user's token may come back.
    await store.users.disable(bob.id, now)
    expect(await register.create({ name: ci })).toBeUndefined()
    await register.revoke(second.token)
    expect((await create()).token.state).toBe('active')
  })
})

describe('the list', () => {
  it('tells how each stands and shows no hash', async () => {
    const expiring = await create({ name: 'a' as ApiTokenName, lifetimeMs: 1 })
    now += 1
    const his = await create({ name: 'b' as ApiTokenName, user: bob })
    await store.users.disable(bob.id, now)
    const gone = await create({ name: 'c' as ApiTokenName })
    await register.revoke(gone.token)
    now += 1
    const live = await create({ name: 'd' as ApiTokenName })
    await store.tokens.touch([{ id: live.token.id, at: now }])
    const list = await register.list()
    expect(list.map(({ id, state }) => [id, state])).toEqual([
      [expiring.token.id, 'expired'],
      [his.token.id, 'user-disabled'],
      [gone.token.id, 'revoked'],
      [live.token.id, 'active'],
    ])
    expect(list[1]).toMatchObject({ username: 'bob' })
    expect(list[3]).toMatchObject({ lastUsedAt: now })
    expect(JSON.stringify(list)).not.toContain('hash')
  })
})

describe('a token to revoke', () => {
  it('is found by its id, its name, and its text', async () => {
    const { token, text } = await create()
    for (const said of [token.id, 'ci', text.reveal()])
      expect((await register.find(said)).map(({ id }) => id)).toEqual([token.id])
    expect(await register.find('other')).toEqual([])
  })

  it('by name is found however the name was typed', async () => {
    const { token } = await create({ name: 'caf\u00e9' as ApiTokenName })
    expect((await register.find(' cafe\u0301')).map(({ id }) => id)).toEqual([token.id])
  })

  it('by name is the one in use, and otherwise all that are not revoked', async () => {
    const first = await create({ lifetimeMs: 1 })
    now += 1
    const second = await create()
    expect((await register.find('ci')).map(({ id }) => id)).toEqual([second.token.id])
    await register.revoke(second.token)
    expect((await register.find('ci')).map(({ id }) => id)).toEqual([first.token.id])
    await register.revoke(first.token)
    expect(await register.find('ci')).toEqual([])
  })

  it('is revoked once, and that is on record', async () => {
    const { token } = await create({ user: bob })
    events = []
    expect(await register.revoke(token)).toBe(true)
    expect(await register.revoke(token)).toBe(false)
    expect(events).toMatchObject([
      { kind: 'token.revoked', token: token.id, name: 'ci', user: { name: 'bob' } },
    ])
  })

  it('is revoked although the log can not be written, which the operator is told', async () => {
    const { token } = await create()
    writable = false
    await expect(register.revoke(token)).rejects.toMatchObject({ code: 'audit-unwritable' })
    expect(await register.list()).toMatchObject([{ state: 'revoked' }])
  })
})
