/** Which files make the policy, and what is said of those that can't. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rolesFrom } from '../../test/rig/policy-desk.ts'
import { anyContext } from './cedar-context.ts'
import { loadPolicy, readPolicySet, readSchemaText } from './load-policy.ts'

const folder = mkdtempSync(join(tmpdir(), 'sekisho-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function mayCall(source: Parameters<typeof loadPolicy>[0], name: string): Promise<boolean> {
  const engine = await loadPolicy(source)
  const resource = { kind: 'endpoint', name, group: name } as const
  const question = { principal: { kind: 'guest' }, action: 'callFunction', resource } as const
  const { allow } = engine.decide({ ...question, context: anyContext })
  engine.close()
  return allow
}

const roles = rolesFrom('viewer: { given_to: guests, call: [a] }')

describe('a policy', () => {
  it('is the built-in one where nothing is written: whoever is signed in may call', async () => {
    expect(await mayCall(undefined, 'a')).toBe(true)
    expect(
      Array.from((await readPolicySet({ roles: [], files: [] })).places.values(), (at) => at.file),
    ).toEqual(expect.arrayContaining([expect.stringMatching(/defaults\/default\.cedar$/)]))
  })

  it('of files stands in the place of the built-in one', async () => {
    const files = [
      file('one.cedar', 'permit (principal, action, resource) when { resource == Sekisho::Endpoint::"a" };'),
    ]
    expect([await mayCall({ roles: [], files }, 'a'), await mayCall({ roles: [], files }, 'b')]).toEqual([
      true,
      false,
    ])
  })

  it('of roles and files is both', async () => {
    const files = [file('two.cedar', 'permit (principal, action, resource == Sekisho::Endpoint::"b");')]
    const both = { roles, files }
    expect([await mayCall(both, 'a'), await mayCall(both, 'b'), await mayCall(both, 'c')]).toEqual([
      true,
      true,
      false,
    ])
  })

  it('comes with the schema that it is checked against', async () => {
    expect(await readSchemaText()).toContain('namespace Sekisho')
  })
})

describe('a file that is none', () => {
  const said = async (path: string) =>
    readPolicySet({ roles, files: [path] }).then(
      () => 'accepted',
      (fault: Error & { code?: string }) => `${fault.code ?? ''}: ${fault.message.replaceAll(folder, '')}`,
    )

  it.each([
    [
      'absent.cedar',
      undefined,
      /^policy-invalid: The policy \/absent\.cedar can't be read: it does not exist or may not be read\.$/,
    ],
    [
      'latin1.cedar',
      Buffer.from([0x2f, 0x2f, 0xe9]),
      /^policy-invalid: The policy \/latin1\.cedar can't be read: it is not UTF-8 text\.$/,
    ],
    ['empty.cedar', '', /\/empty\.cedar/],
    ['words.cedar', '// é\n// é\npermit me;', /\/words\.cedar:3 is not valid: .*\.$/],
    [
      'template.cedar',
      '\n\npermit (principal == ?principal, action, resource);',
      /\/template\.cedar:3 is not valid: templates .* are not supported\.$/,
    ],
    [
      'twice.cedar',
      '@id("x")\npermit (principal, action, resource);\n@id("x")\nforbid (principal, action, resource);',
      /\/twice\.cedar:3 is not valid: the id "x" is used twice\.$/,
    ],
    [
      'id.cedar',
      '@id("a b")\npermit (principal, action, resource);',
      /\/id\.cedar:1 is not valid: an id has letters/,
    ],
    [
      'unknown.cedar',
      '// ü\n\npermit (principal, action, resource) when {\n  resource.colour == "red"\n};',
      /\/unknown\.cedar:4 is not valid: .*colour/,
    ],
    [
      'never.cedar',
      'permit (principal, action, resource);\npermit (principal, action, resource)\n  when { false };',
      /\/never\.cedar:2 is not valid: /,
    ],
    [
      'guest.cedar',
      'permit (principal == Sekisho::Guest::"bob", action, resource);',
      /\/guest\.cedar:1 is not valid: there is one guest, Sekisho::Guest::"shared"/,
    ],
  ])('is refused with its name, line and reason: %s', async (name, content, words) => {
    if (content !== undefined) file(name, content)
    expect(await said(join(folder, name))).toMatch(words)
  })
})

describe('policies that nobody named', () => {
  it('are called by their lines, and those of one line by their places too', async () => {
    const text =
      'permit (principal, action, resource == Sekisho::Endpoint::"a"); permit (principal, action, resource == Sekisho::Endpoint::"b");\npermit (principal, action, resource == Sekisho::Endpoint::"c");'
    const { own, places } = await readPolicySet({ roles: [], files: [file('lines.cedar', text)] })
    expect([...own.keys()]).toEqual(
      ['line-1', 'line-1-at-64', 'line-2'].map((id) => expect.stringContaining(id) as string),
    )
    expect(Array.from(places.values(), ({ line }) => line).slice(-3)).toEqual([1, 1, 2])
  })

  it('stand at their own lines, however many there are', async () => {
    const text = Array.from(
      { length: 25 },
      (_, i) => `permit (principal, action, resource == Sekisho::Endpoint::"f${String(i)}");`,
    ).join('\n')
    const { own, places } = await readPolicySet({ roles: [], files: [file('many.cedar', text)] })
    for (const [id, policy] of own) {
      const line = places.get(id)?.line ?? 0
      expect(policy).toContain(`"f${String(line - 1)}"`)
    }
    expect(own.size).toBe(25)
  })
})
