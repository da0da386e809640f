/** Whatever the index leaves out could not have matched: by action, principal and resource, in the order of the files. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { actions } from '../catalog/actions.ts'
import { parsePolicy } from './parsed-policy.ts'
import { fits, PolicyIndex, type Standing } from './policy-index.ts'
import { readSchema } from './read-schema.ts'

const rules = readSchema(readFileSync(new URL('gate.cedarschema', import.meta.url), 'utf8')).actions

const principals = [
  ...['principal', 'principal is Sekisho::User', 'principal == Sekisho::User::"bob"'],
  ...['principal in Sekisho::User::"bob"', 'principal in Sekisho::Role::"viewer"'],
  'principal is Sekisho::Token in Sekisho::User::"bob"',
]
const whats = [
  ...['action', 'action == Sekisho::Action::"callFunction"', 'action in Sekisho::Action::"useApp"'],
  'action in [Sekisho::Action::"public", Sekisho::Action::"uploadFile"]',
]
const resources = [
  ...['resource', 'resource is Sekisho::Endpoint', 'resource == Sekisho::Endpoint::"predict"'],
  ...['resource in Sekisho::Group::"reports"', 'resource in Sekisho::App::"app"'],
  'resource is Sekisho::Endpoint in Sekisho::Group::"reports"',
]
const texts = principals.flatMap((principal) =>
  whats.flatMap((what) => resources.map((resource) => `permit (${principal}, ${what}, ${resource});`)),
)
const policies = texts.map((text, nth) => parsePolicy(`p${String(nth)}`, text, rules))

const bob: Standing = { type: 'User', uid: 'User::bob', within: ['Role::viewer'] }
const askers: readonly Standing[] = [
  bob,
  { type: 'User', uid: 'User::ann', within: [] },
  { type: 'Token', uid: 'Token::bob', within: ['Role::viewer'] },
  { type: 'Token', uid: 'Token::t', within: ['User::bob'] },
  { type: 'Guest', uid: 'Guest::shared', within: ['Role::viewer', 'Role::viewer'] },
]
const predict: Standing = {
  type: 'Endpoint',
  uid: 'Endpoint::predict',
  within: ['Group::predict', 'App::app'],
}
const things: readonly Standing[] = [
  predict,
  { type: 'Endpoint', uid: 'Endpoint::may', within: ['Group::reports', 'App::app'] },
  { type: 'Page', uid: 'Page::/', within: ['App::app'] },
  { type: 'App', uid: 'App::app', within: [] },
]

describe('a scope', () => {
  const scope = (text: string) => parsePolicy('p', `permit (${text}, action, resource);`, rules).principal

  it.each<[string, readonly boolean[]]>([
    ['principal', [true, true, true, true, true]],
    ['principal is Sekisho::User', [true, true, false, false, false]],
    ['principal == Sekisho::User::"bob"', [true, false, false, false, false]],
    ['principal in Sekisho::User::"bob"', [true, false, false, true, false]],
    ['principal in Sekisho::Role::"viewer"', [true, false, true, false, true]],
    ['principal is Sekisho::Token in Sekisho::User::"bob"', [false, false, false, true, false]],
    ['principal is Sekisho::User in Sekisho::User::"bob"', [true, false, false, false, false]],
  ])('%s fits whom Cedar means', (text, expected) => {
    expect(askers.map((asker) => fits(scope(text), asker))).toEqual(expected)
  })
})

describe('the index', () => {
  const found = (index: PolicyIndex, ...asked: Parameters<PolicyIndex['find']>) =>
    index.find(...asked).map(({ text }) => text)

  it('finds every policy that fits, once and in order, and besides only those that ask for another type', () => {
    const some = fc.shuffledSubarray(policies)
    const asked = [
      some,
      fc.constantFrom(...askers),
      fc.constantFrom(...actions),
      fc.constantFrom(...things),
    ] as const
    fc.assert(
      fc.property(...asked, (chosen, asker, action, thing) => {
        const index = new PolicyIndex(chosen)
        const isOf = (one: (typeof chosen)[number], bare: boolean) => {
          const drop = (scope: typeof one.principal) =>
            bare && scope.op === 'in' ? { op: 'in' as const, uid: scope.uid } : scope
          return (
            one.actions.has(action) && fits(drop(one.principal), asker) && fits(drop(one.resource), thing)
          )
        }
        expect(index.find(asker, action, thing)).toEqual(chosen.filter((one) => isOf(one, true)))
        for (const one of chosen)
          if (isOf(one, false)) expect(index.find(asker, action, thing)).toContain(one)
      }),
    )
  })

  it('finds, without a resource, what fits for any', () => {
    const index = new PolicyIndex(policies)
    const withAny = policies.filter((one) => one.actions.has('callFunction') && fits(one.principal, bob))
    const found = index.find(bob, 'callFunction')
    for (const one of withAny) expect(found).toContain(one)
    expect(found.length).toBe(
      policies.filter(
        ({ actions: meant, principal }) =>
          meant.has('callFunction') &&
          fits(principal.op === 'in' ? { op: 'in', uid: principal.uid } : principal, bob),
      ).length,
    )
  })

  it('finds nothing for what no policy speaks of', () => {
    const one = parsePolicy(
      'p',
      'permit (principal, action == Sekisho::Action::"callFunction", resource);',
      rules,
    )
    const index = new PolicyIndex([one])
    expect(found(index, bob, 'uploadFile', predict)).toEqual([])
    expect(found(index, bob, 'callFunction', predict)).toEqual([one.text])
    expect(found(new PolicyIndex([]), bob, 'callFunction')).toEqual([])
  })
})
