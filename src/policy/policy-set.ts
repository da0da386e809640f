/** A policy set after checking: every policy parsed, named, and possible under the schema. */
import {
  checkParseSchema,
  policySetTextToParts,
  policyToJson,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'
import { GateFault } from '../kit/fault.ts'

export interface PolicyText {
  /** Where it was read, for messages. */
  readonly file: string
  readonly text: string
}

export interface PolicySet {
  readonly schema: string
  /** Id → text. Those that stand beside every policy. */
  readonly always: ReadonlyMap<string, string>
  /** Id → text. The default's or the operator's. */
  readonly own: ReadonlyMap<string, string>
}

type Answer = Extract<ReturnType<typeof policySetTextToParts>, { type: 'failure' }>
type Trouble = Answer['errors'][number]

/** Throws `policy-invalid` with file, line and what is wrong. */
export function checkPolicies(schema: string, always: PolicyText, own: PolicyText): PolicySet {
  const parsed = checkParseSchema(schema)
  if (parsed.type === 'failure') throw invalid('gate.cedarschema', undefined, parsed.errors[0])
  const set = { schema, always: readPolicies(schema, always), own: readPolicies(schema, own) }
  for (const id of set.own.keys()) {
    const at = own.text.indexOf(set.own.get(id) ?? '')
    if (set.always.has(id)) throw say(own.file, lineOf(own.text, at), `the id "${id}" is taken`)
  }
  return set
}

// Ids stand in the audit log and as keys of plain objects (`__proto__` would vanish there, and a forbid with it).
const idForm = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/

function readPolicies(schema: string, { file, text }: PolicyText): ReadonlyMap<string, string> {
  const parts = policySetTextToParts(text)
  if (parts.type === 'failure') {
    const [trouble] = parts.errors
    throw invalid(file, lineAt(text, 0, trouble), trouble)
  }
  if (parts.policy_templates.length > 0) {
    const line = lineOf(text, text.indexOf(parts.policy_templates[0] ?? ''))
    throw say(file, line, 'templates (?principal, ?resource) are not supported')
  }
  const places = findPlaces(text, parts.policies)
  const named = new Map<string, Place>()
  for (const place of places) {
    const line = lineOf(text, place.start)
    const given = idOf(place.policy)
    if (given !== undefined && !idForm.test(given)) {
      throw say(
        file,
        line,
        'an id has letters, digits and ._:- only, at most 80, the first a letter or digit',
      )
    }
    if (given !== undefined && named.has(given)) throw say(file, line, `the id "${given}" is used twice`)
    const unnamed = `line-${String(line)}`
    named.set(given ?? (named.has(unnamed) ? `${unnamed}-at-${String(place.start)}` : unnamed), place)
  }
  validatePolicies(schema, { file, text }, named)
  return new Map(Array.from(named, ([id, { policy }]) => [id, policy]))
}

interface Place {
  readonly policy: string
  readonly start: number
}

/** Cedar answers the policies sorted by the names it gave them, as text: policy0, policy1, policy10, policy2 … */
function findPlaces(text: string, policies: readonly string[]): readonly Place[] {
  const order = Array.from(policies, (_, index) => index).sort((a, b) => (String(a) < String(b) ? -1 : 1))
  const inFile = policies.map((policy, index) => ({ policy, at: order[index] ?? index }))
  let from = 0
  return inFile
    .sort((a, b) => a.at - b.at)
    .map(({ policy }) => {
      const found = text.indexOf(policy, from)
      const start = found < 0 ? from : found
      from = start + policy.length
      return { policy, start }
    })
}

/** Warnings count too: a policy that can never apply is a mistake of its writer. */
function validatePolicies(schema: string, own: PolicyText, named: ReadonlyMap<string, Place>): void {
  const staticPolicies = Object.fromEntries(Array.from(named, ([id, { policy }]) => [id, policy]))
  const answer = validate({ schema, policies: { staticPolicies }, validationSettings: { mode: 'strict' } })
  if (answer.type === 'failure') throw invalid(own.file, undefined, answer.errors[0])
  const [error] = answer.validationErrors
  const [warning] = answer.validationWarnings
  const first = error ?? warning
  if (first === undefined) return
  const start = named.get(first.policyId)?.start ?? 0
  const line = lineAt(own.text, Buffer.byteLength(own.text.slice(0, start)), first.error)
  const hint = error === undefined ? 'a stranger can be granted nothing but the group "public"' : undefined
  throw invalid(own.file, line, first.error, hint)
}

function idOf(policy: string): string | undefined {
  const answer = policyToJson(policy)
  return answer.type === 'success' ? answer.json.annotations?.['id'] : undefined
}

function lineOf(text: string, at: number): number {
  return text.slice(0, Math.max(0, at)).split('\n').length
}

/** Cedar counts bytes of UTF-8, from the beginning of the policy. */
function lineAt(text: string, from: number, trouble: Trouble | undefined): number | undefined {
  const start = trouble?.sourceLocations?.[0]?.start
  if (start === undefined) return undefined
  return Buffer.from(text)
    .subarray(0, from + start)
    .toString('utf8')
    .split('\n').length
}

function invalid(
  file: string,
  line: number | undefined,
  trouble: Trouble | undefined,
  hint?: string,
): GateFault {
  const expected = trouble?.sourceLocations?.[0]?.label
  const words = [trouble?.message ?? 'unreadable', expected, trouble?.help, hint]
  return say(file, line, words.filter((part) => typeof part === 'string').join('; '))
}

function say(file: string, line: number | undefined, what: string): GateFault {
  const place = line === undefined ? file : `${file}:${String(line)}`
  const end = what.endsWith('?') ? '' : '.'
  return new GateFault('policy-invalid', `The policy ${place} is not valid: ${what}${end}`)
}
