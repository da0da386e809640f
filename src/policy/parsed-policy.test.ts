/** What one policy speaks of, and what of a question it looks at. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { actions } from '../catalog/actions.ts'
import { parsePolicy, type LooksAt } from './parsed-policy.ts'
import { readSchema } from './read-schema.ts'

const rules = readSchema(readFileSync(new URL('gate.cedarschema', import.meta.url), 'utf8')).actions
const parse = (text: string) => parsePolicy('p', text, rules)
const scope = (principal: string, resource = 'resource') => {
  const parsed = parse(`forbid (${principal}, action, ${resource});`)
  return [parsed.principal, parsed.resource]
}

describe('a policy', () => {
  it('has its effect, its text and its name', () => {
    const text = 'forbid (principal, action, resource);'
    expect(parse(text)).toMatchObject({ id: 'p', text, effect: 'forbid', conditions: [] })
    expect(parse('permit (principal, action, resource);').effect).toBe('permit')
  })

  it('speaks of principals and resources', () => {
    const all = { op: 'all' }
    expect(scope('principal')).toEqual([all, all])
    expect(scope('principal == Sekisho::User::"bob"')).toEqual([{ op: 'equals', uid: 'User::bob' }, all])
    expect(scope('principal in Sekisho::Role::"r"')).toEqual([{ op: 'in', uid: 'Role::r' }, all])
    expect(scope('principal is Sekisho::User')).toEqual([{ op: 'is', type: 'User' }, all])
    expect(scope('principal', 'resource is Sekisho::Endpoint in Sekisho::Group::"g"')).toEqual([
      all,
      { op: 'in', uid: 'Group::g', type: 'Endpoint' },
    ])
  })

  it('speaks of actions, by name or by their groups', () => {
    const meant = (what: string) => [...parse(`permit (principal, ${what}, resource);`).actions]
    expect(meant('action')).toEqual(actions)
    expect(meant('action == Sekisho::Action::"callFunction"')).toEqual(['callFunction'])
    expect(meant('action in Sekisho::Action::"callFunction"')).toEqual(['callFunction'])
    expect(meant('action in Sekisho::Action::"never"')).toEqual(
      actions.filter((one) =>
        ['administer', 'useServerCredential', 'bypassLogin', 'reachUnknown'].includes(one),
      ),
    )
    const several = meant('action in [Sekisho::Action::"never", Sekisho::Action::"callFunction"]')
    expect(several).toHaveLength(5)
    expect(several).toContain('callFunction')
    expect(meant('action in []')).toEqual([])
  })

  it.each([
    'permit',
    'permit (principal == ?principal, action, resource);',
    'permit (principal, action, resource)',
  ])('is none: %s', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'policy-failed' }))
  })

  it.each([
    'principal == ?principal, action, resource',
    'principal in ?principal, action, resource',
    'principal is Sekisho::User in ?principal, action, resource',
    'principal, action, resource == ?resource',
    'principal, action, resource in ?resource',
    'principal, action, resource is Sekisho::Endpoint in ?resource',
  ])('is no template: %s', (inside) => {
    expect(() => parse(`permit (${inside});`)).toThrow(expect.objectContaining({ code: 'policy-failed' }))
  })
})

describe('what a policy looks at', () => {
  const looks = (condition: string, head = 'principal, action, resource') => {
    const { looksAt } = parse(`permit (${head}) when { ${condition} };`)
    const { context, arguments: given, zones, attributes, entities } = looksAt
    return {
      ...(context && { context }),
      ...(given && { arguments: given }),
      ...(zones.size > 0 && { zones: [...zones] }),
      ...(attributes === 'any' ? { attributes } : attributes.size > 0 && { attributes: [...attributes] }),
      ...(entities.size > 0 && { entities: [...entities] }),
    } as Partial<Record<keyof LooksAt, unknown>>
  }

  it.each<[string, Partial<Record<keyof LooksAt, unknown>>]>([
    ['true', {}],
    ['resource.name == "arguments"', {}],
    ['context.mfa', { context: true }],
    ['context.method == "arguments"', { context: true, arguments: true }],
    ['context.times.getTag("Asia/Tokyo").hour < 5', { context: true, zones: ['Asia/Tokyo'] }],
    [
      'context.times.hasTag("UTC") && context.times.getTag("X").hour < 5',
      { context: true, zones: ['UTC', 'X'] },
    ],
    ['context.arguments.texts.hasTag("month")', { context: true, arguments: true }],
    ['context.arguments.numbers.hasTag("n")', { context: true, arguments: true }],
    ['context.arguments.flags.hasTag("f")', { context: true, arguments: true }],
    ['context.arguments.lists.hasTag("l")', { context: true, arguments: true }],
    ['context has arguments', { context: true, arguments: true }],
    ['principal.hasTag("team")', { attributes: ['team'] }],
    ['principal.hasTag("team") && principal.getTag("badge") == "7"', { attributes: ['team', 'badge'] }],
    ['principal.hasTag(context.method)', { context: true, attributes: 'any' }],
    ['principal.hasTag("team") && principal.hasTag(resource.name)', { attributes: 'any' }],
    ['(if context.mfa then principal else principal).hasTag("a")', { context: true, attributes: ['a'] }],
    ['principal in Sekisho::User::"bob"', { entities: ['User::bob'] }],
    [
      '[Sekisho::User::"bob", Sekisho::User::"ann"].contains(principal)',
      { entities: ['User::bob', 'User::ann'] },
    ],
    ['Sekisho::User::"bob".hasTag("a")', { attributes: ['a'], entities: ['User::bob'] }],
  ])('in %s', (condition, expected) => {
    expect(looks(condition)).toEqual(expected)
  })

  it('in its scope are the entities that it names', () => {
    const head = 'principal == Sekisho::User::"bob", action, resource in Sekisho::Group::"g"'
    expect(looks('true', head)).toEqual({ entities: ['User::bob', 'Group::g'] })
  })
})
