/** The documentation of roles, read by a second program, against what the gate decides: at random, and by the thousand. */
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { makeConfig } from '../../src/config/make-config.ts'
import { makeCedarEngine } from '../../src/policy/cedar.ts'
import type { CedarPolicy } from '../../src/policy/cedar.ts'
import { readPolicySet } from '../../src/policy/load-policy.ts'
import { Dice, randomQuestion, randomRoles } from './random-roles.ts'
import { mayByTheBook } from './reference.ts'
import type { WrittenRoles } from './reference.ts'

const perFile = 1000
/** `SEKISHO_POLICY_CASES=5000000 SEKISHO_POLICY_SEED=7 npx vitest run test/policy-reference` */
const wanted = Number(process.env['SEKISHO_POLICY_CASES'] ?? 100_000)
const seed = Number(process.env['SEKISHO_POLICY_SEED'] ?? 1)

async function load(roles: WrittenRoles): Promise<CedarPolicy> {
  // JSON is YAML (YAML 1.2 section 1.3).
  const text = JSON.stringify({ upstream: 'http://127.0.0.1:7860', roles })
  const config = makeConfig({ text, file: '/sekisho.yaml' }, {}, { cwd: '/', home: '/', env: {} })
  return makeCedarEngine(await readPolicySet({ roles: config.roles, files: [] }))
}

describe('the decision', () => {
  it(
    'is what the documentation of roles says, for random role files and requests',
    async () => {
      const counts = { granted: 0, refused: 0, files: 0 }
      const dice = new Dice(seed)
      while (counts.granted + counts.refused < wanted) {
        const roles = randomRoles(dice)
        const engine = await load(roles)
        for (let nth = 0; nth < perFile; nth++) {
          const question = randomQuestion(dice)
          const expected = mayByTheBook(roles, question)
          const decision = engine.decide(question)
          const say = () => inspect({ roles, question, decision }, { depth: 8 })
          if (decision.allow !== expected || (!decision.allow && decision.reason !== 'not-permitted'))
            expect.fail(`by the book ${String(expected)}, decided ${String(decision.allow)}: ${say()}`)
          const { principal, action, resource } = question
          // A no beforehand must never stand in the way of a yes.
          if (expected && !engine.mightPermit(principal, action).allow) expect.fail(`no beforehand: ${say()}`)
          if (expected && !engine.mightPermitOn(principal, action, resource)) expect.fail(`hidden: ${say()}`)
          counts[expected ? 'granted' : 'refused']++
        }
        engine.close()
        counts.files++
      }
      process.stdout.write(
        `roles against their documentation: ${String(counts.granted + counts.refused)} requests on ${String(counts.files)} files (seed ${String(seed)}), ${String(counts.granted)} granted, ${String(counts.refused)} refused, all alike\n`,
      )
      // A comparison that only ever refuses would prove nothing.
      expect(Math.min(counts.granted, counts.refused)).toBeGreaterThan(wanted / 10)
    },
    Math.max(120_000, wanted * 3),
  )
})
