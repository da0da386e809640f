/** A policy asked by its operator: tests, explanations, and the table of all answers. */
import { describe, expect, test } from 'vitest'
import { appWith, policyFrom } from '../../test/rig/policy-desk.ts'
import type { Question } from '../policy/engine.ts'
import type { When } from '../policy/roles.ts'
import { PolicyDesk } from './policy-desk.ts'
import { readCases } from './read-cases.ts'
import { tableHtml } from './table-html.ts'
import { tableJson, tableLines } from './table-text.ts'
import { tableWords } from './table-words.ts'
import { whenWords } from './when-words.ts'

const lines = [
  'viewer: { call: [predict], given_to: [users] }',
  'analyst: { inherits: viewer, call: ["report_*"], upload: true }',
  'admin: { call: "*", when: { mfa: true, auth_age: 15m } }',
] as const
const desk = async () => new PolicyDesk(await policyFrom(...lines))
const app = appWith({ predict: ['text'], report_may: ['month'] })
const name = ({ file, line }: { readonly file: string; readonly line: number }) => `${file}:${String(line)}`

async function run(text: string) {
  return (await desk()).run(readCases({ text, file: 'f', now: 0 }))
}

describe('tests', () => {
  test('pass where the policy answers as expected, and name the rules that no test needed', async () => {
    const report = await run(`tests:
      - { roles: [analyst], call: [predict, report_may], expect: allow }
      - { roles: [], call: report_may, expect: deny }
      - { roles: [admin], call: other, context: { mfa: true }, expect: allow }`)
    expect(report).toEqual({ tests: 3, passed: 3, failures: [], untested: ['role:analyst:upload:4'] })
  })

  test('fail with what was answered, and who said so', async () => {
    const report = await run(`tests:
      - { roles: [admin], call: [predict, other], expect: allow }
      - { test: analysts, roles: [analyst], call: report_may, expect: deny }`)
    expect(report).toMatchObject({ tests: 2, passed: 0 })
    expect(report.failures).toEqual([
      {
        ...{ where: 'f:2', name: 'user somebody (admin)', deed: 'call other', expected: 'allow' },
        ...{ rules: [], reason: 'not-permitted' },
      },
      {
        ...{ where: 'f:3', name: 'analysts', deed: 'call report_may', expected: 'deny' },
        ...{ rules: ['role:analyst:call:4'], reason: 'permitted' },
      },
    ])
  })
})

describe('an explanation', () => {
  const ask = (role: string, mfa: boolean): Question => ({
    principal: { kind: 'user', username: 'bob', roles: [role], attributes: {} },
    ...{ action: 'callFunction', resource: { kind: 'endpoint', name: 'report_may', group: 'report_may' } },
    context: {
      ...{
        method: 'password',
        mfa,
        authAge: 0,
        address: '127.0.0.1',
        tls: true,
        proof: false,
        fresh: false,
        now: 0,
      },
    },
  })

  test('names the rule that said yes, and where it stands', async () => {
    expect((await desk()).explain(ask('analyst', false))).toMatchObject({
      ...{ allow: true, reason: 'permitted', roles: ['analyst', 'viewer'], elsewise: [], grantedTo: [] },
      rules: [{ id: 'role:analyst:call:4', file: 'sekisho.yaml', line: 4 }],
    })
  })

  test('of a no says which rule would say yes under other circumstances, and which roles may', async () => {
    const { allow, rules, elsewise, grantedTo } = (await desk()).explain(ask('admin', false))
    expect([allow, rules]).toEqual([false, []])
    expect(elsewise).toMatchObject([
      { id: 'role:admin:call:5', role: { name: 'admin', when: { mfa: true } } },
    ])
    expect(grantedTo).toEqual(['analyst', 'admin'])
  })

  test('says when nobody of that kind is ever granted it', async () => {
    const never = { ...ask('admin', true), principal: { kind: 'nobody' } as const }
    expect((await desk()).explain(never)).toMatchObject({ allow: false, impossible: true, elsewise: [] })
  })
})

describe('the table', () => {
  test('has a row for each function, a column for each role, and the conditions below', async () => {
    const [head, ...rest] = tableLines((await desk()).table(app), name)
    expect(head?.split(/ {2,}/)).toEqual([
      'FUNCTIONS',
      'guest',
      'no role',
      'token',
      'viewer',
      'analyst',
      'admin',
    ])
    const row = (label: string) => rest.find((line) => line.startsWith(label))?.split(/ {2,}/)
    expect(row('predict')).toEqual(['predict', '-', 'yes', '-', 'yes', 'yes', 'yes'])
    expect(row('report_may')).toEqual(['report_may', '-', '-', '-', '-', 'yes', 'if [1]'])
    expect(row('upload')).toEqual(['upload', '-', '-', '-', '-', 'yes', '-'])
    expect(rest.at(-1)).toBe(
      '[1] admin (sekisho.yaml:5): with a second factor; password given at most 15m ago',
    )
  })

  test('says of whoever has no role what attributes may still open', async () => {
    const set = await policyFrom(
      'staff: { call: [predict], given_to: [users, tokens], when: { attributes: { department: finance } } }',
    )
    const { columns, sections } = new PolicyDesk(set).table(app)
    const [predict] = sections[0]?.rows ?? []
    const answers = columns.map(({ kind }, at) => `${kind} ${predict?.cells[at]?.answer ?? ''}`)
    expect(answers).toEqual(['guest no', 'no-role depends', 'token depends', 'role depends'])
  })

  test('has users as columns with what they have themselves', async () => {
    const bob = { kind: 'user', username: 'bob', roles: ['analyst'], attributes: {} } as const
    const { columns, sections } = (await desk()).table(app, [bob])
    expect(columns.at(-1)).toMatchObject({ label: 'bob', kind: 'user' })
    const answers = sections[0]?.rows.map(({ cells }) => cells.at(-1)?.answer)
    expect(answers).toEqual(['yes', 'yes'])
  })

  test('for programs names the rules on which an answer depends', async () => {
    const made = tableJson((await desk()).table(app)) as {
      readonly sections: readonly { readonly rows: readonly { label: string; answers: unknown[] }[] }[]
    }
    const row = made.sections[0]?.rows.find(({ label }) => label === 'report_may')
    expect(row?.answers.at(-1)).toEqual({ answer: 'depends', on: ['role:admin:call:5'] })
  })

  test.each(['en', 'ja'] as const)(
    'as a page in %s needs nothing else and lets no name speak',
    async (language) => {
      const hostile = '</th><script>alert(1)</script>"&'
      const table = (await desk()).table(appWith({ predict: [], [hostile]: [] }))
      const page = tableHtml(table, { language, name, madeAt: 0 })
      expect(page).toContain(`<html lang="${language}">`)
      expect(page).not.toMatch(/<script|<\/th><script|src=|href="(?!#)|url\(|@import/)
      expect(page).toContain('&#60;script&#62;')
      expect(page).toContain(tableWords[language].sections.functions)
      // Each reference to a condition leads somewhere.
      const targets = [...page.matchAll(/href="#(c\d+)"/g)].map(([, id]) => id)
      expect(targets.length).toBeGreaterThan(0)
      for (const id of targets) expect(page).toContain(`id="${id ?? ''}"`)
      for (const [, cell] of page.matchAll(/<td[^>]*>(.*?)<\/td>/g)) expect(cell).not.toBe('')
    },
  )

  test('folds a group into one row where all of it is answered alike, and not where it is not', async () => {
    const model = appWith({ talk: [], lambda: [], lambda_1: [] })
    const grouped = {
      ...model,
      byName: new Map(Array.from(model.byName, ([key, one]) => [key, { ...one, group: 'talk' }])),
    }
    const labels = async (role: string) =>
      new PolicyDesk(await policyFrom(role))
        .table(grouped)
        .sections[0]?.rows.map(({ label, others }) => [label, others])
    expect(await labels('r: { call: ["group:talk"] }')).toEqual([['talk', 2]])
    expect(await labels('r: { call: [talk] }')).toHaveLength(3)
  })
})

test('conditions are said in both languages', () => {
  const when: When = {
    ...{ mfa: true, authAge: 5_400_000, method: ['password'], network: ['10.0.0.0/8'], proof: true },
    fresh: 'call',
    ...{ hours: [{ from: 480, to: 1110 }], days: ['mon', 'fri'], timeZone: 'Asia/Tokyo' },
    ...{ attributes: { department: ['finance', 'legal'] } },
    arguments: { month: { kind: 'values', values: ['may', 2] }, amount: { kind: 'range', max: 10 } },
  }
  expect(whenWords(when, 'en')).toEqual([
    'with a second factor',
    'password given at most 90m ago',
    'signed in by password',
    'from 10.0.0.0/8',
    '08:00–18:30, Mon, Fri (Asia/Tokyo)',
    "with proof of the login's key",
    'with the password given for each call',
    "user's department is finance or legal",
    'argument month is may or 2',
    'argument amount is …10',
  ])
  const japanese = whenWords(when, 'ja')
  expect(japanese).toHaveLength(10)
  for (const words of japanese)
    expect(words).toMatch(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u)
})
