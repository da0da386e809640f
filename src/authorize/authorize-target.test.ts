/** The last answer: every question a yes, every file named readable, and what is the only one of its kind still free. */
import { describe, expect, it } from 'vitest'
import type { Owner } from '../ownership/owner.ts'
import type { FileStanding } from '../ownership/ownership.ts'
import type { PolicyResource } from '../policy/engine.ts'
import { isRefusal, refuse } from '../refusals.ts'
import type { Call, Resolved, Target } from '../request.ts'
import { authorizeTarget } from './authorize-target.ts'
import { makeTickets, policyOf, requestFor } from './requests.contract.ts'

const policy = policyOf(`
  @id("mcp") permit (principal, action == Sekisho::Action::"useMcp", resource);
  @id("predict") permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"predict");
  @id("short") permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"lookup")
    when { context.arguments.texts.hasTag("text") && context.arguments.texts.getTag("text") == "x" };
  @id("feed") permit (principal, action == Sekisho::Action::"feedEvent", resource);
  @id("files") permit (principal, action == Sekisho::Action::"readFile", resource) when { resource.own || resource.shared };
  @id("team") permit (principal, action == Sekisho::Action::"readOthersFile", resource)
    when { resource.ownerRoles.contains(Sekisho::Role::"team") };
`)

const stepUp = makeTickets()
const alice = 'user:alice' as Owner
const rolesOf = async (owners: readonly Owner[]) => (owners.includes(alice) ? ['team'] : [])

const endpoint = (name: string): PolicyResource => ({ kind: 'endpoint', name, group: name })
const call = (text: string) => ({ arguments: { text } }) as unknown as Call
const named = (standing: FileStanding['standing'], ...owners: readonly Owner[]): FileStanding => ({
  path: '/tmp/a',
  standing,
  owners,
})

const requested = (id: string, target: Partial<Target>) =>
  ({
    ...requestFor(id),
    content: { kind: 'none' },
    target: { files: [], ...target },
  }) as unknown as Resolved

const answerBy = (by: typeof policy, target: Partial<Target>) =>
  authorizeTarget(requested('queue.join', target), { policy: by, rolesOf, stepUp })

async function answer(id: string, target: Partial<Target>) {
  const request = requested(id, target)
  const found = await authorizeTarget(request, { policy, rolesOf, stepUp })
  if (isRefusal(found)) return { code: found.code, because: found.because }
  const { permit, ...rest } = found
  expect(rest).toEqual(request)
  return { policies: permit.policies }
}

const calling = { resource: endpoint('predict'), call: call('x') }

describe('a call', () => {
  it('needs a yes to this function with these arguments', async () => {
    expect(await answer('queue.join', calling)).toEqual({ policies: ['predict'] })
    expect(await answer('queue.join', { ...calling, resource: endpoint('lookup') })).toEqual({
      policies: ['short'],
    })
    const denied = { code: 'policy-denied', because: { reason: 'not-permitted', policies: '' } }
    expect(await answer('queue.join', { resource: endpoint('lookup'), call: call('y') })).toEqual(denied)
    expect(await answer('queue.join', { ...calling, resource: endpoint('admin') })).toEqual(denied)
  })

  it('through a tool needs a yes to both, and names the policies of both', async () => {
    const tool = { ...calling, action: 'callFunction' } as const
    expect(await answer('mcp.call.http', tool)).toEqual({ policies: ['mcp', 'predict'] })
    expect((await answer('mcp.call.http', { ...tool, resource: endpoint('admin') })).code).toBe(
      'policy-denied',
    )
    expect((await answer('recording.process', tool)).code).toBe('policy-denied')
  })

  it('that is fed needs a yes to the call', async () => {
    expect(await answer('event.feed', calling)).toEqual({ policies: ['predict', 'feed'] })
    expect((await answer('event.feed', { ...calling, resource: endpoint('admin') })).code).toBe(
      'policy-denied',
    )
  })
})

describe('a file inside a call', () => {
  it.each([
    ['own', [named('own', 'user:bob' as Owner)]],
    ['shared', [named('shared')]],
    ['of somebody whose roles share', [named('others', 'user:carol' as Owner, alice)]],
    ['one of several such', [named('own'), named('shared'), named('others', alice)]],
  ])('may be %s', async (_, files) => {
    expect(await answer('queue.join', { ...calling, files })).toEqual({ policies: ['predict'] })
  })

  it.each<[string, readonly FileStanding[], boolean]>([
    ['unknown', [named('unknown')], false],
    // The roles of owners count for files of others only.
    ['unknown, whoever is said to own it', [named('unknown', alice)], false],
    ['of others', [named('others', 'user:carol' as Owner)], true],
    ['one of others among own ones', [named('own'), named('others', 'user:carol' as Owner)], true],
    ['unknown after one that is shared', [named('others', alice), named('unknown')], false],
  ])('must not be %s, and is answered as one that doesn’t exist', async (_, files, foreign) => {
    expect(await answer('queue.join', { ...calling, files })).toEqual({
      code: 'object-unknown',
      because: { object: 'file', foreign },
    })
  })

  it('has to be permitted, even one’s own, and whatever the roles of its owner share with others', async () => {
    const strict = policyOf(`
      permit (principal, action == Sekisho::Action::"callFunction", resource);
      permit (principal, action == Sekisho::Action::"readFile", resource)
        when { resource.ownerRoles.contains(Sekisho::Role::"team") };
    `)
    for (const file of [named('own', alice), named('shared', alice)])
      expect(await answerBy(strict, { ...calling, files: [file] })).toMatchObject({
        ...{ code: 'object-unknown', because: { object: 'file', foreign: false } },
      })
  })

  it('that nobody has is refused by a policy that permits everything, too', async () => {
    const open = policyOf('permit (principal, action, resource);')
    expect(await answerBy(open, { ...calling, files: [named('own')] })).toHaveProperty('permit')
    expect(await answerBy(open, { ...calling, files: [named('unknown')] })).toMatchObject({
      ...{ code: 'object-unknown', because: { object: 'file', foreign: false } },
    })
  })
})

describe('what does not fit the function that it is for', () => {
  it('is told to whoever may call the function, and to nobody else', async () => {
    const misfit = refuse('body-invalid', { field: 'data' })
    expect(await answer('queue.join', { ...calling, misfit })).toEqual({
      code: 'body-invalid',
      because: { field: 'data' },
    })
    expect((await answer('queue.join', { ...calling, resource: endpoint('admin'), misfit })).code).toBe(
      'policy-denied',
    )
  })
})

describe('a file by its address', () => {
  const file = (standing: 'own' | 'others', ...ownerRoles: readonly string[]): PolicyResource => ({
    kind: 'file',
    standing,
    ownerRoles,
  })

  it('of others is there for whom a policy lets read it, and doesn’t exist for the rest', async () => {
    expect(await answer('file.read', { resource: file('own') })).toEqual({ policies: ['files'] })
    expect(await answer('file.read', { resource: file('others', 'team') })).toEqual({ policies: ['team'] })
    expect(await answer('file.read', { resource: file('others', 'sales') })).toEqual({
      code: 'object-unknown',
      because: { object: 'file', foreign: true },
    })
  })
})

describe('what there is once', () => {
  it('is taken last, when all else is permitted, and refused where somebody has it', async () => {
    let taken = 0
    const claim = (free: boolean) => async () => {
      taken++
      return free
    }
    expect(await answer('queue.join', { ...calling, claim: claim(true) })).toEqual({ policies: ['predict'] })
    expect(await answer('queue.join', { ...calling, claim: claim(false) })).toEqual({
      code: 'policy-denied',
      because: { reason: 'mcp-state-taken' },
    })
    expect(taken).toBe(2)
    await answer('queue.join', { ...calling, files: [named('unknown')], claim: claim(true) })
    await answer('queue.join', { ...calling, resource: endpoint('admin'), claim: claim(true) })
    expect(taken).toBe(2)
  })
})
