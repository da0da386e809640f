/** Several files as one policy: whose ids are whose, where each stands, and when the whole is another one. */
import { describe, expect, it } from 'vitest'
import { compileRoles } from './compile-roles.ts'
import { readSchemaText } from './load-policy.ts'
import { checkPolicies, type PolicySources } from './policy-set.ts'
import { rolesFrom } from './sample-roles.contract.ts'

const schema = await readSchemaText()
const permit = 'permit (principal, action, resource);'
const forbid = 'forbid (principal, action, resource);'
const always = { file: 'always.cedar', text: `@id("kept") ${forbid}` }
const beside = { file: 'roles.cedar', text: `@id("beside") ${permit}` }
const file = (name: string, text = permit) => ({ file: name, text })
const roles = (lines: string) => ({ ...compileRoles(rolesFrom(lines)), beside })

describe('ids', () => {
  const ids = (...names: readonly string[]) => [
    ...checkPolicies({ schema, always, own: names.map((name) => file(name)) }).own.keys(),
  ]

  it('that nobody wrote are lines, behind the name of the file where there are several', () => {
    expect(ids('/a/own.cedar')).toEqual(['line-1'])
    expect(ids('/a/x.cedar', '/b/x.cedar', '/c/x.cedar', '/a/..é own.cedar', `/b/${'n'.repeat(50)}`)).toEqual(
      [
        ...['x.cedar:line-1', 'x.cedar:2:line-1', 'x.cedar:3:line-1'],
        ...['own.cedar:line-1', `${'n'.repeat(40)}:line-1`],
      ],
    )
  })

  it('that were written are theirs alone', () => {
    const own = [file('/a', `@id("a") ${permit}`), file('/b', `\n@id("a") ${permit}`)]
    expect(() => checkPolicies({ schema, always, own })).toThrow(
      'The policy /b:2 is not valid: the id "a" is taken.',
    )
    const [first] = own
    const set = checkPolicies({ schema, always, own: first ? [first, file('/b')] : [] })
    expect([...set.own.keys()]).toEqual(['a', 'b:line-1'])
    expect(() =>
      checkPolicies({
        schema,
        always,
        own: [file('/a', `@id("beside") ${permit}`)],
        roles: roles('  r: {}\n'),
      }),
    ).toThrow('the id "beside" is taken')
  })
})

describe('a set', () => {
  it('knows where each policy stands, and keeps what always holds apart', () => {
    const set = checkPolicies({ schema, always, own: [file('/a', `\n${permit}`)], roles: roles('  r: {}\n') })
    expect([...set.always]).toEqual([['kept', always.text]])
    expect([...set.own.keys()]).toEqual(['role:r:sees:3', 'role:r:own_files:3', 'beside', 'line-2'])
    expect(Object.fromEntries(set.places)).toEqual({
      kept: { file: 'always.cedar', line: 1 },
      'role:r:sees:3': { file: 'sekisho.yaml', line: 3 },
      'role:r:own_files:3': { file: 'sekisho.yaml', line: 3 },
      beside: { file: 'roles.cedar', line: 1 },
      'line-2': { file: '/a', line: 2 },
    })
    expect(set.roles.map(({ name }) => name)).toEqual(['r'])
    expect(checkPolicies({ schema, always, own: [file('/a')] }).roles).toEqual([])
  })

  it('is another one when anything of it is', () => {
    const sources: PolicySources = { schema, always, own: [file('/a')], roles: roles('  r: {}\n  s: {}\n') }
    const version = (changes: Partial<PolicySources> = {}) =>
      checkPolicies({ ...sources, ...changes }).version
    expect(version()).toBe(version())
    expect(version({ own: [file('/b')] })).toBe(version())
    const { roles: _, ...withoutRoles } = sources
    const others = [
      version({ schema: `${schema}\n` }),
      version({ always: file('always.cedar', `${always.text}\n`) }),
      version({ own: [file('/a', `${permit}\n`)] }),
      version({ own: [file('/a'), file('/b')] }),
      version({ roles: roles('  r: { call: x }\n  s: {}\n') }),
      version({ roles: roles('  r: {}\n  s: { given_to: users }\n') }),
      version({
        roles: { ...roles('  r: {}\n  s: {}\n'), beside: file('roles.cedar', `@id("beside") ${forbid}`) },
      }),
      checkPolicies(withoutRoles).version,
    ]
    expect(new Set([version(), ...others]).size).toBe(others.length + 1)
    for (const one of others) expect(one).toMatch(/^[\w-]{16}$/)
  })

  it('under a schema that is none is refused', () => {
    expect(() => checkPolicies({ schema: 'entity', always, own: [] })).toThrow(
      expect.objectContaining({
        code: 'policy-invalid',
        message: expect.stringContaining('gate.cedarschema') as string,
      }),
    )
  })
})
