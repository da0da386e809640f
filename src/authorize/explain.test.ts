/** Which no stands for which reason: strangers are told to sign in whatever they asked for, others that they may not. */
import { describe, expect, it } from 'vitest'
import type { Decision } from '../policy/engine.ts'
import type { Authenticated, Principal } from '../request.ts'
import { unknownRoute } from '../catalog/index.ts'
import { explain } from './explain.ts'
import { bob, guest, nobody, program, requestFor } from './requests.contract.ts'

const no: Decision = { allow: false, reason: 'not-permitted', policies: ['a', 'b'] }

const codeOf = (id: string, more: Partial<Authenticated>, decision: Decision = no) =>
  explain(requestFor(id, more), decision).code

/** Every way to miss, from the first of the ladder to the last. */
const misses: readonly (readonly [string, Partial<Authenticated>, string])[] = [
  ['queue.join', {}, 'policy-denied'],
  ['closed.monitoring', {}, 'route-closed'],
  ['queue.join', { entry: unknownRoute }, 'route-unknown'],
  ['queue.join', { entry: unknownRoute, methodKnown: false }, 'method-not-allowed'],
  ['closed.monitoring', { methodKnown: false }, 'method-not-allowed'],
  ['queue.join', { methodKnown: false }, 'method-not-allowed'],
]

describe('a refusal', () => {
  it.each([bob, guest, program])('says to $kind what is wrong, the route before the right', (principal) => {
    for (const [id, more, code] of misses) expect(codeOf(id, { ...more, principal }), code).toBe(code)
  })

  it.each<[Principal, string]>([
    [nobody, 'login-required'],
    [{ kind: 'nobody', lapsed: 'expired' }, 'session-expired'],
    [{ kind: 'nobody', lapsed: 'ended' }, 'session-ended'],
    [{ kind: 'nobody', lapsed: 'token' }, 'token-invalid'],
  ])('says to %o only that they have to sign in, whether there is such a route or not', (principal, code) => {
    for (const [id, more] of misses) expect(codeOf(id, { ...more, principal })).toBe(code)
  })

  it.each([bob, nobody])('says nothing to $kind where the policy could not be asked', (principal) => {
    const fault: Decision = { allow: false, reason: 'engine-fault', policies: [] }
    for (const [id, more] of misses) expect(codeOf(id, { ...more, principal }, fault)).toBe('internal-fault')
  })

  it('has the reason and the policies for the log, and of a route that goes nowhere that it is closed', () => {
    expect(explain(requestFor('queue.join'), no).because).toEqual({
      reason: 'not-permitted',
      policies: 'a b',
    })
    const yes: Decision = { allow: true, policies: ['a'] }
    expect(explain(requestFor('closed.monitoring'), yes)).toMatchObject({
      code: 'route-closed',
      because: { reason: 'closed' },
    })
  })

  it('has what was wrong with a token', () => {
    const principal: Principal = { kind: 'nobody', lapsed: 'token', because: { token: 'revoked' } }
    expect(explain(requestFor('queue.join', { principal }), no).because).toEqual({
      token: 'revoked',
      reason: 'not-permitted',
      policies: 'a b',
    })
  })
})
