/** Why a policy says yes or no: the rules that said so, where they stand, and what would have to be otherwise. */
import type { Decision, PolicyEngine, Question } from '../policy/engine.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import type { When } from '../policy/roles.ts'
import { Outlooks } from './outlook.ts'

export interface RuleView {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly text: string
  /** Whose rule it is, and what of the role's `when:` holds for it; absent where it was written in Cedar. */
  readonly role?: { readonly name: string; readonly when: When }
}

export interface Explanation {
  readonly allow: boolean
  readonly reason: 'permitted' | Extract<Decision, { allow: false }>['reason']
  /** That said yes, or no, or broke. */
  readonly rules: readonly RuleView[]
  /** With those inherited and those given to all of the kind. */
  readonly roles: readonly string[]
  /** Rules that would say yes under other circumstances or with other arguments; none where it is allowed. */
  readonly elsewise: readonly RuleView[]
  /** Defined roles whose members may do it, at least under some circumstances; none where it is allowed. */
  readonly grantedTo: readonly string[]
  /** The schema doesn't let such a principal ask for this at all. */
  readonly impossible: boolean
}

export interface Explained {
  readonly set: PolicySet
  readonly engine: Pick<PolicyEngine, 'decide'>
}

export function explainDecision(question: Question, { set, engine }: Explained): Explanation {
  const decision = engine.decide(question)
  const outlooks = new Outlooks(set)
  const { principal, action, resource } = question
  const impossible = !outlooks.isAsked(principal, action, resource)
  const said = { allow: decision.allow, rules: decision.policies.map((id) => viewRule(id, set)), impossible }
  const roles = outlooks.rolesOf(principal)
  if (decision.allow) return { ...said, reason: 'permitted', roles, elsewise: [], grantedTo: [] }
  const { mightGrant } = outlooks.of(principal, question)
  const grantedTo = set.roles
    .map(({ name }) => name)
    .filter((role) => {
      const member = { kind: 'user', username: 'somebody', roles: [role], attributes: {} } as const
      return outlooks.of(member, question, { anyAttributes: true }).answer !== 'no'
    })
  const elsewise = mightGrant.map((id) => viewRule(id, set))
  return { ...said, reason: decision.reason, roles, elsewise, grantedTo }
}

export function viewRule(id: string, set: PolicySet): RuleView {
  const { file, line } = set.places.get(id) ?? { file: 'built in', line: 1 }
  const role = roleOf(id, set)
  return { id, file, line, text: set.own.get(id) ?? set.always.get(id) ?? '', ...(role && { role }) }
}

/** The ids of compiled rules say which role and which of its keys they are from. */
export function splitRoleId(id: string): { readonly role: string; readonly key: string } | undefined {
  const [, role, key] = /^role:([^:]+):([^:]+):\d+$/.exec(id) ?? []
  return role === undefined || key === undefined ? undefined : { role, key }
}

/** As policy/compile-when.ts applies it: what is true of an act or of a call doesn't guard the sight of the app. */
function roleOf(id: string, { roles }: PolicySet): RuleView['role'] {
  const split = splitRoleId(id)
  const role = roles.find(({ name }) => name === split?.role)
  if (split === undefined || role === undefined) return undefined
  const { arguments: given, authAge, proof, fresh, ...visit } = role.when ?? {}
  const isSight = split.key === 'sees' || split.key === 'pages' || split.key === 'own_files'
  const act = { ...(authAge !== undefined && { authAge }), ...(proof !== undefined && { proof }) }
  const ofCall = { ...(fresh !== undefined && { fresh }), ...(given !== undefined && { arguments: given }) }
  const call = split.key === 'call' ? ofCall : {}
  return { name: role.name, when: isSight ? visit : { ...visit, ...act, ...call } }
}
