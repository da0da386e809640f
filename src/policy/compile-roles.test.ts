/** Roles as Cedar: what a person reads, and where each rule comes from. */
import { describe, expect, it } from 'vitest'
import { anyContext } from './cedar-context.ts'
import { compileRoles } from './compile-roles.ts'
import type { PolicyPrincipal, PolicyResource, Question } from './engine.ts'
import { loadPolicy, readPolicySet } from './load-policy.ts'
import { rolesFrom } from './sample-roles.contract.ts'

const at = Date.parse('2026-10-14T03:00:00Z')
const context = { ...anyContext, method: 'password', address: '10.1.2.3', now: at } as const
const user = (roles: readonly string[], attributes = {}): PolicyPrincipal => ({
  ...{ kind: 'user', username: 'bob', roles, attributes },
})
const endpoint = (name: string): PolicyResource => ({ kind: 'endpoint', name, group: name })
const call = (principal: PolicyPrincipal, name: string, over: Partial<Question> = {}): Question => ({
  ...{ principal, action: 'callFunction', resource: endpoint(name), context, arguments: {}, ...over },
})

describe('a role as Cedar', () => {
  it('is one readable policy for each thing that it grants, named by role and line', () => {
    const roles = rolesFrom(`  viewer:
    given_to: [guests]
    call: [predict, "report_*", "!report_salaries"]
    when: { network: 10.0.0.0/8, auth_age: 15m }
`)
    const { text, places } = compileRoles(roles)
    expect(text).toContain(`// viewer, given to all guests
@id("role:viewer:sees:3")
permit (principal in Sekisho::Role::"viewer", action in [`)
    expect(text).toContain(`@id("role:viewer:call:5")
permit (principal in Sekisho::Role::"viewer", action == Sekisho::Action::"callFunction", resource)
when {
  (resource.name == "predict" || resource.name like "report_*") &&
  !(resource.name == "report_salaries") &&
  context.address.isInRange(ip("10.0.0.0/8")) &&
  context.authAge <= 900
};`)
    expect(places.get('role:viewer:call:5')).toEqual({ file: 'sekisho.yaml', line: 5 })
  })

  it('keeps whatever is written in it from becoming Cedar', async () => {
    const name = String.raw`x" || true || "*\\" ;permit(principal,action,resource);//`
    const roles = rolesFrom(
      `  viewer: { call: [${JSON.stringify(name)}], when: { attributes: { ${JSON.stringify(name)}: ${JSON.stringify(name)} } } }\n`,
    )
    const engine = await loadPolicy({ roles, files: [] })
    const set = await readPolicySet({ roles, files: [] })
    expect([...set.own.keys()].filter((id) => id.startsWith('role:'))).toEqual([
      ...['role:viewer:sees:3', 'role:viewer:own_files:3', 'role:viewer:call:3'],
    ])
    expect(engine.decide(call(user(['viewer'], { [name]: name }), name)).allow).toBe(true)
    expect(engine.decide(call(user(['viewer'], { [name]: 'x' }), name)).allow).toBe(false)
    expect(engine.decide(call(user(['viewer'], { [name]: name }), 'x')).allow).toBe(false)
  })
})

describe('roles in force', () => {
  it('refuse whatever none of them grants, and leave the way in', async () => {
    const engine = await loadPolicy({ roles: rolesFrom('  viewer: { call: predict }\n'), files: [] })
    const app: PolicyResource = { kind: 'app' }
    const may = (principal: PolicyPrincipal, action: Question['action'], resource: PolicyResource = app) =>
      engine.decide({ principal, action, resource, context }).allow
    expect(may({ kind: 'nobody' }, 'openLogin')).toBe(true)
    expect(may(user([]), 'readOwnSession')).toBe(true)
    expect(may(user([]), 'changeOwnPassword')).toBe(true)
    expect(may(user([]), 'viewPage', { kind: 'page', path: '' })).toBe(false)
    expect(may(user(['viewer']), 'viewPage', { kind: 'page', path: '' })).toBe(true)
    expect(may(user(['viewer']), 'callFunction', endpoint('predict'))).toBe(true)
    expect(may(user(['viewer']), 'callFunction', endpoint('predict_1'))).toBe(false)
    expect(may({ kind: 'guest' }, 'callFunction', endpoint('predict'))).toBe(false)
    expect(may(user(['viewer']), 'administer')).toBe(false)
  })

  it('guard with `when` what the role itself grants, and nothing of what it inherits or is inherited by', async () => {
    const roles = rolesFrom(`  base: { call: a, when: { mfa: true } }
  middle: { inherits: base, call: b }
  top: { inherits: middle, call: c, when: { auth_age: 1m } }
`)
    const engine = await loadPolicy({ roles, files: [] })
    const may = (name: string, over: object) =>
      engine.decide(call(user(['top']), name, { context: { ...context, mfa: false, authAge: 0, ...over } }))
        .allow
    expect(['a', 'b', 'c'].map((name) => may(name, {}))).toEqual([false, true, true])
    expect(['a', 'b', 'c'].map((name) => may(name, { mfa: true }))).toEqual([true, true, true])
    expect(['a', 'b', 'c'].map((name) => may(name, { mfa: true, authAge: 61 }))).toEqual([true, true, false])
  })

  it('keep a page open while a function asks for the password again', async () => {
    const engine = await loadPolicy({
      roles: rolesFrom('  admin: { call: "*", upload: true, when: { auth_age: 15m } }\n'),
      files: [],
    })
    const late = { ...context, authAge: 901 }
    const may = (action: Question['action'], resource: PolicyResource) =>
      engine.decide({ principal: user(['admin']), action, resource, context: late }).allow
    expect(may('viewPage', { kind: 'page', path: '' })).toBe(true)
    expect(may('readFile', { kind: 'file', standing: 'own', ownerRoles: [] })).toBe(true)
    expect(may('uploadFile', { kind: 'app' })).toBe(false)
    expect(engine.decide(call(user(['admin']), 'x', { context: late })).allow).toBe(false)
  })

  it('give a token its own roles, and not those of its user', async () => {
    const roles = rolesFrom(
      '  a: { call: a }\n  b: { call: b, given_to: tokens }\n  c: { call: c, given_to: users }\n',
    )
    const engine = await loadPolicy({ roles, files: [] })
    const token: PolicyPrincipal = { kind: 'token', id: 't', user: 'bob', roles: ['a'], attributes: {} }
    expect(['a', 'b', 'c'].map((name) => engine.decide(call(token, name)).allow)).toEqual([true, true, false])
    expect(['a', 'b', 'c'].map((name) => engine.decide(call(user([]), name)).allow)).toEqual([
      false,
      false,
      true,
    ])
  })

  it('share files with the members of a role, by inheritance too', async () => {
    const roles = rolesFrom('  team: {}\n  lead: { inherits: team }\n  reader: { files: team }\n')
    const engine = await loadPolicy({ roles, files: [] })
    const may = (ownerRoles: readonly string[], roleNames = ['reader']) =>
      engine.decide({
        ...{ principal: user(roleNames), action: 'readOthersFile', context },
        resource: { kind: 'file', standing: 'others', ownerRoles },
      }).allow
    expect([may(['team']), may(['lead']), may(['reader']), may([])]).toEqual([true, true, false, false])
    expect(may(['team'], ['lead'])).toBe(false)
  })
})
