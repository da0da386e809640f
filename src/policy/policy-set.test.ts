/** A policy that can't be meant is refused with its file and line. */
import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { loadPolicy } from './load-policy.ts'
import { checkPolicies } from './policy-set.ts'

const schema = readFileSync(new URL('gate.cedarschema', import.meta.url), 'utf8')
const always = { file: 'always.cedar', text: '@id("kept") forbid (principal, action, resource);' }
const check = (text: string) => checkPolicies({ schema, always, own: [{ file: '/etc/own.cedar', text }] })

const permit = 'permit (principal, action, resource);'

describe('a policy file', () => {
  it.each([
    [
      'a syntax error',
      '// é\n\npermit (principal, action,\n  resource foo);',
      ':4 ',
      'unexpected token `foo`',
    ],
    [
      'an unknown type',
      `${permit}\n// é\npermit (principal is Sekisho::Gust,\n action, resource);`,
      ':3 ',
      'Guest',
    ],
    [
      'an unknown action',
      'permit (principal, action == Sekisho::Action::"run", resource);',
      ':1 ',
      'unrecognized',
    ],
    ['an unknown guest', '\npermit (principal == Sekisho::Guest::"bob", action, resource);', ':2 ', 'bob'],
    [
      'an unknown time zone',
      'permit (principal, action, resource) when { context.times.hasTag("Asia/Tokio") };',
      ':1 ',
      'Asia/Tokio',
    ],
    ['an unknown fact', 'permit (principal, action, resource)\nwhen { context.ip == "::1" };', ':2 ', '`ip`'],
    [
      'a grant that strangers can never have',
      'permit (principal is Sekisho::Nobody, action == Sekisho::Action::"viewPage", resource);',
      ':1 ',
      'stranger',
    ],
    ['a template', `${permit}\npermit (principal == ?principal, action, resource);`, ':2 ', 'templates'],
    ['an id used twice', `@id("a") ${permit}\n\n@id("a") ${permit}`, ':3 ', '"a" is used twice'],
    ['an id that is taken', `\n@id("kept") ${permit}`, ':2 ', '"kept" is taken'],
    ['an id that a plain object would lose', `@id("__proto__") ${permit}`, ':1 ', 'an id has'],
  ])('with %s is refused', (_, text, place, words) => {
    expect(() => check(text)).toThrow(
      expect.objectContaining({
        code: 'policy-invalid',
        message: expect.stringMatching(
          new RegExp(`^The policy /etc/own\\.cedar${place}is not valid: `),
        ) as string,
      }),
    )
    expect(() => check(text)).toThrow(words)
  })

  it.each([
    ['nothing', ''],
    ['a comment alone', '// forbid (principal, action, resource);\n'],
  ])('with %s is refused: it may have been cut short', (_, text) => {
    expect(() => check(text)).toThrow('The policy /etc/own.cedar is not valid: it holds no policy')
  })

  it('of a role itself is said to be of no member, and nothing of strangers', () => {
    const own = 'permit (principal == Sekisho::Role::"a", action, resource);'
    expect(() => check(own)).toThrow(/replacing `==` with `in`/)
    expect(() => check(own)).not.toThrow(/stranger/)
  })

  it('names unnamed policies by their lines, however many there are', () => {
    const lines = Array.from(
      { length: 12 },
      (_, n) => `permit (principal, action, resource) when { ${String(n)} == ${String(n)} };`,
    )
    const { own } = check(lines.join('\n'))
    expect([...own.keys()]).toEqual(lines.map((_, n) => `line-${String(n + 1)}`))
    expect([...own.values()]).toEqual(lines)
  })

  it('may hold the same policy twice without an id', () => {
    expect(check(`${permit}\n${permit} ${permit}`).own.size).toBe(3)
  })

  it('that is missing or not text is refused in words', async () => {
    await expect(loadPolicy({ roles: [], files: ['/nowhere/own.cedar'] })).rejects.toMatchObject({
      code: 'policy-invalid',
      message: expect.stringContaining('/nowhere/own.cedar') as string,
    })
    await expect(loadPolicy({ roles: [], files: [process.execPath] })).rejects.toThrow('not UTF-8')
  })
})
