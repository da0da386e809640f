/** The first answer, before anything is read: no possible yes, a closed route, another site or an old password ends it. */
import { describe, expect, it } from 'vitest'
import { isRefusal } from '../refusals.ts'
import type { Authenticated } from '../request.ts'
import { authorize } from './authorize.ts'
import { bob, guest, nobody, now, policyOf, requestFor } from './requests.contract.ts'

const policy = policyOf(`
  @id("calls") permit (principal, action == Sekisho::Action::"callFunction", resource);
  @id("open") permit (principal, action in Sekisho::Action::"public", resource);
  @id("pages") permit (principal, action == Sekisho::Action::"viewPage", resource);
`)
const day = 86_400_000

function answer(id: string, more: Partial<Authenticated> = {}, passwords: { maxAgeMs?: number } = {}) {
  const request = requestFor(id, more)
  const found = authorize(request, { policy, passwords, embed: [] })
  if (isRefusal(found)) return { code: found.code, because: found.because }
  const { allow, ...rest } = found
  expect(rest).toEqual(request)
  return { policies: allow.policies }
}

describe('a request', () => {
  it('goes on where a yes is possible, with the policies that may give it', () => {
    expect(answer('queue.join')).toEqual({ policies: ['calls'] })
    expect(answer('queue.join', { principal: guest })).toEqual({ policies: ['calls'] })
    expect(answer('asset.favicon', { principal: nobody })).toEqual({ policies: ['open'] })
  })

  it('ends where none is', () => {
    expect(answer('file.upload').code).toBe('policy-denied')
    expect(answer('queue.join', { principal: nobody }).code).toBe('login-required')
  })

  it('ends at a route that goes nowhere whatever the policy says', () => {
    const closed = { ...requestFor('queue.join').entry, goesTo: 'nowhere' as const }
    expect(answer('queue.join', { entry: closed })).toEqual({
      code: 'route-closed',
      because: { reason: 'closed' },
    })
  })

  it('of a stranger ends where another site made the browser send it, and where it would end anyway for that', () => {
    const from = { headers: { origin: 'https://evil.test' }, principal: nobody }
    expect(answer('gate.login.start', from)).toEqual({ code: 'origin-foreign', because: { field: 'origin' } })
    expect(answer('queue.join', from).code).toBe('login-required')
  })

  it('ends where the password is too old', () => {
    const principal =
      bob.kind === 'user' ? { ...bob, session: { ...bob.session, passwordAt: now - day } } : bob
    expect(answer('queue.join', { principal }, { maxAgeMs: day }).code).toBe('password-expired')
    expect(answer('queue.join', { principal }, { maxAgeMs: day + 1 })).toEqual({ policies: ['calls'] })
    expect(answer('queue.join', { principal })).toEqual({ policies: ['calls'] })
  })
})
