/** What is asked of the policy for each kind of request: every question has to be answered with a yes. */
import { describe, expect, it } from 'vitest'
import type { PolicyResource } from '../policy/engine.ts'
import type { Call, Resolved, Target } from '../request.ts'
import { actionOn, isForeign, questionsOf } from './questions.ts'
import { bob, guest, requestFor } from './requests.contract.ts'

const endpoint: PolicyResource = { kind: 'endpoint', name: 'predict', group: 'predict' }
const call = { arguments: { text: 'x' } } as unknown as Call
const file = (standing: 'own' | 'shared' | 'others'): PolicyResource => ({
  kind: 'file',
  standing,
  ownerRoles: [],
})

const resolved = (id: string, target: Partial<Target>) =>
  ({ ...requestFor(id), target: { files: [], ...target } }) as unknown as Resolved

const asked = (id: string, target: Partial<Target>) =>
  questionsOf(resolved(id, target)).map(({ action, resource, arguments: given }) => [action, resource, given])

describe('the question', () => {
  it('of a call is about its endpoint, with the arguments', () => {
    expect(asked('queue.join', { resource: endpoint, call })).toEqual([
      ['callFunction', endpoint, { text: 'x' }],
    ])
  })

  it('of anything else has no arguments', () => {
    const [question] = questionsOf(resolved('queue.data', { resource: { kind: 'app' } }))
    expect(question).toMatchObject({ action: 'openStream', resource: { kind: 'app' } })
    expect(question).not.toHaveProperty('arguments')
  })

  it('of a tool is about the way and about what is done by it', () => {
    expect(asked('mcp.call.http', { resource: endpoint, action: 'callFunction', call })).toEqual([
      ['useMcp', { kind: 'app' }, { text: 'x' }],
      ['callFunction', endpoint, { text: 'x' }],
    ])
    expect(asked('mcp.call.http', { resource: file('others'), action: 'readFile' })).toEqual([
      ['useMcp', { kind: 'app' }, undefined],
      ['readOthersFile', file('others'), undefined],
    ])
  })

  it('of feeding an event is about the call that runs, too', () => {
    expect(asked('event.feed', { resource: endpoint, call })).toEqual([
      ['callFunction', endpoint, { text: 'x' }],
      ['feedEvent', endpoint, { text: 'x' }],
    ])
    expect(asked('event.feed', { resource: endpoint })).toEqual([['feedEvent', endpoint, undefined]])
    expect(asked('event.cancel', { resource: endpoint, call })).toHaveLength(1)
  })

  it('of a file of others is another one', () => {
    expect(asked('file.read', { resource: file('own') })[0]?.[0]).toBe('readFile')
    expect(asked('file.read', { resource: file('shared') })[0]?.[0]).toBe('readFile')
    expect(asked('file.read', { resource: file('others') })[0]?.[0]).toBe('readOthersFile')
    expect(actionOn('uploadFile', file('others'))).toBe('uploadFile')
    expect(isForeign(endpoint)).toBe(false)
    // Only of files is there such a word.
    expect(isForeign({ ...endpoint, standing: 'others' } as PolicyResource)).toBe(false)
  })

  it('is asked for whoever the request is by, or for them as they are now', () => {
    const request = resolved('event.feed', { resource: endpoint, call })
    expect(questionsOf(request).map(({ principal }) => principal.kind)).toEqual(['user', 'user'])
    expect(questionsOf(request, guest).map(({ principal }) => principal.kind)).toEqual(['guest', 'guest'])
    expect(questionsOf(request, bob)).toEqual(questionsOf(request))
    expect(questionsOf(request)[0]?.context).toMatchObject({ method: 'password', authAge: 10 })
  })
})
