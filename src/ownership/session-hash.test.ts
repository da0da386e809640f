import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../kit/secret.ts'
import type { Owner } from './owner.ts'
import { isOfOneCall, SessionHashes } from './session-hash.ts'

const key = new Secret(new Uint8Array(32).fill(7))
const hashes = new SessionHashes({ key, instance: 'gate-a' })
const [alice, bob] = ['user:alice' as Owner, 'user:bob' as Owner]

const letters = [...'ABCXYZabcxyz019_-']
const clientHash = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 64 })
const owner = fc.constantFrom(alice, bob, 'token:t' as Owner, 'session:s' as Owner)

function upstreamOf(whose: Owner, given: string, by = hashes): string {
  const names = by.name(whose, given)
  if (names === undefined) throw new TypeError('refused')
  return names.upstream
}

describe('the upstream form of a session_hash', () => {
  it('is the client’s, a dot and 22 characters, the same at every time and in every process', () => {
    fc.assert(
      fc.property(owner, clientHash, (whose, client) => {
        const upstream = upstreamOf(whose, client)
        expect(upstream).toMatch(/^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{22}$/)
        expect(upstream.startsWith(`${client}.`)).toBe(true)
        expect(upstreamOf(whose, client, new SessionHashes({ key, instance: 'gate-a' }))).toBe(upstream)
      }),
    )
  })

  it('is the same in every release: HMAC-SHA-256 under HKDF-SHA-256 of key, instance and owner', () => {
    const fresh = new SessionHashes({ key, instance: 'gate-a' })
    expect(upstreamOf(alice, 'abc', fresh)).toBe('abc.ql13AaAON-Jy3ZYXUdwzXW')
  })

  it('differs between owners, between instances and between keys', () => {
    const others = [
      upstreamOf(bob, 'abc'),
      upstreamOf('user:alicf' as Owner, 'abc'),
      upstreamOf(alice, 'abd'),
      upstreamOf(alice, 'abc', new SessionHashes({ key, instance: 'gate-b' })),
      upstreamOf(
        alice,
        'abc',
        new SessionHashes({ key: new Secret(new Uint8Array(32)), instance: 'gate-a' }),
      ),
    ]
    expect(new Set([...others, upstreamOf(alice, 'abc')]).size).toBe(6)
  })

  it('is taken back as it is from its owner, and from nobody else', () => {
    fc.assert(
      fc.property(owner, owner, clientHash, (whose, asker, client) => {
        const upstream = upstreamOf(whose, client)
        const expected = whose === asker ? { client, upstream } : undefined
        expect(hashes.name(asker, upstream)).toEqual(expected)
      }),
    )
  })

  it('is refused when one character of it is another', () => {
    const upstream = upstreamOf(alice, 'abc')
    const dot = upstream.indexOf('.')
    for (let at = 0; at < upstream.length; at++) {
      for (const letter of ['A', 'B', '.', ' ']) {
        // Without its dot it is a short form of its own.
        if (upstream[at] === letter || at === dot) continue
        expect(hashes.name(alice, upstream.slice(0, at) + letter + upstream.slice(at + 1))).toBeUndefined()
      }
    }
  })

  it.each([
    ['nothing', ''],
    ['a hash that is too long', 'a'.repeat(65)],
    ['a MAC that is too short', 'abc.AAAAAAAAAAAAAAAAAAAAA'],
    ['two MACs', `${'abc.AAAAAAAAAAAAAAAAAAAAAA'}.AAAAAAAAAAAAAAAAAAAAAA`],
    ['a dot alone', 'abc.'],
    ['a slash', 'a/b'],
    ['a line break at the end', 'abc\n'],
    ['a letter beyond ASCII', 'äbc'],
    ['a space', 'a b'],
  ])('is not formed of %s', (_, given) => {
    expect(hashes.name(alice, given)).toBeUndefined()
  })

  it('of a MAC that does not fit never gets a second MAC', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (given) => {
        const names = hashes.name(alice, given)
        if (names !== undefined) expect(names.client).not.toContain('.')
      }),
    )
    expect(hashes.name(alice, upstreamOf(bob, 'abc'))).toBeUndefined()
  })

  it('that the gate makes is new each time, and stands in addresses of its owner’s media only', () => {
    const made = [hashes.make(alice), hashes.make(alice)] as const
    expect(made[0].upstream).not.toBe(made[1].upstream)
    expect(made.every(({ upstream }) => isOfOneCall(upstream))).toBe(true)
    for (const given of [made[0].client, made[0].upstream]) expect(hashes.name(alice, given)).toBeUndefined()
    expect(hashes.nameMedia(alice, made[0].upstream)).toEqual(made[0])
    expect(hashes.nameMedia(alice, made[0].client)).toBeUndefined()
    expect(hashes.nameMedia(bob, made[0].upstream)).toBeUndefined()
  })

  it('that a client named stands in addresses of media too', () => {
    const upstream = upstreamOf(alice, 'abc')
    expect(isOfOneCall(upstream)).toBe(false)
    expect(hashes.nameMedia(alice, upstream)).toEqual({ client: 'abc', upstream })
    expect(hashes.nameMedia(bob, upstream)).toBeUndefined()
  })

  it('stays the same when more owners came by than keys are kept', () => {
    const before = upstreamOf(alice, 'abc')
    for (let i = 0; i < 10_001; i++) hashes.name(`user:${i}` as Owner, 'abc')
    expect(upstreamOf(alice, 'abc')).toBe(before)
  })
})
