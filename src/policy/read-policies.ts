/** One text of policies, read: every policy parsed, named, and possible under the schema. */
import { policySetTextToParts, policyToJson, validate } from '@cedar-policy/cedar-wasm/nodejs'
import { GateFault } from '../kit/fault.ts'
import { lookThrough } from './parsed-policy.ts'
import { isTimeZone } from '../kit/zone-clock.ts'

export interface PolicyText {
  /** Where it was read, for messages. */
  readonly file: string
  readonly text: string
}

export interface ReadPolicy {
  readonly text: string
  readonly line: number
  /** Its id was written, and isn't of our making. */
  readonly isNamed: boolean
}

type Answer = Extract<ReturnType<typeof policySetTextToParts>, { type: 'failure' }>
type Trouble = Answer['errors'][number]

// Ids stand in the audit log and as keys of plain objects (`__proto__` would vanish there, and a forbid with it).
const idForm = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/

/** By id, in the order of the text. Throws `policy-invalid` with file, line and what is wrong. */
export function readPolicies(schema: string, { file, text }: PolicyText): ReadonlyMap<string, ReadPolicy> {
  const parts = policySetTextToParts(text)
  if (parts.type === 'failure') {
    const [trouble] = parts.errors
    throw invalid(file, lineAt(text, 0, trouble), trouble)
  }
  if (parts.policy_templates.length > 0) {
    const line = lineOf(text, text.indexOf(parts.policy_templates[0] ?? ''))
    throw sayInvalid(file, line, 'templates (?principal, ?resource) are not supported')
  }
  const places = findPlaces(text, parts.policies)
  const named = new Map<string, Place & { readonly isNamed: boolean }>()
  for (const place of places) {
    const line = lineOf(text, place.start)
    const { id: given, trouble } = lookAt(place.policy)
    if (trouble !== undefined) throw sayInvalid(file, line, trouble)
    if (given !== undefined && !idForm.test(given)) {
      throw sayInvalid(
        file,
        line,
        'an id has letters, digits and ._:- only, at most 80, the first a letter or digit',
      )
    }
    if (given !== undefined && named.has(given))
      throw sayInvalid(file, line, `the id "${given}" is used twice`)
    const unnamed = `line-${String(line)}`
    const id = given ?? (named.has(unnamed) ? `${unnamed}-at-${String(place.start)}` : unnamed)
    named.set(id, { ...place, isNamed: given !== undefined })
  }
  validatePolicies(schema, { file, text }, named)
  return new Map(
    Array.from(named, ([id, { policy, start, isNamed }]) => [
      id,
      { text: policy, line: lineOf(text, start), isNamed },
    ]),
  )
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
  const { policy = '', start = 0 } = named.get(first.policyId) ?? {}
  const line = lineAt(own.text, Buffer.byteLength(own.text.slice(0, start)), first.error)
  const isOfStrangers = error === undefined && policy.includes('Nobody')
  const hint = isOfStrangers ? 'a stranger can be granted nothing but the group "public"' : undefined
  throw invalid(own.file, line, first.error, hint)
}

function lookAt(policy: string): { readonly id?: string; readonly trouble?: string } {
  const answer = policyToJson(policy)
  if (answer.type === 'failure') return { trouble: 'unreadable' }
  const { entities, zones } = lookThrough(answer.json)
  const guest = [...entities].find((one) => one.startsWith('Guest::') && one !== 'Guest::shared')
  if (guest !== undefined) return { trouble: `there is one guest, Sekisho::Guest::"shared", and no ${guest}` }
  const zone = [...zones].find((one) => !isTimeZone(one))
  if (zone !== undefined) return { trouble: `no time zone is named "${zone}"` }
  const id = answer.json.annotations?.['id']
  return id === undefined ? {} : { id }
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

export function invalid(
  file: string,
  line: number | undefined,
  trouble: Trouble | undefined,
  hint?: string,
): GateFault {
  const expected = trouble?.sourceLocations?.[0]?.label
  const words = [trouble?.message ?? 'unreadable', expected, trouble?.help, hint]
  return sayInvalid(file, line, words.filter((part) => typeof part === 'string').join('; '))
}

export function sayInvalid(file: string, line: number | undefined, what: string): GateFault {
  const place = line === undefined ? file : `${file}:${String(line)}`
  const end = what.endsWith('?') ? '' : '.'
  return new GateFault('policy-invalid', `The policy ${place} is not valid: ${what}${end}`)
}
