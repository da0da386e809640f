/** Who is asked for the password again: whom it would help, and nobody else. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '../app/model.ts'
import { confirmationField, parseStepUp } from '../contract/proof.ts'
import type { StepUpTickets } from '../login/step-up-tickets.ts'
import { isRefusal, refuse } from '../refusals.ts'
import type { Content, Principal, Proven, Resolved, Target } from '../request.ts'
import type { SessionId } from '../store/rows.ts'
import { authorizeTarget } from './authorize-target.ts'
import {
  bob,
  bobsProgram,
  guest,
  makeTickets,
  nobody,
  now,
  policyOf,
  requestFor,
} from './requests.contract.ts'

const policy = policyOf(`
  @id("open") permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"open");
  @id("recent") permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"recent")
    when { context.authAge <= 5 };
  @id("each") permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"each")
    when { context.fresh };
  @id("both") permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"both")
    when { context.fresh && context.authAge <= 5 };
  @id("far") permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"far")
    when { context.fresh && context.mfa };
  @id("upload") permit (principal, action == Sekisho::Action::"uploadFile", resource) when { context.authAge <= 5 };
  @id("feed") permit (principal, action == Sekisho::Action::"feedEvent", resource);
  @id("mcp") permit (principal, action == Sekisho::Action::"useMcp", resource);
`)

let at: number
let stepUp: StepUpTickets

beforeEach(() => {
  at = now
  stepUp = makeTickets({ now: () => at })
})

const body = (text: string) => ({ kind: 'json', value: { data: [text] } }) as unknown as Content

function called(
  name: string,
  more: Partial<Proven> = {},
  target: Partial<Target> = {},
  id = 'queue.join',
): Resolved {
  const call = { endpoint: { name } as Endpoint, data: ['a'], arguments: { text: 'a' } }
  const resource = { kind: 'endpoint', name, group: name } as const
  const resolved = { content: body('a'), target: { files: [], resource, call, ...target } }
  return { ...requestFor(id, more), ...resolved } as unknown as Resolved
}

async function answer(request: Resolved) {
  const found = await authorizeTarget(request, { policy, rolesOf: async () => [], stepUp })
  if (!isRefusal(found)) return found.permit.policies
  const asked = parseStepUp(found.stepUp)
  return asked === undefined ? found.code : { code: found.code, because: found.because, asked }
}

/** What the window hands out once the password was given for what was refused. */
async function confirmed(request: Resolved, session = 'bobs-session' as SessionId): Promise<string> {
  const refused = await answer(request)
  if (typeof refused === 'string' || !('asked' in refused)) throw new TypeError('Nobody was asked.')
  const ticket = stepUp.read(refused.asked.ticket, session)
  if (typeof ticket === 'string') throw new TypeError(ticket)
  return stepUp.confirm(ticket) ?? ''
}

const showing = (code: string) => ({ headers: { [confirmationField]: code } })

describe('a password that is too old', () => {
  it.each([bob, guest])('is asked for again, of %o', async (principal) => {
    expect(await answer(called('recent', { principal }))).toMatchObject({
      ...{ code: 'step-up-required', because: { for: 'age' }, asked: { what: 'age' } },
    })
  })

  it('is asked for by any deed', async () => {
    const upload = { ...called('x', {}, {}, 'file.upload'), target: { files: [], resource: { kind: 'app' } } }
    expect(await answer(upload as unknown as Resolved)).toMatchObject({ asked: { what: 'age' } })
  })

  it('is not asked for where it is new enough, or would not help, or nobody could type it', async () => {
    expect(await answer(called('open'))).toEqual(['open'])
    expect(await answer(called('elsewhere'))).toBe('policy-denied')
    expect(await answer(called('far'))).toBe('policy-denied')
    expect(await answer(called('recent', { principal: bobsProgram }))).toBe('policy-denied')
    expect(await answer(called('recent', { principal: nobody }))).toBe('login-required')
    expect(await answer(called('recent', {}, { rpcId: 1 }))).toBe('policy-denied')
  })

  it('is not asked for by a call that would be refused all the same', async () => {
    const misfit = refuse('input-invalid')
    expect(await answer(called('recent', {}, { misfit }))).toBe('policy-denied')
    const files = [{ path: '/tmp/a', standing: 'unknown', owners: [] }] as const
    expect(await answer(called('recent', {}, { files }))).toBe('policy-denied')
  })
})

describe('a call that has to be confirmed', () => {
  it.each(['each', 'both'])('is asked about: %s', async (name) => {
    expect(await answer(called(name))).toMatchObject({
      ...{ code: 'step-up-required', because: { for: 'call' }, asked: { what: 'call' } },
    })
  })

  it('passes with its code, once', async () => {
    const code = await confirmed(called('each'))
    expect(await answer(called('each', showing(code)))).toEqual(['each'])
    expect(await answer(called('each', showing(code)))).toMatchObject({
      ...{ code: 'step-up-required', because: { for: 'call', confirmation: 'reused' } },
    })
  })

  it('passes by no tool: nobody is asked there, and a code from elsewhere is none', async () => {
    const tool = { rpcId: 1, action: 'callFunction' } as const
    expect(await answer(called('open', {}, tool, 'mcp.call'))).toEqual(['mcp', 'open'])
    expect(await answer(called('each', {}, tool, 'mcp.call'))).toBe('policy-denied')
    const code = await confirmed(called('each'))
    expect(await answer(called('each', showing(code), tool, 'mcp.call'))).toBe('policy-denied')
  })

  it('passes with its code where the password has to be recent as well, and for this call it is', async () => {
    const code = await confirmed(called('both'))
    expect(await answer(called('both', showing(code)))).toEqual(['both'])
  })

  it.each<[string, (code: string) => Resolved, string]>([
    ['other arguments', (code) => ({ ...called('each', showing(code)), content: body('b') }), 'other-call'],
    ['another function', (code) => called('both', showing(code)), 'other-call'],
    [
      'another path',
      (code) => called('each', { ...showing(code), path: '/x' as Resolved['path'] }),
      'other-call',
    ],
    ['another query', (code) => called('each', { ...showing(code), query: 'a=1' }), 'other-call'],
    ['a code that was made up', () => called('each', showing('AAAA')), 'forged'],
    ['a code with something behind it', (code) => called('each', showing(`${code}A`)), 'forged'],
  ])('is refused with %s', async (_, ask, confirmation) => {
    expect(await answer(ask(await confirmed(called('each'))))).toMatchObject({
      ...{ code: 'step-up-required', because: { confirmation } },
    })
  })

  it('is refused with the code of another session, and with one that is over', async () => {
    const theirs = { kind: 'guest', session: { id: 'theirs' as SessionId, authAt: now } } as Principal
    const code = await confirmed(called('each', { principal: theirs }), 'theirs' as SessionId)
    expect(await answer(called('each', showing(code)))).toMatchObject({
      because: { confirmation: 'other-session' },
    })
    const own = await confirmed(called('each'))
    at += 60_000
    const late = { ...called('each', { ...showing(own), at }), headAt: at - 1 }
    expect(await answer(called('each', { ...showing(own), at }))).toMatchObject({
      because: { confirmation: 'expired' },
    })
    // Shown in time, by a request whose body was long in coming.
    expect(await answer(late)).toEqual(['each'])
  })

  it('is no call of a program, of MCP, nor the feeding of one that runs', async () => {
    expect(await answer(called('each', { principal: bobsProgram }))).toBe('policy-denied')
    expect(await answer(called('each', {}, { action: 'callFunction' }, 'mcp.call.http'))).toBe(
      'policy-denied',
    )
    expect(await answer(called('each', {}, {}, 'event.feed'))).toBe('policy-denied')
  })

  it('stays what it was for open streams: the request says that it was confirmed', async () => {
    const code = await confirmed(called('each'))
    const found = await authorizeTarget(called('each', showing(code)), {
      ...{ policy, rolesOf: async () => [], stepUp },
    })
    expect(found).toMatchObject({ fresh: true })
  })
})
