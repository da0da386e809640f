/** What is valid and probably not meant: a forbid of a user in person, whose programs go on; conditions that nothing meets. */
import { expect, it } from 'vitest'
import { policyFrom } from '../../test/rig/policy-desk.ts'
import { findSlips } from './find-slips.ts'
import { readSchemaText } from './load-policy.ts'
import { checkPolicies } from './policy-set.ts'

const schema = await readSchemaText()

const always = { file: 'always.cedar', text: '' }
const slipsOf = (text: string) =>
  findSlips(checkPolicies({ schema, always, own: [{ file: '/own.cedar', text }] }))

it('is told with its place and what to write', () => {
  const text =
    '\npermit (principal, action, resource);\nforbid (principal == Sekisho::User::"b\\"ob", action, resource);'
  expect(slipsOf(text)).toEqual([
    '/own.cedar:3: this forbids "b\\"ob" in person; the API tokens of "b\\"ob" go on. ' +
      'To mean both, write: principal in Sekisho::User::"b\\"ob"',
  ])
})

it.each([
  'permit (principal == Sekisho::User::"bob", action, resource);',
  'forbid (principal in Sekisho::User::"bob", action, resource);',
  'forbid (principal == Sekisho::Token::"bob", action, resource);',
  'forbid (principal == Sekisho::Guest::"shared", action, resource);',
  'forbid (principal is Sekisho::User, action, resource);',
  'forbid (principal, action, resource);',
])('is not this: %s', (text) => {
  expect(slipsOf(text)).toEqual([])
})

it('is a role whose password for each call guards less than it grants', async () => {
  const when = 'when: { fresh: call }'
  const policy = await policyFrom(
    `up: { call: [a], upload: true, ${when} }`,
    `all: { call: [a], upload: true, files: up, deep_links: true, mcp: true, components: "*", monitoring: true, ${when} }`,
    `calls: { inherits: up, call: [b], pages: ["*"], ${when} }`,
    'open: { upload: true, when: { auth_age: 5m } }',
  )
  expect(findSlips(policy)).toEqual([
    expect.stringMatching(
      /sekisho\.yaml:3: roles\.up\.when\.fresh: this guards calls alone; upload is granted without it\.$/,
    ),
    expect.stringMatching(
      /sekisho\.yaml:4: .*; upload, files, deep_links, mcp, components, monitoring are granted without it\.$/,
    ),
  ])
})

it('is a role that asks for what no request has yet', async () => {
  const role = 'admin: { call: "*", when: { mfa: true, proof: true, fresh: call, auth_age: 5m } }'
  expect(findSlips(await policyFrom('viewer: { call: [a] }', role))).toEqual([
    expect.stringMatching(/sekisho\.yaml:4: roles\.admin\.when\.mfa: .*nobody gets/),
  ])
})
