/** What the engine keeps of its answers, and for whom: never more than the answer can depend on, never less. */
import { beforeEach, describe, expect, it } from 'vitest'
import { anyContext } from './cedar-context.ts'
import { makeCedarEngine, type CedarPolicy } from './cedar.ts'
import type { PolicyPrincipal, PolicyResource, Question } from './engine.ts'
import { readSchemaText } from './load-policy.ts'
import { checkPolicies } from './policy-set.ts'

const schema = await readSchemaText()
const always = { file: 'always.cedar', text: '' }
const load = (text: string) =>
  makeCedarEngine(checkPolicies({ schema, always, own: [{ file: 'own.cedar', text }] }))

const user = (
  username: string,
  more: Partial<{ roles: string[]; attributes: Record<string, string> }> = {},
) => ({ kind: 'user', username, roles: [], attributes: {}, ...more }) as const satisfies PolicyPrincipal
const endpoint = (name: string, group = name): PolicyResource => ({ kind: 'endpoint', name, group })

let engine: CedarPolicy
const decide = (question: Partial<Question>) =>
  engine.decide({
    ...{ principal: user('ann'), action: 'callFunction', resource: endpoint('x'), context: anyContext },
    ...question,
  })

describe('an answer that looks at', () => {
  const both = (one: Partial<Question>, other: Partial<Question>) => {
    const seen = () => [decide(one).allow, decide(other).allow]
    const first = seen()
    expect(seen()).toEqual(first)
    return first
  }

  beforeEach(() => {
    engine = load(`
      permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"mfa") when { context.mfa };
      permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"late")
        when { context.times.hasTag("Asia/Tokyo") && context.times.getTag("Asia/Tokyo").hour >= 8 };
      permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"may")
        when { context.arguments.texts.hasTag("month") && context.arguments.texts.getTag("month") == "may" };
      permit (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"team")
        when { principal.hasTag("team") && principal.getTag("team") == "legal" };
      permit (principal in Sekisho::Role::"r", action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"role");
      permit (principal in Sekisho::User::"bob", action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"bob");
      permit (principal, action == Sekisho::Action::"callFunction", resource in Sekisho::Group::"g");
      permit (principal, action == Sekisho::Action::"readFile", resource) when { resource.own };
      // Is asked with each of these, and looks at none of it.
      forbid (principal, action == Sekisho::Action::"callFunction", resource) when { resource.name == "none" };
    `)
  })

  it.each<[string, PolicyResource, Partial<Question>, Partial<Question>]>([
    ['the context', endpoint('mfa'), { context: { ...anyContext, mfa: true } }, {}],
    [
      'the time of a zone',
      endpoint('late'),
      { context: { ...anyContext, now: Date.UTC(2026, 0, 1, 0) } },
      { context: { ...anyContext, now: Date.UTC(2026, 0, 1, 20) } },
    ],
    ['the arguments', endpoint('may'), { arguments: { month: 'may' } }, { arguments: { month: 'june' } }],
    [
      'an attribute',
      endpoint('team'),
      { principal: user('ann', { attributes: { team: 'legal' } }) },
      { principal: user('ann') },
    ],
    ['a role', endpoint('role'), { principal: user('ann', { roles: ['r'] }) }, { principal: user('ann') }],
    ['a user', endpoint('bob'), { principal: user('bob') }, { principal: user('ann') }],
    ['the group', endpoint('a', 'g'), {}, { resource: endpoint('a', 'h') }],
  ])('%s is another one where that is', (_, resource, one, other) => {
    expect(both({ resource, ...one }, { resource, ...other })).toEqual([true, false])
  })

  it('an attribute whose name is only known in the end is another one where any attribute is', () => {
    engine = load(`
      permit (principal, action == Sekisho::Action::"callFunction", resource)
        when { principal.hasTag(resource.name) && principal.getTag(resource.name) == "yes" };
      forbid (principal, action == Sekisho::Action::"callFunction", resource)
        when { principal.hasTag("team") && principal.getTag("team") == "none" };
    `)
    const ann = (attributes: Record<string, string>) => ({ principal: user('ann', { attributes }) })
    expect(both(ann({ x: 'yes' }), ann({ x: 'no' }))).toEqual([true, false])
    expect(both(ann({ x: 'yes', y: 'no' }), ann({ y: 'yes' }))).toEqual([true, false])
  })

  it('is no by nobody’s word where none of the policies that could say yes does', () => {
    expect(decide({ resource: endpoint('mfa') })).toEqual({
      ...{ allow: false, reason: 'not-permitted', policies: [] },
    })
  })

  it('what the resource holds is another one where that is', () => {
    const file = (standing: 'own' | 'shared') => ({
      ...{ action: 'readFile' as const, principal: user('ann') },
      resource: { kind: 'file', standing, ownerRoles: [] } as const,
    })
    expect(both(file('own'), file('shared'))).toEqual([true, false])
  })
})

describe('before the circumstances are known', () => {
  it('what can’t be asked for is no, whatever is permitted', () => {
    engine = load('permit (principal, action, resource);')
    expect(engine.mightPermit({ kind: 'nobody' }, 'callFunction').allow).toBe(false)
    expect(engine.mightPermit({ kind: 'nobody' }, 'openLogin').allow).toBe(true)
    expect(engine.mightPermitOn(user('ann'), 'callFunction', { kind: 'app' })).toBe(false)
    expect(engine.mightPermitOn(user('ann'), 'viewPage', { kind: 'app' })).toBe(true)
    expect(engine.mightPermitOn({ kind: 'nobody' }, 'viewPage', { kind: 'app' })).toBe(false)
    const strange = { kind: 'operator' } as unknown as PolicyPrincipal
    expect(engine.mightPermit(strange, 'viewPage')).toEqual({
      allow: false,
      reason: 'engine-fault',
      policies: [],
    })
    expect(engine.mightPermitOn(strange, 'viewPage', { kind: 'app' })).toBe(false)
  })

  it('names what may permit, and what forbids for sure', () => {
    engine = load(`
      @id("mfa") permit (principal, action == Sekisho::Action::"uploadFile", resource) when { context.mfa };
      @id("never") permit (principal, action == Sekisho::Action::"uploadFile", resource)
        when { principal.hasTag("team") && principal.getTag("team") == "legal" };
      @id("ann") forbid (principal == Sekisho::User::"ann", action == Sekisho::Action::"uploadFile", resource);
      @id("perhaps") forbid (principal == Sekisho::User::"bob", action, resource) when { context.mfa };
    `)
    expect(engine.mightPermit(user('bob'), 'uploadFile')).toEqual({ allow: true, policies: ['mfa'] })
    expect(engine.mightPermit(user('ann'), 'uploadFile')).toEqual({
      ...{ allow: false, reason: 'forbidden', policies: ['ann'] },
    })
    expect(engine.mightPermit(user('bob'), 'readSchema')).toEqual({
      ...{ allow: false, reason: 'not-permitted', policies: [] },
    })
  })

  it('what the conditions say of the action counts, and of whom the scope speaks', () => {
    engine = load(`
      permit (principal, action, resource) when { action in Sekisho::Action::"public" };
      permit (principal, action, resource) when { action == Sekisho::Action::"readSchema" };
      permit (principal is Sekisho::Token in Sekisho::User::"bob", action == Sekisho::Action::"uploadFile", resource);
    `)
    const may = (action: Question['action']) => engine.mightPermit(user('bob'), action).allow
    expect(may('openLogin')).toBe(true)
    expect(may('readSchema')).toBe(true)
    expect(may('loadAsset')).toBe(false)
    expect(may('uploadFile')).toBe(false)
    const token = { kind: 'token', id: 't', user: 'bob', roles: [], attributes: {} } as const
    expect(engine.mightPermit(token, 'uploadFile').allow).toBe(true)
  })

  it('is no where there is no policy', () => {
    engine = load('permit (principal, action, resource);')
    const none = makeCedarEngine(checkPolicies({ schema, always, own: [] }))
    expect(none.mightPermit(user('ann'), 'viewPage')).toEqual({
      allow: false,
      reason: 'no-policy',
      policies: [],
    })
    expect(none.mightPermitOn(user('ann'), 'viewPage', { kind: 'app' })).toBe(false)
  })
})

describe('an engine that was closed', () => {
  it('decides nothing any more, also what it had decided before', () => {
    engine = load('permit (principal, action, resource);')
    expect(decide({}).allow).toBe(true)
    engine.close()
    expect(decide({})).toEqual({ allow: false, reason: 'engine-fault', policies: [] })
  })
})

it('roles and the version are those of the policy', () => {
  engine = load('permit (principal, action, resource);')
  expect(engine.rolesOf(user('ann', { roles: ['b', 'a'] }))).toEqual(['a', 'b'])
  expect(engine.version).toMatch(/^[\w-]{16}$/)
})
