/** Resolved → Permitted: may they do it to exactly this, with these arguments? Whatever isn't a clear yes is a no. */
import type { Owner } from '../ownership/owner.ts'
import type { PolicyEngine } from '../policy/engine.ts'
import { isRefusal, refuse, type Refusal } from '../refusals.ts'
import type { Permit, Permitted, Resolved } from '../request.ts'
import { explain } from './explain.ts'
import { contextOf, forPolicy } from './for-policy.ts'
import { actionOn, isForeign, questionsOf } from './questions.ts'
import { findStepUp, takeConfirmation, type StepUpParts } from './step-up.ts'

export interface AuthorizeTargetParts extends StepUpParts {
  readonly policy: Pick<PolicyEngine, 'decide'>
  /** The roles of those that own a file, for policies that let a role's members share. */
  readonly rolesOf: (owners: readonly Owner[]) => Promise<readonly string[]>
}

export async function authorizeTarget(
  request: Resolved,
  parts: AuthorizeTargetParts,
): Promise<Permitted | Refusal> {
  const { asked, worthless } = await takeConfirmation(request, parts)
  const policies = await judge(asked, parts)
  if (isRefusal(policies)) {
    const wouldPass = async (other: Resolved) => !isRefusal(await judge(other, parts))
    return (await findStepUp(asked, { wouldPass, worthless }, parts)) ?? policies
  }
  const { target } = asked
  if (target.claim !== undefined && !(await target.claim()))
    return refuse('policy-denied', { reason: 'mcp-state-taken' })
  return { ...asked, permit: { policies } as unknown as Permit }
}

/** The policies that say yes to all of it. */
async function judge(request: Resolved, parts: AuthorizeTargetParts): Promise<readonly string[] | Refusal> {
  const { target } = request
  const policies: string[] = []
  for (const question of questionsOf(request)) {
    const decision = parts.policy.decide(question)
    if (!decision.allow) return isForeign(target.resource) ? unknownFile(true) : explain(request, decision)
    policies.push(...decision.policies)
  }
  if (target.misfit !== undefined) return target.misfit
  const unreadable = target.files.length === 0 ? undefined : await findUnreadable(request, parts)
  return unreadable ?? policies
}

async function findUnreadable(
  request: Resolved,
  { policy, rolesOf }: AuthorizeTargetParts,
): Promise<Refusal | undefined> {
  const common = { principal: forPolicy(request.principal), context: contextOf(request) }
  for (const { standing, owners } of request.target.files) {
    if (standing === 'unknown') return unknownFile(false)
    const ownerRoles = standing === 'others' ? await rolesOf(owners) : []
    const resource = { kind: 'file', standing, ownerRoles } as const
    if (!policy.decide({ ...common, action: actionOn('readFile', resource), resource }).allow)
      return unknownFile(standing === 'others')
  }
  return undefined
}

/** To say "you may not" would say that there is such a file. */
function unknownFile(foreign: boolean): Refusal {
  return refuse('object-unknown', { object: 'file', foreign })
}
