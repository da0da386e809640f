/** One policy, opened for the operator's questions. */
import type { AppModel } from '../app/model.ts'
import type { Question } from '../policy/engine.ts'
import { makeCedarEngine, type CedarPolicy } from '../policy/cedar.ts'
import { findSlips } from '../policy/find-slips.ts'
import { readPolicySet, readSchemaText, type PolicySource } from '../policy/load-policy.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import { makeCallTable, type CallTable, type TableUser } from './call-table.ts'
import type { PolicyCase } from './case.ts'
import { checkNames, findUncalled, type NameFinding } from './check-names.ts'
import { explainDecision, splitRoleId, type Explanation } from './explain-decision.ts'
import { isBuiltIn, printPolicy, type PlaceNamer } from './print-policy.ts'
import { runCases, type CaseReport } from './run-cases.ts'

/** Throws `policy-invalid`. */
export async function openPolicyDesk(source: PolicySource): Promise<PolicyDesk> {
  return new PolicyDesk(await readPolicySet(source))
}

/** What policies by hand are written against. */
export function readPolicySchema(): Promise<string> {
  return readSchemaText()
}

export class PolicyDesk {
  readonly #set: PolicySet
  readonly #engine: CedarPolicy

  constructor(set: PolicySet) {
    this.#set = set
    this.#engine = makeCedarEngine(set)
  }

  /** Of the operator's own, or of the default policy. */
  get rules(): number {
    return this.#set.own.size
  }

  print(name: PlaceNamer): string {
    return printPolicy(this.#set, name)
  }

  explain(question: Question): Explanation {
    return explainDecision(question, { set: this.#set, engine: this.#engine })
  }

  run(cases: readonly PolicyCase[]): CaseReport {
    return runCases(cases, this.#engine, this.#written())
  }

  /** Rules that an operator wrote for their own sake; what every role has comes with the first of them. */
  #written(): readonly string[] {
    const { own, places } = this.#set
    return Array.from(own.keys()).filter((id) => {
      const key = splitRoleId(id)?.key
      return key !== 'sees' && key !== 'own_files' && !isBuiltIn(places.get(id)?.file ?? '')
    })
  }

  check(model?: AppModel): readonly NameFinding[] {
    return checkNames(this.#set, model)
  }

  /** What is valid and probably not meant, in words. */
  slips(): readonly string[] {
    return findSlips(this.#set)
  }

  uncalled(model: AppModel): readonly string[] {
    return findUncalled(this.#set, model)
  }

  table(model: AppModel, users: readonly TableUser[] = []): CallTable {
    return makeCallTable(this.#set, model, users)
  }

  close(): void {
    this.#engine.close()
  }
}
