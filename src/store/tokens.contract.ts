/** The part of the engines' suite about API tokens. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ApiTokenHash, ApiTokenId } from './rows.ts'
import { hour, start, tokenRow, userRow } from './sample-rows.contract.ts'
import { proofKey } from './session-tokens.contract.ts'
import type { Fresh } from './store.contract.ts'

const refused: unknown = expect.objectContaining({ code: 'store-unusable' })
const bob = userRow('bob')

export function describeTokens(fresh: Fresh): void {
  test('a token is found by its hash, as inserted, with its user as of now', async () => {
    const [store, other] = await fresh()
    const whole = tokenRow('whole', {
      user: bob.id,
      roles: ['viewer', 'analyst'],
      proofKey,
      expiresAt: start + 1,
      lastUsedAt: start + 2,
      revokedAt: start + 3,
    })
    await store.users.insert(bob)
    await store.tokens.insert(tokenRow('own', { roles: [] }))
    await store.tokens.insert(whole)
    expect(await other.tokens.find(tokenRow('own').hash)).toEqual({ token: tokenRow('own', { roles: [] }) })
    expect(await other.tokens.find(whole.hash)).toEqual({ token: whole, user: bob })
    expect(await other.tokens.find('unknown' as ApiTokenHash)).toBeUndefined()
    await store.users.noteLogin(bob.id, start + 4)
    await store.users.disable(bob.id, start + 5)
    const given = { roles: ['admin'], attributes: { team: 'finance' } }
    await store.users.endow(bob.id, () => given)
    expect((await other.tokens.find(whole.hash))?.user).toEqual({
      ...bob,
      ...given,
      lastLoginAt: start + 4,
      disabledAt: start + 5,
    })
  })

  test('text comes back as it was, whatever it holds', async () => {
    const [store] = await fresh()
    await fc.assert(
      fc.asyncProperty(fc.uuid(), fc.string({ unit: 'grapheme' }), async (id, name) => {
        const row = tokenRow(id, { name })
        await store.tokens.insert(row)
        expect(await store.tokens.find(row.hash)).toEqual({ token: row })
      }),
      { numRuns: 30 },
    )
  })

  test('an id or a hash that was used before, and a user whom nobody knows, are refused', async () => {
    const [store, other] = await fresh()
    const row = tokenRow('a')
    await store.tokens.insert(row)
    await expect(other.tokens.insert(tokenRow('b', { id: row.id }))).rejects.toEqual(refused)
    await expect(other.tokens.insert(tokenRow('b', { hash: row.hash }))).rejects.toEqual(refused)
    await expect(other.tokens.insert(tokenRow('b', { user: bob.id }))).rejects.toEqual(refused)
    expect(await store.tokens.list()).toEqual([{ token: row }])
  })

  test('two tokens may have one name', async () => {
    const [store] = await fresh()
    for (const name of ['a', 'b']) await store.tokens.insert(tokenRow(name, { name: 'ci' }))
    expect(await store.tokens.list()).toHaveLength(2)
  })

  test('tokens are listed oldest first, those of one moment in the order they came, ended ones too', async () => {
    const [store, other] = await fresh()
    await store.users.insert(bob)
    const rows = [
      tokenRow('early', { createdAt: start - 1, expiresAt: start }),
      tokenRow('z', { revokedAt: start + 1 }),
      tokenRow('a', { user: bob.id }),
      tokenRow('late', { createdAt: start + 1 }),
    ]
    for (const at of [3, 1, 2, 0]) await store.tokens.insert(rows[at] ?? tokenRow('missing'))
    expect(await other.tokens.list()).toEqual(
      rows.map((token) => (token.user === undefined ? { token } : { token, user: bob })),
    )
  })

  test('a token is revoked once, by whoever comes first', async () => {
    const [store, other] = await fresh()
    const { id, hash } = tokenRow('a')
    await store.tokens.insert(tokenRow('a'))
    const answers = await Promise.all([
      store.tokens.revoke(id, start + 1),
      other.tokens.revoke(id, start + 2),
      other.tokens.revoke('token-unknown' as ApiTokenId, start + 2),
    ])
    expect(answers).toEqual([true, false, false])
    expect(await other.tokens.find(hash)).toEqual({ token: tokenRow('a', { revokedAt: start + 1 }) })
  })

  test('the last use moves forward, never back, for many in one call', async () => {
    const [store, other] = await fresh()
    for (const name of ['a', 'b', 'c']) await store.tokens.insert(tokenRow(name))
    const seen = (name: string, at: number) => ({ id: tokenRow(name).id, at: start + at })
    await store.tokens.touch([])
    await store.tokens.touch([seen('a', 9), seen('unknown', 9), seen('b', 8), seen('a', 7)])
    await other.tokens.touch([seen('a', 1), seen('b', 10)])
    expect((await store.tokens.list()).map(({ token }) => token.lastUsedAt)).toEqual([
      start + 9,
      start + 10,
      undefined,
    ])
  })

  test('pruning forgets what expired or was revoked before the given time, and its hash', async () => {
    const [store] = await fresh()
    const times = {
      expired: { expiresAt: start - 1 },
      revoked: { revokedAt: start - 1, expiresAt: start + hour },
      'expires-now': { expiresAt: start },
      'revoked-now': { revokedAt: start },
      endless: {},
    }
    for (const [name, change] of Object.entries(times)) await store.tokens.insert(tokenRow(name, change))
    expect(await store.tokens.prune(start)).toBe(2)
    expect(await store.tokens.prune(start)).toBe(0)
    expect((await store.tokens.list()).map(({ token }) => token.name)).toEqual([
      'expires-now',
      'revoked-now',
      'endless',
    ])
    expect(await store.tokens.find(tokenRow('expired').hash)).toBeUndefined()
  })
}
