/** What a decision costs, by the number of policies and of users, as written under `roles:`. */
import { makeCedarEngine } from '../../src/policy/cedar.ts'
import type { Question } from '../../src/policy/engine.ts'
import type { PolicySet } from '../../src/policy/policy-set.ts'
import { policyFrom } from '../../test/rig/policy-desk.ts'
import { micros, spent, type Costs } from '../costs.ts'

/** Each role is one policy that can permit a call; one of three looks at an argument. */
function rolesOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const call = `call: [f${String(i)}, "report_${String(i)}_*"]`
    const when = i % 3 === 0 ? ', when: { arguments: { month: [may, june] } }' : ''
    return `r${String(i)}: { ${call}${when} }`
  })
}

interface Asked {
  readonly user: number
  readonly role: number
  readonly call: string
}

/** A user has three roles, as many do. */
function question({ user, role, call }: Asked, month = 'may'): Question {
  const roles = [role, role + 1, role + 2].map((i) => `r${String(i)}`)
  return {
    principal: {
      kind: 'user',
      username: `user${String(user)}`,
      roles,
      attributes: { department: 'finance' },
    },
    action: 'callFunction',
    resource: { kind: 'endpoint', name: call, group: call },
    context: {
      ...{ method: 'password', mfa: false, authAge: 60, address: '192.0.2.7' },
      ...{ tls: true, proof: false, fresh: false, now: Date.UTC(2026, 10, 22) },
    },
    arguments: { month, amount: 3 },
  }
}

export async function measureDecisions(costs: Costs): Promise<void> {
  for (const policies of [10, 100, 1000]) {
    const from = spent()
    const set = await policyFrom(...rolesOf(policies))
    costs.say(`${String(policies)} policies: read and checked`, micros(spent() - from))
    await measureSet(costs, set, policies)
  }
}

async function measureSet(costs: Costs, set: PolicySet, policies: number): Promise<void> {
  const named = `${String(policies)} policies`
  const engine = makeCedarEngine(set)
  // The role of each user, so that some three roles are asked for each; never one whose rule looks at arguments.
  const roleOf = (user: number) => 1 + 3 * (user % Math.floor((policies - 3) / 3))
  try {
    for (const users of [10, 1000, 100_000]) {
      const ask = (i: number) => {
        const role = roleOf(i % users)
        return engine.decide(question({ user: i % users, role, call: `f${String(role)}` }))
      }
      for (let i = 0; i < policies; i++) permitted(ask(i).allow)
      await costs.each(`${named}, ${String(users)} users: no rule looks at arguments`, 20_000, ask)
    }
    const byArgument = (i: number) => {
      const role = roleOf(i) - 1
      return engine.decide(question({ user: i % 1000, role, call: `f${String(role)}` }))
    }
    permitted(byArgument(0).allow)
    await costs.each(`${named}, 1000 users: a rule looks at an argument`, 300, byArgument)
  } finally {
    engine.close()
  }
}

/** What is measured is what was meant. */
function permitted(allow: boolean): void {
  if (!allow) throw new Error('The policy of the benchmark answers otherwise than it should.')
}
