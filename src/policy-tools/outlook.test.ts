/** What is said of somebody under any circumstances, against what the policy decides under many. */
import { describe, expect, test, vi } from 'vitest'
import { Dice, randomQuestion, randomRoles } from '../../test/policy-reference/random-roles.ts'
import { appWith, policyFrom } from '../../test/rig/policy-desk.ts'
import { makeConfig } from '../config/make-config.ts'
import { makeCedarEngine } from '../policy/cedar.ts'
import { readPolicySet } from '../policy/load-policy.ts'
import { Outlooks } from './outlook.ts'

vi.setConfig({ testTimeout: 60_000 })

const call = (name: string) =>
  ({ action: 'callFunction', resource: { kind: 'endpoint', name, group: name } }) as const
const member = (...roles: string[]) => ({ kind: 'user', username: 'bob', roles, attributes: {} }) as const

test('yes and no hold whatever the circumstances, for random role files and requests', async () => {
  const dice = new Dice(5)
  const counts = { yes: 0, depends: 0, no: 0 }
  for (let file = 0; file < 30; file++) {
    // JSON is YAML (YAML 1.2 section 1.3).
    const text = JSON.stringify({ upstream: 'http://127.0.0.1:7860', roles: randomRoles(dice) })
    const { roles } = makeConfig({ text, file: '/sekisho.yaml' }, {}, { cwd: '/', home: '/', env: {} })
    const set = await readPolicySet({ roles, files: [] })
    const engine = makeCedarEngine(set)
    const outlooks = new Outlooks(set)
    for (let nth = 0; nth < 200; nth++) {
      const question = randomQuestion(dice)
      const { answer } = outlooks.of(question.principal, question)
      const { allow } = engine.decide(question)
      counts[answer]++
      if (answer !== 'depends') expect({ question, allow }).toEqual({ question, allow: answer === 'yes' })
      const open = outlooks.of(question.principal, question, { anyAttributes: true })
      if (open.answer !== 'depends') expect(open.answer).toBe(answer)
    }
    engine.close()
  }
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(100)
})

describe('an outlook', () => {
  test('names the rules that grant, and those that might', async () => {
    const set = await policyFrom(
      'viewer: { call: [predict] }',
      'admin: { call: "*", when: { mfa: true } }',
      'finance: { call: [predict], when: { attributes: { department: finance } } }',
    )
    const outlooks = new Outlooks(set)
    expect(outlooks.of(member('viewer'), call('predict'))).toMatchObject({
      ...{ answer: 'yes', grant: ['role:viewer:call:3'], mightGrant: [] },
    })
    expect(outlooks.of(member('admin'), call('other'))).toMatchObject({
      ...{ answer: 'depends', grant: [], mightGrant: ['role:admin:call:4'] },
    })
    expect(outlooks.of(member('viewer'), call('other')).answer).toBe('no')
    expect(outlooks.of(member('finance'), call('predict')).answer).toBe('no')
    const open = outlooks.of(member('finance'), call('predict'), { anyAttributes: true })
    expect(open.answer).toBe('depends')
  })

  test('of what nobody can be granted is no', async () => {
    const outlooks = new Outlooks(await policyFrom('admin: { call: "*" }'))
    expect(outlooks.of({ kind: 'nobody' }, call('predict')).answer).toBe('no')
    const never = { action: 'administer', resource: { kind: 'app' } } as const
    expect(outlooks.of(member('admin'), never)).toMatchObject({ answer: 'no' })
  })
})

test('the small app of these tests is read as a real one is', () => {
  const { byName, pages } = appWith({ predict: ['text'], report: ['month', 'amount'] })
  expect(byName.get('report')?.parameters.map(({ name }) => name)).toEqual(['month', 'amount'])
  expect(pages).toEqual(['', 'admin'])
})
