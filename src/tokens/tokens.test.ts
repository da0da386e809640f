/** API tokens while the gate runs, on the memory store, with time in hand. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Username } from '../kit/username.ts'
import { makeMemoryData } from '../store/engines/memory/data.ts'
import { makeMemoryStore } from '../store/engines/memory/open.ts'
import type { ApiTokenId, ApiTokenRow, UserId, UserRow } from '../store/rows.ts'
import type { Store } from '../store/store.ts'
import { hashApiToken, makeApiToken, parseApiToken } from './token.ts'
import { Tokens } from './tokens.ts'

const day = 86_400_000
const bob: UserRow = { id: 'u1' as UserId, name: 'bob' as Username, createdAt: 1, roles: [], attributes: {} }

let now = 1_700_000_000_000
let store: Store
/** Another process on the same database. */
let other: Store
let tokens: Tokens

const clock = { now: () => now }

beforeEach(async () => {
  const data = makeMemoryData()
  store = makeMemoryStore(data)
  other = makeMemoryStore(data)
  tokens = new Tokens({ store, clock })
  await store.users.insert(bob)
})

async function issue(more: Partial<ApiTokenRow> = {}): Promise<{ text: string; row: ApiTokenRow }> {
  const text = makeApiToken().reveal()
  const parsed = parseApiToken(text)
  if (parsed === undefined) throw new TypeError('a token of ours can be parsed')
  const id = (more.id ?? text.slice(8, 16)) as ApiTokenId
  const row = { id, hash: hashApiToken(parsed), name: 'ci', createdAt: now, ...more }
  await store.tokens.insert(row)
  return { text, row }
}

describe('a token', () => {
  it('is found by its text, with the name of whose it is', async () => {
    const own = await issue()
    const his = await issue({ user: bob.id })
    const endowment = { roles: [], attributes: {} }
    expect(await tokens.find(own.text, now)).toEqual({ state: 'active', token: own.row, endowment })
    expect(await tokens.find(his.text, now)).toEqual({
      ...{ state: 'active', token: his.row, username: 'bob' },
      endowment,
    })
  })

  it('has what its user has by now, narrowed to its own list; one on its own exactly its list', async () => {
    const all = await issue({ user: bob.id })
    const few = await issue({ user: bob.id, roles: ['viewer', 'admin'] })
    const none = await issue({ user: bob.id, roles: [] })
    const own = await issue({ roles: ['nightly'] })
    const endowmentOf = async ({ text }: { readonly text: string }) => {
      const found = await tokens.find(text, now)
      return found.state === 'active' ? found.endowment : undefined
    }
    const attributes = { team: 'finance' }
    await store.users.endow(bob.id, () => ({ roles: ['analyst', 'viewer'], attributes }))
    expect(await endowmentOf(all)).toEqual({ roles: ['analyst', 'viewer'], attributes })
    expect(await endowmentOf(few)).toEqual({ roles: ['viewer'], attributes })
    expect(await endowmentOf(none)).toEqual({ roles: [], attributes })
    expect(await endowmentOf(own)).toEqual({ roles: ['nightly'], attributes: {} })
    await store.users.endow(bob.id, () => ({ roles: ['admin'], attributes: {} }))
    expect(await endowmentOf(few)).toEqual({ roles: ['admin'], attributes: {} })
  })

  it('can be narrowed to a role that its user has by inheritance only', async () => {
    const inherited = (roles: readonly string[]) => (roles.includes('admin') ? [...roles, 'viewer'] : roles)
    const withRoles = new Tokens({ store, clock: { now: () => now }, inherited })
    const { text } = await issue({ user: bob.id, roles: ['viewer', 'owner'] })
    const rolesNow = async () => {
      const found = await withRoles.find(text, now)
      return found.state === 'active' ? found.endowment.roles : undefined
    }
    expect(await rolesNow()).toEqual([])
    await store.users.endow(bob.id, () => ({ roles: ['admin'], attributes: {} }))
    expect(await rolesNow()).toEqual(['viewer'])
  })

  it('that nobody made is unknown', async () => {
    await issue()
    for (const wrong of ['', 'Bearer', makeApiToken().reveal()])
      expect(await tokens.find(wrong, now)).toEqual({ state: 'over', why: 'unknown' })
  })

  it('is good until the millisecond before it expires', async () => {
    const { text, row } = await issue({ expiresAt: now + day })
    expect((await tokens.find(text, now + day - 1)).state).toBe('active')
    expect(await tokens.find(text, now + day)).toEqual({ state: 'over', why: 'expired', id: row.id })
    expect((await tokens.findAgain(row, now + day - 1)).state).toBe('active')
    expect((await tokens.findAgain(row, now + day)).state).toBe('over')
  })

  it('is over once revoked', async () => {
    const { text, row } = await issue()
    await other.tokens.revoke(row.id, now)
    expect(await tokens.find(text, now)).toEqual({ state: 'over', why: 'revoked', id: row.id })
    expect((await tokens.findAgain(row, now)).state).toBe('over')
  })

  it('rests while its user is disabled, and ends with the user', async () => {
    const { text, row } = await issue({ user: bob.id })
    await other.users.disable(bob.id, now)
    expect(await tokens.find(text, now)).toEqual({ state: 'over', why: 'user-disabled', id: row.id })
    await other.users.enable(bob.id)
    expect((await tokens.find(text, now)).state).toBe('active')
    await other.users.remove(bob.id, now)
    expect(await tokens.find(text, now)).toEqual({ state: 'over', why: 'revoked', id: row.id })
  })
})

describe('the last use', () => {
  const lastUse = async ({ row }: { row: ApiTokenRow }) =>
    (await other.tokens.find(row.hash))?.token.lastUsedAt

  it('waits for the sweep, so that a request costs no disk write', async () => {
    const one = await issue()
    await tokens.review()
    tokens.markUsed(one.row.id, now)
    now += 29_999
    await tokens.review()
    expect(await lastUse(one)).toBeUndefined()
    now += 1
    await tokens.review()
    expect(await lastUse(one)).toBe(now - 30_000)
  })

  it('is written when the gate closes', async () => {
    const one = await issue()
    tokens.markUsed(one.row.id, now)
    await tokens.close()
    expect(await lastUse(one)).toBe(now)
  })
})

describe('whoever watches a token', () => {
  const watched = async (more: Partial<ApiTokenRow> = {}) => {
    const { row } = await issue(more)
    const ends: string[] = []
    await tokens.review()
    const stop = tokens.watch(row, (why) => ends.push(why))
    await tokens.review()
    expect(ends).toEqual([])
    return { row, ends, stop }
  }

  it('is called at the next review when the operator revoked it', async () => {
    const { row, ends } = await watched()
    await other.tokens.revoke(row.id, now)
    await tokens.review()
    await tokens.review()
    expect(ends).toEqual(['revoked'])
  })

  it('is called when it expires, not before', async () => {
    const { ends } = await watched({ expiresAt: now + day })
    now += day - 1
    await tokens.review()
    expect(ends).toEqual([])
    now += 1
    await tokens.review()
    expect(ends).toEqual(['expired'])
  })

  it.each(['disable', 'remove'] as const)('is called when somebody %ss its user', async (deed) => {
    const { ends } = await watched({ user: bob.id })
    await other.users[deed](bob.id, now)
    await tokens.review()
    expect(ends).toEqual([deed === 'disable' ? 'user-disabled' : 'revoked'])
  })

  it('is told when its user has other roles or attributes', async () => {
    const { row, text } = await issue({ user: bob.id, roles: ['viewer'] })
    const found = await tokens.find(text, now)
    if (found.state !== 'active') throw new TypeError('it was just issued')
    const told: (readonly string[])[] = []
    const { endowment } = found
    tokens.watch(
      { ...row, endowment },
      () => undefined,
      ({ roles }) => told.push(roles),
    )
    await tokens.review()
    await other.users.endow(bob.id, () => ({ roles: ['admin', 'viewer'], attributes: {} }))
    await tokens.review()
    await other.users.endow(bob.id, () => ({ roles: ['viewer'], attributes: {} }))
    await tokens.review()
    expect(told).toEqual([['viewer']])
  })

  it('is not called after taking the watch back, nor for the end of another token', async () => {
    const { row, ends, stop } = await watched()
    const another = await issue()
    await other.tokens.revoke(another.row.id, now)
    await tokens.review()
    stop()
    await other.tokens.revoke(row.id, now)
    await tokens.review()
    expect(ends).toEqual([])
  })

  it('is called when the token had ended before it began to watch', async () => {
    const { row } = await issue()
    await tokens.review()
    await store.tokens.revoke(row.id, now)
    const ends: string[] = []
    tokens.watch(row, (why) => ends.push(why))
    await tokens.review()
    expect(ends).toEqual(['revoked'])
  })

  it('is called when the store has been silent for five seconds, since nobody can vouch for the token', async () => {
    let silent = false
    const changes = () => (silent ? Promise.reject(new TypeError('gone')) : store.changes())
    tokens = new Tokens({ store: { tokens: store.tokens, changes }, clock })
    const { ends } = await watched()
    silent = true
    now += 4_999
    await expect(tokens.review()).rejects.toThrow('gone')
    expect(ends).toEqual([])
    now += 1
    await expect(tokens.review()).rejects.toThrow('gone')
    expect(ends).toEqual(['silent'])
  })
})

describe('a review', () => {
  it('that failed is made up for by the next one', async () => {
    let broken = false
    const find: Store['tokens']['find'] = (hash) =>
      broken ? Promise.reject(new TypeError('busy')) : store.tokens.find(hash)
    tokens = new Tokens({
      store: { tokens: { ...store.tokens, find }, changes: () => store.changes() },
      clock,
    })
    const { row } = await issue()
    await tokens.review()
    // Between being found and being watched.
    await store.tokens.revoke(row.id, now)
    const ends: string[] = []
    tokens.watch(row, (why) => ends.push(why))
    broken = true
    await expect(tokens.review()).rejects.toThrow('busy')
    broken = false
    await tokens.review()
    expect(ends).toEqual(['revoked'])
  })

  it('writes last uses although the clock was set back', async () => {
    await tokens.review()
    now -= day
    const { row } = await issue()
    tokens.markUsed(row.id, now)
    await tokens.review()
    expect((await store.tokens.find(row.hash))?.token.lastUsedAt).toBe(now)
  })

  it('asks the store about watched tokens only when there is a reason to', async () => {
    let asked = 0
    const find: Store['tokens']['find'] = (hash) => {
      asked += 1
      return store.tokens.find(hash)
    }
    tokens = new Tokens({
      store: { tokens: { ...store.tokens, find }, changes: () => store.changes() },
      clock,
    })
    const { row } = await issue({ expiresAt: now + day })
    tokens.watch(row, () => undefined)
    await tokens.review()
    asked = 0
    for (let turn = 0; turn < 50; turn++) {
      now += 500
      await tokens.review()
    }
    expect(asked).toBe(0)
  })

  it('forgets tokens that have been over for 90 days', async () => {
    const { text, row } = await issue()
    await store.tokens.revoke(row.id, now)
    now += 90 * day
    await tokens.review()
    expect(await tokens.find(text, now)).toMatchObject({ why: 'revoked' })
    now += 30_000
    await tokens.review()
    expect(await tokens.find(text, now)).toEqual({ state: 'over', why: 'unknown' })
  })
})
