/** What is said of names in a policy that the app doesn't have. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { appWith, policyFrom, rolesFrom } from '../../test/rig/policy-desk.ts'
import { readPolicySet } from '../policy/load-policy.ts'
import { checkNames, findUncalled } from './check-names.ts'

const app = appWith({ predict: ['text'], report_may: ['month'], report_june: ['month'] })

describe('a role', () => {
  test.each([
    ['call: [predict, "report_*", "group:predict", "!report_june"]', []],
    ['call: "*"', []],
    ['call: [predct]', ['error: roles.r.call: the app has no function "predct". Did you mean predict?']],
    ['call: ["sales_*"]', ['warning: roles.r.call: no function of the app fits "sales_*".']],
    [
      'call: ["*", "!report_jun"]',
      ['error: roles.r.call: the app has no function "report_jun". Did you mean report_june?'],
    ],
    ['call: ["*", "!sales_*"]', ['error: roles.r.call: no function of the app fits "sales_*".']],
    ['call: ["group:predct"]', ['error: roles.r.call: the app has no group "predct". Did you mean predict?']],
    ['pages: [/, admin, "adm*"]', []],
    ['pages: [amdin]', ['error: roles.r.pages: the app has no page "amdin". Did you mean /admin?']],
    ['components: [fileexplorer, "#tree", "fileexplorer#tree.ls", ".l*"]', []],
    [
      'components: [fileexploror, "#three", ".rm"]',
      [
        'error: roles.r.components: no component of the app with functions on the server fits "fileexploror". Did you mean fileexplorer?',
        'error: roles.r.components: no component of the app with functions on the server fits "#three".',
        'error: roles.r.components: no component of the app with functions on the server fits ".rm".',
      ],
    ],
    ['call: ["report_*"], when: { arguments: { month: may } }', []],
    [
      'call: [predict], when: { arguments: { month: may } }',
      ['error: roles.r.when: no function that the role may call has a parameter "month".'],
    ],
  ])('with %s', async (keys, says) => {
    const findings = checkNames(await policyFrom(`r: { ${keys} }`), app)
    expect(findings.map((one) => `${one.severity}: ${one.says}`)).toEqual(says)
    for (const { file, line } of findings) expect([file, line]).toEqual(['sekisho.yaml', 3])
  })

  test('that takes back a function is told of others that Gradio named after it', async () => {
    const doubled = appWith({ report: [], report_1: [], report_12: [], report_1a: [], reports_1: [] })
    const says = async (call: string) =>
      checkNames(await policyFrom(`r: { call: ${call} }`), doubled).map(
        (one) => `${one.severity}: ${one.says}`,
      )
    expect(await says('["*", "!report"]')).toEqual([
      'warning: roles.r.call: "!report" leaves "report_1", "report_12", by which Gradio may mean the same function.',
    ])
    expect(await says('["*", "!report", "!report_1", "!report_12"]')).toEqual([])
    expect(await says('["*", "!report", "!report_1*"]')).toEqual([])
  })

  test('is not looked up in an app that was not asked', async () => {
    expect(checkNames(await policyFrom('r: { call: [anything] }'))).toEqual([])
  })
})

test('names in Cedar files are looked up too, with the line of the rule', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sekisho-cedar-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'extra.cedar')
  const rule = (id: string, role: string, resource: string) =>
    `@id("${id}")\nforbid (principal in Sekisho::Role::"${role}", action == Sekisho::Action::"callFunction", resource ${resource});\n`
  await writeFile(
    file,
    [
      rule('good', 'viewer', '== Sekisho::Endpoint::"predict"'),
      rule('role', 'veiwer', 'in Sekisho::Group::"predict"'),
      rule('endpoint', 'viewer', '== Sekisho::Endpoint::"predct"'),
      rule('group', 'viewer', 'in Sekisho::Group::"report"'),
    ].join('\n'),
  )
  const set = await readPolicySet({ roles: rolesFrom('viewer: { call: [predict] }'), files: [file] })
  expect(checkNames(set, app)).toEqual([
    { severity: 'error', file, line: 4, says: 'rule role: there is no Role "veiwer". Did you mean viewer?' },
    {
      severity: 'error',
      file,
      line: 7,
      says: 'rule endpoint: there is no Endpoint "predct". Did you mean predict?',
    },
    {
      severity: 'error',
      file,
      line: 10,
      says: expect.stringContaining('rule group: there is no Group "report".') as string,
    },
  ])
  expect(checkNames(set).map(({ says }) => says)).toEqual([
    'rule role: there is no Role "veiwer". Did you mean viewer?',
  ])
})

test('functions that nobody may call are found, those that depend on something are not among them', async () => {
  const some = await policyFrom('r: { call: [predict], when: { mfa: true, attributes: { team: a } } }')
  expect(findUncalled(some, app)).toEqual(['report_may', 'report_june'])
  const tokens = await policyFrom('r: { call: ["report_*"], given_to: [tokens], when: { method: token } }')
  expect(findUncalled(tokens, app)).toEqual(['predict'])
})
