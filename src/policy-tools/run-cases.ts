/** Asks the policy what the tests ask, and says where it answers otherwise. */
import type { Decision, PolicyEngine } from '../policy/engine.ts'
import type { PolicyCase } from './case.ts'
import { nameDeed, type Deed } from './deed.ts'

export interface Failure {
  readonly where: string
  readonly name: string
  readonly deed: string
  readonly expected: PolicyCase['expect']
  /** Who said so, where it is allowed or forbidden. */
  readonly rules: readonly string[]
  readonly reason: 'permitted' | Extract<Decision, { allow: false }>['reason']
}

export interface CaseReport {
  readonly tests: number
  readonly passed: number
  readonly failures: readonly Failure[]
  /** Rules of the operator's own that decided no test. */
  readonly untested: readonly string[]
}

/** `own`: the ids of the operator's rules. */
export function runCases(
  cases: readonly PolicyCase[],
  engine: Pick<PolicyEngine, 'decide'>,
  own: Iterable<string>,
): CaseReport {
  const decided = new Set<string>()
  const failures: Failure[] = []
  let passed = 0
  for (const one of cases) {
    const failed = one.deeds.flatMap((deed) => {
      const decision = decide(one, deed, engine)
      for (const id of decision.policies) decided.add(id)
      return decision.allow === (one.expect === 'allow') ? [] : [failureOf(one, deed, decision)]
    })
    failures.push(...failed)
    if (failed.length === 0) passed += 1
  }
  const untested = Array.from(own).filter((id) => !decided.has(id))
  return { tests: cases.length, passed, failures, untested }
}

function decide(one: PolicyCase, { action, resource }: Deed, engine: Pick<PolicyEngine, 'decide'>): Decision {
  const { principal, context } = one
  const call = action === 'callFunction' ? { arguments: one.arguments } : {}
  return engine.decide({ principal, action, resource, context, ...call })
}

function failureOf({ where, name, expect }: PolicyCase, deed: Deed, decision: Decision): Failure {
  const reason = decision.allow ? 'permitted' : decision.reason
  return { where, name, deed: nameDeed(deed), expected: expect, rules: decision.policies, reason }
}
