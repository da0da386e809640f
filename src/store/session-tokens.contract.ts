/** The part of the engines' suite about session tokens that are replaced, keys of proof, and confirmations. */
import { expect, test } from 'vitest'
import type { NextToken, ProofKey, SessionId, TokenHash } from './rows.ts'
import { foundOf, hour, sessionOf, sessionRow, start, userRow } from './sample-rows.contract.ts'
import type { Fresh } from './store.contract.ts'

const next = (name: string): NextToken => ({ hash: `next-${name}` as TokenHash, salt: `salt-${name}` })
const times = { formerGoodUntil: start + 60_000, renewAt: start + hour }
const a = sessionRow('a')
export const proofKey: ProofKey = { alg: 'ecdsa-p256-sha256', keyid: 'thumbprint', key: 'point' }

export function describeSessionTokens(fresh: Fresh): void {
  test('a session keeps its key, its next token and when its password was given', async () => {
    const [store, other] = await fresh()
    const row = sessionRow('a', { proofKey, nextToken: next('1'), authAt: start - 5, renewAt: start - 7 })
    await store.sessions.insert(row)
    expect(await other.sessions.find(row.tokenHash)).toEqual(row)
    expect(await other.sessions.findById(row.id)).toEqual(row)
    expect(await other.sessions.findByOther(next('1').hash)).toEqual({ kind: 'next', session: row })
    expect(await other.sessions.listOpen()).toEqual([row])
  })

  test('a session is found by its id with what its user has, over or not', async () => {
    const [store, other] = await fresh()
    await store.users.insert(userRow('bob'))
    await store.sessions.insert(sessionOf('bob'))
    expect(await other.sessions.findById(sessionOf('bob').id)).toEqual(foundOf('bob'))
    const end = { endedAt: start + 1, ended: 'token-reused' } as const
    await store.sessions.end(sessionOf('bob').id, end.endedAt, end.ended)
    expect(await other.sessions.findById(sessionOf('bob').id)).toEqual(foundOf('bob', end))
    expect(await other.sessions.findById('id-unknown' as SessionId)).toBeUndefined()
  })

  test('whoever asks gets the same next token, until it is used', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(a)
    expect(await store.sessions.offer(a.id, a.tokenHash, next('1'))).toEqual(next('1'))
    expect(await other.sessions.offer(a.id, a.tokenHash, next('2'))).toEqual(next('1'))
    expect(await other.sessions.find(a.tokenHash)).toEqual({ ...a, nextToken: next('1') })
    expect(await other.sessions.findByOther(next('1').hash)).toEqual({
      kind: 'next',
      session: { ...a, nextToken: next('1') },
    })
    expect(await other.sessions.findByOther(next('2').hash)).toBeUndefined()
    expect(await other.sessions.findByOther(a.tokenHash)).toBeUndefined()
  })

  test('the next token takes the place of the one before, once, and that is remembered', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(a)
    await store.sessions.offer(a.id, a.tokenHash, next('1'))
    const answers = await Promise.all([
      store.sessions.advance(a.id, next('1').hash, times),
      other.sessions.advance(a.id, next('1').hash, { ...times, formerGoodUntil: start + hour }),
    ])
    expect(answers).toEqual([true, false])
    const session = { ...a, tokenHash: next('1').hash, renewAt: times.renewAt }
    expect(await other.sessions.find(next('1').hash)).toEqual(session)
    expect(await other.sessions.find(a.tokenHash)).toBeUndefined()
    expect(await other.sessions.findByOther(next('1').hash)).toBeUndefined()
    const replaced = { kind: 'replaced', session, goodUntil: times.formerGoodUntil }
    expect(await other.sessions.findByOther(a.tokenHash)).toEqual(replaced)
    expect(await other.sessions.offer(a.id, a.tokenHash, next('2'))).toBeUndefined()
    expect(await other.sessions.find(next('1').hash)).toEqual(session)
  })

  test('every token that a session had is known for as long as the session, and no longer', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(a)
    await store.sessions.insert(sessionRow('b', { nextToken: next('b') }))
    const tokens = [a.tokenHash, ...['1', '2', '3'].map((name) => next(name).hash)]
    for (const [at, name] of ['1', '2', '3'].entries()) {
      await store.sessions.offer(a.id, tokens[at] ?? a.tokenHash, next(name))
      await store.sessions.advance(a.id, next(name).hash, times)
    }
    await store.sessions.advance(sessionRow('b').id, next('b').hash, times)
    const kinds = async () =>
      Promise.all(tokens.map(async (hash) => (await other.sessions.findByOther(hash))?.kind))
    expect(await kinds()).toEqual(['replaced', 'replaced', 'replaced', undefined])
    await store.sessions.end(a.id, start + 1, 'logout')
    expect(await kinds()).toEqual(['replaced', 'replaced', 'replaced', undefined])
    await other.sessions.prune(start + 2)
    expect(await kinds()).toEqual([undefined, undefined, undefined, undefined])
    expect(await store.sessions.find(next('3').hash)).toBeUndefined()
    expect((await store.sessions.findByOther(sessionRow('b').tokenHash))?.kind).toBe('replaced')
  })

  test('a session that is over gets no other token', async () => {
    const [store, other] = await fresh()
    for (const name of ['a', 'b']) await store.sessions.insert(sessionRow(name))
    const b = sessionRow('b')
    await store.sessions.offer(b.id, b.tokenHash, next('b'))
    for (const { id } of [a, b]) await other.sessions.end(id, start + 1, 'logout')
    expect(await store.sessions.offer(a.id, a.tokenHash, next('a'))).toBeUndefined()
    expect(await store.sessions.offer(b.id, b.tokenHash, next('c'))).toBeUndefined()
    expect(await store.sessions.advance(b.id, next('b').hash, times)).toBe(false)
    expect(await other.sessions.findByOther(b.tokenHash)).toBeUndefined()
    expect((await other.sessions.findByOther(next('b').hash))?.session.ended).toBe('logout')
    expect(await store.sessions.offer('id-unknown' as SessionId, b.tokenHash, next('d'))).toBeUndefined()
  })

  test('a next token that is not the session’s is not taken for it', async () => {
    const [store] = await fresh()
    await store.sessions.insert(a)
    await store.sessions.insert(sessionRow('b', { nextToken: next('b') }))
    expect(await store.sessions.advance(a.id, next('b').hash, times)).toBe(false)
    expect(await store.sessions.offer(a.id, sessionRow('b').tokenHash, next('a'))).toBeUndefined()
    expect(await store.sessions.findById(a.id)).toEqual(a)
  })

  test('a confirmation moves the time of the password forward, never back, and has the token replaced', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(a)
    expect(await store.sessions.confirm(a.id, start + 9, start + 20)).toBe(true)
    expect(await other.sessions.confirm(a.id, start + 7, start + 30)).toBe(true)
    expect(await other.sessions.find(a.tokenHash)).toEqual({ ...a, authAt: start + 9, renewAt: start + 20 })
    const due = sessionRow('due', { renewAt: start - 1 })
    await store.sessions.insert(due)
    await store.sessions.confirm(due.id, start + 9, start + 20)
    expect(await store.sessions.find(due.tokenHash)).toEqual({ ...due, authAt: start + 9 })
  })

  test('a session that is over, or that nobody knows, is not confirmed', async () => {
    const [store, other] = await fresh()
    await store.sessions.insert(a)
    await store.sessions.end(a.id, start + 1, 'logout')
    expect(await other.sessions.confirm(a.id, start + 2, start + 3)).toBe(false)
    expect(await other.sessions.confirm('id-unknown' as SessionId, start + 2, start + 3)).toBe(false)
    expect((await store.sessions.find(a.tokenHash))?.authAt).toBe(start)
  })
}
