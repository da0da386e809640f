/** What conditions say before the circumstances are known: yes, no, or that it depends. */
import { describe, expect, it } from 'vitest'
import type { Subject, Thing } from './entities.ts'
import { judgeConditions, type Known } from './might.ts'
import { parsePolicy } from './parsed-policy.ts'

const bob: Subject = {
  ...{ type: 'User', id: 'bob', uid: 'User::bob', within: ['Role::viewer'], roles: ['viewer'] },
  attributes: { team: 'legal-eu', badge: '7' },
}
const report: Thing = {
  ...{ type: 'Endpoint', id: 'report_may', uid: 'Endpoint::report_may' },
  ...{ within: ['Group::reports', 'App::app'], attributes: { name: 'report_may' } },
}
const file: Thing = {
  ...{ type: 'File', id: 'file', uid: 'File::file', within: ['App::app'] },
  attributes: { own: false, shared: true, ownerRoles: ['viewer', 'ops'] },
}
const action = { uid: 'Action::callFunction', within: ['Action::callFunction', 'Action::useApp'] }

const conditionsOf = (text: string) =>
  parsePolicy('p', `permit (principal, action, resource) ${text};`, new Map()).conditions

const judge = (text: string, known: Partial<Known> = {}) =>
  judgeConditions(conditionsOf(text), { subject: bob, action, thing: report, ...known })

const said = (expression: string, known?: Partial<Known>) => judge(`when { ${expression} }`, known)

const open = 'context.mfa'

describe('an expression', () => {
  it.each([
    'true',
    '!false',
    '1 == 1',
    '"a" != "b"',
    'true && true',
    `true || ${open}`,
    `${open} || true`,
    'if true then true else false',
    'if false then false else true',
    'principal == Sekisho::User::"bob"',
    'principal != Sekisho::User::"ann"',
    'principal in Sekisho::User::"bob"',
    'principal in Sekisho::Role::"viewer"',
    'principal is Sekisho::User',
    'principal is Sekisho::User in Sekisho::Role::"viewer"',
    'action == Sekisho::Action::"callFunction"',
    'action in Sekisho::Action::"useApp"',
    'resource == Sekisho::Endpoint::"report_may"',
    'resource in Sekisho::Group::"reports"',
    'resource in Sekisho::App::"app"',
    'resource.name == "report_may"',
    'resource.name like "report_*"',
    'resource.name like "*_may"',
    'resource.name like "r*t_m*y"',
    'principal.hasTag("team")',
    '!principal.hasTag("other")',
    'principal.getTag("team") == "legal-eu"',
    'principal.getTag("team") like "legal-*"',
    '[1, "1", true].contains("1")',
    '[Sekisho::User::"bob"].contains(principal)',
    '["legal-eu"].contains(principal.getTag("team"))',
  ])('is true: %s', (expression) => {
    expect(said(expression)).toBe(true)
    expect(judge(`unless { ${expression} }`)).toBe(false)
  })

  it.each([
    'false',
    '!true',
    '1 == 2',
    '"1" == 1',
    '"a" != "a"',
    `false && ${open}`,
    `${open} && false`,
    'true && false',
    'false || false',
    'if true then false else true',
    'principal == Sekisho::Token::"bob"',
    'principal != Sekisho::User::"bob"',
    'principal in Sekisho::User::"ann"',
    'principal in Sekisho::Role::"admin"',
    'principal is Sekisho::Token',
    'principal is Sekisho::User in Sekisho::Role::"admin"',
    'resource is Sekisho::Page',
    'action == Sekisho::Action::"useApp"',
    'action in Sekisho::Action::"public"',
    'resource.name == "report"',
    'resource.name like "report"',
    'resource.name like "*.may"',
    'resource.name like "report_may_*"',
    'resource.name like "eport*"',
    'principal.hasTag("other")',
    'principal.hasTag("constructor")',
    'principal.getTag("team") == "sales"',
    '[1].contains("1")',
    '[].contains(principal)',
  ])('is false: %s', (expression) => {
    expect(said(expression)).toBe(false)
    expect(judge(`unless { ${expression} }`)).toBe(true)
  })

  it.each([
    open,
    `!${open}`,
    `true && ${open}`,
    `${open} && true`,
    `false || ${open}`,
    `${open} || false`,
    `if ${open} then true else true`,
    'context.authAge < 60',
    'context.method == "token"',
    '"token" != context.method',
    'context.method like "t*"',
    'context.times.getTag("UTC").hour < 5',
    'context.arguments.texts.hasTag("team")',
    'context.arguments.texts.getTag("team") == "legal-eu"',
    'principal.getTag("other") == "x"',
    'principal.getTag(context.method) == "x"',
    'principal.hasTag(context.method)',
    'resource.own',
    'resource == resource.owner',
    '["x"] == ["x"]',
    '["a", "b"].containsAll(["a"])',
    '[context.method].contains("token")',
    '["x"].contains(context.method)',
    'context.method in Sekisho::App::"app"',
    'Sekisho::User::"ann" in Sekisho::Role::"viewer"',
    'principal in [Sekisho::Role::"viewer"]',
    'context.method is Sekisho::User',
    '1 < 2',
    '1 + 1 == 2',
    'principal.team == "legal-eu"',
    'principal has team',
    'ip("10.0.0.1").isLoopback()',
  ])('depends: %s', (expression) => {
    expect(said(expression)).toBeUndefined()
    expect(judge(`unless { ${expression} }`)).toBeUndefined()
  })

  it('of a file looks at what is known of it', () => {
    const of = (expression: string) => said(expression, { thing: file })
    expect(of('resource.own')).toBe(false)
    expect(of('resource.shared')).toBe(true)
    expect(of('resource.own || resource.shared')).toBe(true)
    expect(of('resource.ownerRoles.contains(Sekisho::Role::"ops")')).toBe(true)
    expect(of('resource.ownerRoles.contains(Sekisho::Role::"admin")')).toBe(false)
    expect(of('resource.name == "x"')).toBeUndefined()
  })

  it('depends where the resource or the attributes aren’t known', () => {
    const { thing: _, ...unknown } = { subject: bob, action, thing: report }
    const without = (expression: string) => judgeConditions(conditionsOf(`when { ${expression} }`), unknown)
    expect(without('resource.name == "report_may"')).toBeUndefined()
    expect(without('resource in Sekisho::App::"app"')).toBeUndefined()
    expect(without('resource is Sekisho::Page')).toBeUndefined()
    expect(without('principal is Sekisho::User')).toBe(true)
    for (const expression of [
      'principal.hasTag("team")',
      'principal.hasTag("x")',
      'principal.getTag("team") == "x"',
    ])
      expect(said(expression, { anyAttributes: true })).toBeUndefined()
    expect(said('principal.hasTag("team")', { anyAttributes: false })).toBe(true)
  })

  it('takes signs of patterns in a text for what they are, and lines as one text', () => {
    const named = (name: string) => ({ thing: { ...report, attributes: { name } } })
    for (const [name, pattern] of [
      ['a.b', 'a.b*'],
      ['a(b)[c]{d}|^$+?', 'a(b)[c]{d}|^$+?'],
      ['a/b\\c', 'a/b\\\\c'],
      ['a*b', 'a\\*b'],
      ['a\nb', 'a*b'],
      ['😀', '*'],
    ] as const)
      expect(said(`resource.name like "${pattern}"`, named(name)), name).toBe(true)
    for (const [name, pattern] of [
      ['axb', 'a.b'],
      ['axb', 'a\\*b'],
      ['aab', 'a+b'],
    ] as const)
      expect(said(`resource.name like "${pattern}"`, named(name)), name).toBe(false)
  })
})

describe('conditions', () => {
  it('hold together, and one that doesn’t is enough', () => {
    expect(judge('')).toBe(true)
    expect(judge('when { true } when { true } unless { false }')).toBe(true)
    expect(judge(`when { true } when { ${open} }`)).toBeUndefined()
    expect(judge(`when { ${open} } when { true }`)).toBeUndefined()
    expect(judge(`when { ${open} } unless { true }`)).toBe(false)
    expect(judge(`unless { true } when { ${open} }`)).toBe(false)
    expect(judge(`when { ${open} } when { false }`)).toBe(false)
  })

  it('that are no yes and no no depend', () => {
    expect(said('resource.name')).toBeUndefined()
    expect(said('!resource.name')).toBeUndefined()
    expect(said('if resource.name then true else true')).toBeUndefined()
    expect(said('resource.name || false')).toBeUndefined()
    expect(said('resource.name.hasTag("x")')).toBeUndefined()
  })
})
