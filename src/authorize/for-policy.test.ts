/** Who asks, and when and how they signed in, as policies know it. */
import { describe, expect, it } from 'vitest'
import type { Proof } from '../request.ts'
import { contextOf, forPolicy } from './for-policy.ts'
import { bob, bobsProgram, guest, nobody, now, program, requestFor } from './requests.contract.ts'

const endowed = { roles: ['viewer'], attributes: { department: 'finance' } }

describe('whoever asks', () => {
  it('is known by name, roles and attributes, and a program by its own besides whose it is', () => {
    expect(forPolicy(guest)).toEqual({ kind: 'guest' })
    expect(forPolicy(nobody)).toEqual({ kind: 'nobody' })
    expect(forPolicy(bob)).toEqual({ kind: 'user', username: 'bob', ...endowed })
    expect(forPolicy(program)).toStrictEqual({ kind: 'token', id: 'ci', ...endowed })
    expect(forPolicy(bobsProgram)).toEqual({ kind: 'token', id: 'ci', user: 'bob', ...endowed })
  })
})

describe('the circumstances', () => {
  it('are those of the request', () => {
    expect(contextOf(requestFor('queue.join'))).toEqual({
      method: 'password',
      mfa: false,
      proof: false,
      fresh: false,
      authAge: 10,
      address: '203.0.113.7',
      tls: true,
      now,
    })
    const proof = { kind: 'held', renew: false } as unknown as Proof
    expect(contextOf(requestFor('queue.join', { proof })).proof).toBe(true)
    const plain = requestFor('queue.join', { site: { scheme: 'http', host: 'gate.test' } })
    expect(contextOf(plain).tls).toBe(false)
  })

  it.each([
    [guest, 'password', 10],
    [bob, 'password', 10],
    [program, 'token', 60],
    [nobody, 'none', 0],
  ] as const)('of %o are %s, %d seconds ago', (principal, method, authAge) => {
    expect(contextOf(requestFor('queue.join', { principal }))).toMatchObject({ method, authAge })
  })

  it('are never of the future, even where clocks differ', () => {
    expect(contextOf(requestFor('queue.join', { at: now - 20_000 })).authAge).toBe(0)
  })
})
