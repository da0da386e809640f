/** What the gate hands to Cedar, keeps and leaves out decides as the whole set does when Cedar is asked for all of it. */
import { readFileSync } from 'node:fs'
import { inspect, isDeepStrictEqual } from 'node:util'
import { preparsePolicySet, preparseSchema, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, it } from 'vitest'
import { argumentEntities, contextFor, timesEntity } from '../../src/policy/cedar-context.ts'
import { makeCedarEngine } from '../../src/policy/cedar.ts'
import type { Question } from '../../src/policy/engine.ts'
import { cedarUid, subjectEntity, subjectOf, thingEntity, thingOf } from '../../src/policy/entities.ts'
import { GateFault } from '../../src/kit/fault.ts'
import { checkPolicies } from '../../src/policy/policy-set.ts'
import type { PolicySet } from '../../src/policy/policy-set.ts'
import { RoleGraph } from '../../src/policy/role-graph.ts'
import { Dice, randomQuestion } from './random-roles.ts'
import { randomPolicies } from './random-cedar.ts'

const place = (name: string) => new URL(`../../src/policy/${name}`, import.meta.url)
const schema = readFileSync(place('gate.cedarschema'), 'utf8')
const always = { file: 'always.cedar', text: readFileSync(place('defaults/always.cedar'), 'utf8') }
const noRoles = new RoleGraph([])

/** Policies that Cedar finds impossible are left out: it would refuse the file for each of them. */
function randomSet(dice: Dice, count: number): PolicySet {
  const possible = randomPolicies(dice, count).filter((text) => {
    try {
      checkPolicies({ schema, always, own: [{ file: 'one.cedar', text }] })
      return true
    } catch (fault) {
      if (fault instanceof GateFault) return false
      throw fault
    }
  })
  return checkPolicies({ schema, always, own: [{ file: 'own.cedar', text: possible.join('\n') }] })
}

const everything = 'everything'

function giveCedarAll(set: PolicySet): void {
  const staticPolicies = Object.fromEntries([...set.always, ...set.own])
  const answers = [preparseSchema(everything, set.schema), preparsePolicySet(everything, { staticPolicies })]
  expect(answers).toEqual([{ type: 'success' }, { type: 'success' }])
}

function askCedarForAll({ principal, action, resource, context, arguments: given }: Question) {
  const subject = subjectOf(principal, noRoles)
  const thing = thingOf(resource, noRoles)
  const answer = statefulIsAuthorized({
    principal: cedarUid(subject.uid),
    action: { type: 'Sekisho::Action', id: action },
    resource: cedarUid(thing.uid),
    context: contextFor(context, { call: action === 'callFunction' }),
    preparsedSchemaName: everything,
    preparsedPolicySetId: everything,
    validateRequest: true,
    entities: [
      subjectEntity(subject),
      ...(resource.kind === 'app' ? [] : [thingEntity(thing)]),
      timesEntity(context.now, new Set(['UTC', 'Asia/Tokyo'])),
      ...argumentEntities(given ?? {}),
    ],
  })
  if (answer.type === 'failure') throw new TypeError(JSON.stringify(answer.errors))
  return answer.response
}

describe('the decision on policies by hand', () => {
  it('is what Cedar says of the whole set, and says no beforehand only where it can never be yes', () => {
    const dice = new Dice(20_260_101)
    const seen = { granted: 0, forbidden: 0, refused: 0, hidden: 0 }
    for (let nth = 0; nth < 20; nth++) {
      const set = randomSet(dice, 12)
      if (set.own.size === 0) continue
      const engine = makeCedarEngine(set)
      giveCedarAll(set)
      for (let asked = 0; asked < 60; asked++) {
        const question = randomQuestion(dice)
        const whole = askCedarForAll(question)
        const decision = engine.decide(question)
        const fail = (what: string) =>
          expect.fail(`${what}: ${inspect({ question, set: set.own, whole, decision }, { depth: 8 })}`)
        if (whole.diagnostics.errors.length > 0) fail('a policy of the test breaks')
        if (decision.allow !== (whole.decision === 'allow')) fail('decided otherwise')
        // The log names the policies that decided.
        if (!isDeepStrictEqual([...decision.policies].sort(), [...whole.diagnostics.reason].sort()))
          fail('for other reasons')
        if (!isDeepStrictEqual(engine.decide(question), decision)) fail('otherwise the second time')
        const { principal, action, resource } = question
        const isShown = engine.mightPermitOn(principal, action, resource)
        if (decision.allow) {
          if (!isShown) fail('hidden')
          if (!engine.mightPermit(principal, action).allow) fail('no beforehand')
          seen.granted++
        } else {
          seen[decision.reason === 'forbidden' ? 'forbidden' : 'refused']++
          if (!isShown) seen.hidden++
        }
      }
      engine.close()
    }
    // Each kind of answer came often enough for the comparison to mean something.
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(50)
  }, 120_000)
})
