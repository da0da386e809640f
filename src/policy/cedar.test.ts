/** What the default policy and hand-written ones decide, for every principal and every action. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actions } from '../catalog/actions.ts'
import type { Action } from '../catalog/actions.ts'
import { makeCedarEngine } from './cedar.ts'
import { anyContext } from './cedar-context.ts'
import type { PolicyEngine, PolicyPrincipal, PolicyResource } from './engine.ts'
import { loadPolicy, readSchemaText } from './load-policy.ts'
import { checkPolicies } from './policy-set.ts'

const guest: PolicyPrincipal = { kind: 'guest' }
const plain = { roles: [], attributes: {} } as const
const user: PolicyPrincipal = { kind: 'user', username: 'bob', ...plain }
const token: PolicyPrincipal = { kind: 'token', id: 'ci', ...plain }
const bobsToken: PolicyPrincipal = { kind: 'token', id: 'bobs', user: 'bob', ...plain }
const nobody: PolicyPrincipal = { kind: 'nobody' }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function load(text: string) {
  const file = join(folder, 'own.cedar')
  await writeFile(file, text)
  return loadPolicy({ roles: [], files: [file] })
}

/** What each action is asked for on, where it isn't the app. */
const resources: Partial<Record<Action, PolicyResource>> = {
  callFunction: { kind: 'endpoint', name: 'predict', group: 'predict' },
  viewPage: { kind: 'page', path: '' },
  readFile: { kind: 'file', standing: 'own', ownerRoles: [] },
  readOthersFile: { kind: 'file', standing: 'others', ownerRoles: [] },
  callComponent: { kind: 'component', type: 'fileexplorer', name: '', function: 'ls' },
}

function decide(engine: Pick<PolicyEngine, 'decide'>, principal: PolicyPrincipal, action: Action) {
  const resource = resources[action] ?? { kind: 'app' }
  return engine.decide({ principal, action, resource, context: anyContext })
}

const open: readonly Action[] = [
  'loadPublicAsset',
  'openLogin',
  'joinByInvitation',
  'confirmByTicket',
  'loadGateAsset',
  'checkHealth',
  'readAssertionKeys',
]
const never: readonly Action[] = ['administer', 'useServerCredential', 'bypassLogin', 'reachUnknown']
const ungranted: readonly Action[] = ['useMcp', 'readOthersFile', 'readMonitoring']
/** What only a person can do. */
const personal: readonly Action[] = [
  'openLogin',
  'joinByInvitation',
  'confirmByTicket',
  'readOwnSession',
  'endOwnSession',
  'confirmOwnSession',
  'changeOwnPassword',
]

/** What the schema lets each of them ask for at all. */
const askable: Readonly<Record<'guest' | 'user' | 'token', readonly Action[]>> = {
  guest: actions.filter((action) => action !== 'changeOwnPassword'),
  user: actions,
  token: actions.filter((action) => !personal.includes(action)),
}

describe('the default policy', () => {
  it.each([guest, user, token, bobsToken])(
    'lets %o do all that its kind can but what no default policy grants and what nobody may',
    async (principal) => {
      const engine = await loadPolicy()
      const allowed = actions.filter((action) => decide(engine, principal, action).allow)
      expect(allowed).toEqual(
        askable[principal.kind].filter((action) => ![...never, ...ungranted].includes(action)),
      )
    },
  )

  it('lets only users change a password, and no program touch a session', async () => {
    const engine = await loadPolicy()
    const may = (principal: PolicyPrincipal, action: Action) => decide(engine, principal, action).allow
    expect(personal.map((action) => may(user, action))).toEqual([true, true, true, true, true, true, true])
    expect(personal.map((action) => may(guest, action))).toEqual([true, true, true, true, true, true, false])
    expect(personal.some((action) => may(bobsToken, action))).toBe(false)
  })

  it('lets a stranger load the login page and public assets, and nothing else', async () => {
    const engine = await loadPolicy()
    const allowed = actions.filter((action) => decide(engine, nobody, action).allow)
    expect(allowed).toEqual(actions.filter((action) => open.includes(action)))
    // A plain no and no fault: the schema knows no such request.
    expect(decide(engine, nobody, 'viewPage')).toEqual({
      allow: false,
      reason: 'not-permitted',
      policies: [],
    })
  })

  it('says which policy decided', async () => {
    const engine = await loadPolicy()
    expect(decide(engine, guest, 'callFunction')).toEqual({
      allow: true,
      policies: ['guests-use-the-app'],
    })
    expect(decide(engine, guest, 'administer')).toEqual({
      allow: false,
      reason: 'forbidden',
      policies: ['always-never'],
    })
    expect(decide(engine, guest, 'useMcp')).toEqual({
      allow: false,
      reason: 'not-permitted',
      policies: [],
    })
  })

  it('answers the same the second time, from its memory', async () => {
    const engine = await loadPolicy()
    for (const principal of [guest, user, token, bobsToken, nobody]) {
      for (const action of actions) {
        expect(decide(engine, principal, action)).toEqual(decide(engine, principal, action))
      }
    }
  })

  it('denies an action or a principal that it has never heard of', async () => {
    const engine = await loadPolicy()
    for (const action of ['fly', '', '__proto__', 'constructor', 'useApp', 'public']) {
      expect(decide(engine, guest, action as Action).allow).toBe(false)
      expect(decide(engine, nobody, action as Action).allow).toBe(false)
    }
    const strange = { kind: 'operator' } as unknown as PolicyPrincipal
    expect(decide(engine, strange, 'viewPage')).toMatchObject({
      allow: false,
      reason: 'engine-fault',
    })
  })
})

describe('a policy file of the operator', () => {
  it('replaces the default', async () => {
    const engine = await load('permit (principal, action == Sekisho::Action::"viewPage", resource);')
    const allowed = actions.filter((action) => decide(engine, guest, action).allow)
    expect(allowed).toEqual(['viewPage'])
  })

  it('can grant what the default does not', async () => {
    const engine = await load('@id("mcp") permit (principal, action == Sekisho::Action::"useMcp", resource);')
    expect(decide(engine, guest, 'useMcp')).toEqual({ allow: true, policies: ['mcp'] })
    expect(decide(engine, nobody, 'useMcp').allow).toBe(false)
  })

  it('cannot open the app to strangers or closed actions to anybody, even by permitting everything', async () => {
    const engine = await load('permit (principal, action, resource);')
    for (const action of actions) {
      expect(decide(engine, nobody, action).allow, action).toBe(open.includes(action))
      for (const principal of [guest, user, token, bobsToken] as const) {
        const expected = askable[principal.kind].includes(action) && !never.includes(action)
        expect(decide(engine, principal, action).allow, `${principal.kind} ${action}`).toBe(expected)
      }
    }
  })

  it('can speak of one user in person, and does not mean the user’s programs', async () => {
    const engine = await load('permit (principal == Sekisho::User::"bob", action, resource);')
    const may = (principal: PolicyPrincipal) => decide(engine, principal, 'viewPage').allow
    expect([may({ kind: 'user', username: 'bob', ...plain }), may(bobsToken)]).toEqual([true, false])
  })

  it('tells apart, from memory too, whoever has the same name as another kind of principal', async () => {
    const engine = await load(`
      permit (principal == Sekisho::User::"shared", action, resource);
      permit (principal == Sekisho::Token::"bob", action, resource);
    `)
    const alike: readonly (readonly [PolicyPrincipal, boolean])[] = [
      [{ kind: 'user', username: 'shared', ...plain }, true],
      [guest, false],
      [{ kind: 'token', id: 'shared', ...plain }, false],
      [{ kind: 'token', id: 'bob', ...plain }, true],
      [{ kind: 'user', username: 'bob', ...plain }, false],
      [{ kind: 'token', id: 'stranger', user: 'bob', ...plain }, false],
      [{ kind: 'user', username: 'stranger', ...plain }, false],
      [nobody, false],
    ]
    for (const [principal, may] of [...alike, ...alike, ...alike.toReversed()])
      expect(decide(engine, principal, 'viewPage').allow, JSON.stringify(principal)).toBe(may)
  })

  it('can speak of one user, and means the user’s programs too; of no other', async () => {
    const engine = await load(`
      permit (principal is Sekisho::User, action, resource);
      permit (principal is Sekisho::Token, action in Sekisho::Action::"useApp", resource);
      forbid (principal in Sekisho::User::"bob", action == Sekisho::Action::"uploadFile", resource);
    `)
    const may = (principal: PolicyPrincipal) => decide(engine, principal, 'uploadFile').allow
    expect([
      may(user),
      may(bobsToken),
      may(token),
      may({ kind: 'user', username: 'bob2', ...plain }),
    ]).toEqual([false, false, true, true])
  })

  it('denies all when there is none', async () => {
    const always = { file: 'always.cedar', text: '' }
    const engine = makeCedarEngine(checkPolicies({ schema: await readSchemaText(), always, own: [] }))
    for (const principal of [guest, user, token, nobody]) {
      for (const action of actions) {
        expect(decide(engine, principal, action)).toEqual({
          allow: false,
          reason: 'no-policy',
          policies: [],
        })
      }
    }
  })

  it('denies when a policy breaks while it is evaluated, even if another one permits', async () => {
    const engine = await load(`
      @id("fine") permit (principal, action, resource);
      @id("broken") forbid (principal, action == Sekisho::Action::"uploadFile", resource)
        when { 9223372036854775807 + 1 == 0 };
    `)
    expect(decide(engine, guest, 'viewPage').allow).toBe(true)
    expect(decide(engine, guest, 'uploadFile')).toEqual({
      allow: false,
      reason: 'engine-fault',
      policies: ['broken'],
    })
  })

  it('leaves an engine that was loaded before as it was', async () => {
    const before = await loadPolicy()
    await load('forbid (principal, action, resource);')
    expect(decide(before, guest, 'viewPage').allow).toBe(true)
  })
})
