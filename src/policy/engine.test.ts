/** What can be said before the circumstances are known, and who looks the same to the policy. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PolicyPrincipal, PolicyResource } from './engine.ts'
import { loadPolicy } from './load-policy.ts'
import { rolesFrom } from './sample-roles.contract.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'might-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function load(text: string) {
  const file = join(folder, 'own.cedar')
  await writeFile(file, text)
  return loadPolicy({ roles: [], files: [file] })
}

const user = (username: string, attributes = {}, roles: readonly string[] = []): PolicyPrincipal => ({
  ...{ kind: 'user', username, roles, attributes },
})
const endpoint = (name: string): PolicyResource => ({ kind: 'endpoint', name, group: name })

describe('before the circumstances are known', () => {
  it('a permit on them is possible, a forbid on them is not sure', async () => {
    const engine = await load(`
      permit (principal, action == Sekisho::Action::"callFunction", resource) when { context.mfa };
      forbid (principal, action == Sekisho::Action::"callFunction", resource)
        when { context.arguments.texts.hasTag("month") };
    `)
    expect(engine.mightPermit(user('bob'), 'callFunction').allow).toBe(true)
    expect(engine.mightPermitOn(user('bob'), 'callFunction', endpoint('x'))).toBe(true)
    expect(engine.mightPermit(user('bob'), 'uploadFile')).toEqual({
      ...{ allow: false, reason: 'not-permitted', policies: [] },
    })
  })

  it('attributes of the user are known, and so is the name of the function', async () => {
    const engine = await load(`
      permit (principal is Sekisho::User, action == Sekisho::Action::"callFunction", resource)
        when { principal.hasTag("team") && principal.getTag("team") like "legal-*" && resource.name like "report_*"
          && context.mfa };
    `)
    expect(engine.mightPermit(user('bob', { team: 'legal-eu' }), 'callFunction').allow).toBe(true)
    expect(engine.mightPermit(user('bob', { team: 'sales' }), 'callFunction').allow).toBe(false)
    const may = (name: string) =>
      engine.mightPermitOn(user('bob', { team: 'legal-' }), 'callFunction', endpoint(name))
    expect([may('report_x'), may('admin')]).toEqual([true, false])
  })

  it('a forbid that holds whatever comes is a no, with its name', async () => {
    const engine = await load(`
      @id("all") permit (principal, action, resource);
      @id("not-him") forbid (principal in Sekisho::User::"bob", action == Sekisho::Action::"callFunction", resource);
      @id("not-this") forbid (principal, action == Sekisho::Action::"callFunction", resource == Sekisho::Endpoint::"x");
    `)
    expect(engine.mightPermit(user('bob'), 'callFunction')).toEqual({
      ...{ allow: false, reason: 'forbidden', policies: ['not-him'] },
    })
    expect(engine.mightPermit(user('ann'), 'callFunction').allow).toBe(true)
    expect(engine.mightPermitOn(user('ann'), 'callFunction', endpoint('x'))).toBe(false)
    expect(engine.mightPermitOn(user('ann'), 'callFunction', endpoint('y'))).toBe(true)
    expect(engine.mightPermit({ kind: 'guest' }, 'administer')).toMatchObject({ reason: 'forbidden' })
    expect(engine.mightPermit({ kind: 'nobody' }, 'callFunction')).toMatchObject({ reason: 'not-permitted' })
  })
})

describe('the key of a view', () => {
  it('is the same for all who have the same roles and attributes that a policy looks at', async () => {
    const roles = rolesFrom('  a: { call: x, when: { attributes: { team: legal } } }\n  b: { inherits: a }\n')
    const engine = await loadPolicy({ roles, files: [] })
    const key = engine.viewKey(user('bob', { team: 'legal', badge: '1' }, ['a']))
    expect(engine.viewKey(user('ann', { badge: '2', team: 'legal' }, ['a', 'a']))).toBe(key)
    expect(engine.viewKey(user('ann', { team: 'sales' }, ['a']))).not.toBe(key)
    expect(engine.viewKey(user('ann', { team: 'legal' }, ['b']))).not.toBe(key)
    expect(engine.viewKey(user('ann', {}, ['a']))).not.toBe(key)
    expect(
      engine.viewKey({ kind: 'token', id: 't', user: 'bob', roles: ['a'], attributes: { team: 'legal' } }),
    ).not.toBe(key)
  })

  it('tells apart whom a policy names, and their programs', async () => {
    const engine = await load(`
      permit (principal, action, resource) unless { principal in Sekisho::User::"bob" };
    `)
    const token = (name: string): PolicyPrincipal => ({
      kind: 'token',
      id: 't',
      user: name,
      roles: [],
      attributes: {},
    })
    expect(engine.viewKey(user('bob'))).not.toBe(engine.viewKey(user('ann')))
    expect(engine.viewKey(user('eve'))).toBe(engine.viewKey(user('ann')))
    expect(engine.viewKey(token('bob'))).not.toBe(engine.viewKey(token('ann')))
  })
})
