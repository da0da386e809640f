/** Changes of policy files: taken over as a whole, or not at all. */
import { mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from '../audit/event.ts'
import { makeConfig } from '../config/make-config.ts'
import { anyContext } from './cedar-context.ts'
import { keepPolicy } from './keep-policy.ts'
import type { PolicyKeeper } from './policy-keeper.ts'

let folder = ''
let keeper: PolicyKeeper | undefined
let events: AuditEvent[] = []
let said: string[] = []
/** The disk of the audit log. */
let isFull = false

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keeper-'))
  events = []
  said = []
  isFull = false
})
afterEach(async () => {
  await keeper?.close()
  keeper = undefined
  await rm(folder, { recursive: true })
})

const write = (name: string, text: string) => writeFile(join(folder, name), text)
const app = 'upstream: http://127.0.0.1:7860\n'
const viewer = (call: string) => `${app}roles:\n  viewer: { given_to: guests, call: ${call} }\n`

function parts(): Parameters<typeof keepPolicy>[1] {
  return {
    audit: {
      write: (event) => {
        if (isFull) return Promise.reject(new Error('no room'))
        events.push(event)
        return Promise.resolve()
      },
    },
    say: (words) => said.push(words),
    ...{ cwd: folder, home: folder, env: {} },
  }
}

function unopened(): PolicyKeeper {
  const text = viewer('a')
  const file = join(folder, 'sekisho.yaml')
  return keepPolicy(
    { ...makeConfig({ text, file }, {}, { cwd: folder, home: folder, env: {} }), file },
    parts(),
  )
}

async function open(text: string, meanwhile = () => Promise.resolve()): Promise<PolicyKeeper> {
  await write('sekisho.yaml', text)
  const file = join(folder, 'sekisho.yaml')
  const around = { cwd: folder, home: folder, env: {} }
  const config = { ...makeConfig({ text, file }, {}, around), file }
  keeper = keepPolicy(config, parts())
  await meanwhile()
  await keeper.open()
  return keeper
}

function may(name: string): boolean {
  const resource = { kind: 'endpoint', name, group: name } as const
  const question = { principal: { kind: 'guest' }, action: 'callFunction', resource } as const
  return keeper?.decide({ ...question, context: anyContext }).allow ?? false
}

/** Twice, as a change counts when it was seen twice. */
async function look(): Promise<void> {
  await keeper?.look()
  await keeper?.look()
}

describe('a policy that is kept', () => {
  it('changes with the roles in sekisho.yaml, tells who asked to be told, and is on record', async () => {
    const policy = await open(viewer('a'))
    let told = 0
    policy.onChange(() => told++)
    const before = policy.version
    expect([may('a'), may('b')]).toEqual([true, false])
    await write('sekisho.yaml', viewer('b'))
    await look()
    expect([may('a'), may('b'), told]).toEqual([false, true, 1])
    expect(policy.version).not.toBe(before)
    expect(events).toMatchObject([
      { kind: 'policy.loaded', version: before, roles: 1 },
      { kind: 'policy.loaded', version: policy.version, roles: 1 },
    ])
  })

  it('changes by itself, without being told to look', async () => {
    await open(viewer('a'))
    await write('sekisho.yaml', viewer('b'))
    await expect.poll(() => may('b'), { timeout: 10_000 }).toBe(true)
  })

  it('changes with a Cedar file, also one that was put in the place of the old', async () => {
    await write('own.cedar', 'permit (principal, action, resource);')
    await open(`${viewer('a')}policy: own.cedar\n`)
    expect(may('b')).toBe(true)
    await write('new.cedar', 'forbid (principal, action, resource == Sekisho::Endpoint::"b");')
    await rename(join(folder, 'new.cedar'), join(folder, 'own.cedar'))
    await look()
    expect([may('a'), may('b')]).toEqual([true, false])
  })

  it.each([
    ['a role that cannot be meant', viewer('a').replace('viewer:', 'Viewer:')],
    ['another key that is wrong', `${viewer('b')}listen: everywhere\n`],
    ['something that is no YAML', `${viewer('b')}: [`],
    ['a Cedar file that is missing', `${viewer('b')}policy: none.cedar\n`],
    ['an emptied file, which would mean the built-in policy', ''],
    ['roles that are gone', app],
  ])('stays as it was in the face of %s, loudly, and once', async (_, text) => {
    await open(viewer('a'))
    await write('sekisho.yaml', text)
    await look()
    await look()
    expect([may('a'), may('b')]).toEqual([true, false])
    expect(events.map(({ kind }) => kind)).toEqual(['policy.loaded', 'policy.rejected'])
    expect(said).toEqual([expect.stringContaining('the policy in force stays')])
    await write('sekisho.yaml', viewer('b'))
    await look()
    expect([may('a'), may('b')]).toEqual([false, true])
  })

  it('hears that a file was mended which was named for the first time when it was broken', async () => {
    await write('own.cedar', 'permit (principal')
    await open(viewer('a'))
    await write('sekisho.yaml', `${viewer('a')}policy: own.cedar\n`)
    await look()
    expect(events.at(-1)?.kind).toBe('policy.rejected')
    await write('own.cedar', 'permit (principal, action, resource);')
    await look()
    expect(may('b')).toBe(true)
  })

  it('stays when its files are gone, and does not fall back to the built-in policy', async () => {
    await open(viewer('a'))
    await unlink(join(folder, 'sekisho.yaml'))
    await look()
    expect([may('a'), may('b')]).toEqual([true, false])
    expect(events.at(-1)?.kind).toBe('policy.rejected')
  })

  it('does not take over a file that is still being written', async () => {
    await write(
      'own.cedar',
      'permit (principal, action, resource);\nforbid (principal, action, resource == Sekisho::Endpoint::"b");',
    )
    await open(`${app}policy: own.cedar\n`)
    // The half without the forbid is a valid policy too.
    await write('own.cedar', 'permit (principal, action, resource);\n')
    await keeper?.look()
    expect(may('b')).toBe(false)
    await write(
      'own.cedar',
      'permit (principal, action, resource);\nforbid (principal, action, resource == Sekisho::Endpoint::"a");',
    )
    await look()
    expect([may('a'), may('b')]).toEqual([false, true])
    expect(events.map(({ kind }) => kind)).toEqual(['policy.loaded', 'policy.loaded'])
  })

  it('keeps the forbids of a Cedar file that was emptied', async () => {
    await write('own.cedar', 'forbid (principal, action, resource == Sekisho::Endpoint::"a");')
    await open(`${viewer('"*"')}policy: own.cedar\n`)
    await write('own.cedar', '')
    await look()
    expect([may('a'), may('b')]).toEqual([false, true])
    expect(events.at(-1)?.kind).toBe('policy.rejected')
  })

  it('takes over what was changed between the reading of the configuration and the start', async () => {
    await open(viewer('a'), () => write('sekisho.yaml', viewer('b')))
    await look()
    expect([may('a'), may('b')]).toEqual([false, true])
  })

  it('that says the same in other words of no account is no change', async () => {
    await open(viewer('a'))
    await write('sekisho.yaml', `${viewer('a')}# a word\n`)
    await look()
    expect(events).toHaveLength(1)
  })

  it('warns of a forbid that means a user in person', async () => {
    await write(
      'own.cedar',
      'permit (principal, action, resource);\nforbid (principal == Sekisho::User::"bob", action, resource);',
    )
    await open(`${app}policy: own.cedar\n`)
    expect(said).toEqual([expect.stringMatching(/own\.cedar:2: .*"bob".*principal in/)])
  })

  it.each(['before it is opened', 'once it is closed'])('refuses everything %s', async (when) => {
    const given = await open(viewer('a'))
    const guest = { kind: 'guest' } as const
    const endpoint = { kind: 'endpoint', name: 'a', group: 'a' } as const
    expect(given.mightPermitOn(guest, 'callFunction', endpoint)).toBe(true)
    expect([given.version, given.viewKey(guest)]).not.toContain('')
    await given.close()
    const policy = when === 'once it is closed' ? given : unopened()
    const question = {
      principal: guest,
      action: 'callFunction',
      resource: endpoint,
      context: anyContext,
    } as const
    const refused = { allow: false, reason: 'no-policy', policies: [] }
    expect(policy.decide(question)).toEqual(refused)
    expect(policy.mightPermit(guest, 'callFunction')).toEqual(refused)
    expect(policy.mightPermitOn(guest, 'callFunction', endpoint)).toBe(false)
    expect([policy.version, policy.viewKey(guest), policy.rolesOf(guest)]).toEqual(['', '', []])
  })

  it('answers as the policy in force does, its roles and its kinds of people too', async () => {
    const policy = await open(viewer('a'))
    const guest = { kind: 'guest' } as const
    expect(policy.rolesOf(guest)).toEqual(['viewer'])
    expect(policy.viewKey(guest)).toContain('viewer')
    expect(policy.viewKey(guest)).not.toBe(policy.viewKey({ kind: 'nobody' }))
    for (const [name, isAllowed] of [
      ['a', true],
      ['b', false],
    ] as const)
      expect(policy.mightPermitOn(guest, 'callFunction', { kind: 'endpoint', name, group: name })).toBe(
        isAllowed,
      )
    expect(policy.mightPermit(guest, 'uploadFile').allow).toBe(false)
  })

  it('does not start without a record, and changes without one', async () => {
    isFull = true
    await expect(open(viewer('a'))).rejects.toThrow('no room')
    isFull = false
    await open(viewer('a'))
    isFull = true
    await write('sekisho.yaml', viewer('b'))
    await look()
    expect([may('a'), may('b')]).toEqual([false, true])
    await write('sekisho.yaml', `${viewer('c')}nonsense: 1\n`)
    await look()
    expect(may('b')).toBe(true)
    expect(said.at(-1)).toContain('nonsense')
  })
})
