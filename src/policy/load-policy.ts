/** Reads the policy: roles and files of the operator, or the default of a fresh install. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { GateFault } from '../kit/fault.ts'
import { makeCedarEngine } from './cedar.ts'
import type { CedarPolicy } from './cedar.ts'
import { compileRoles } from './compile-roles.ts'
import { checkPolicies } from './policy-set.ts'
import type { PolicySet } from './policy-set.ts'
import type { PolicyText } from './read-policies.ts'
import type { Role } from './roles.ts'

/** As the configuration names it. */
export interface PolicySource {
  readonly roles: readonly Role[]
  /** Absolute paths of Cedar files. */
  readonly files: readonly string[]
}

export const defaultPolicy: PolicySource = { roles: [], files: [] }

/** Throws `policy-invalid`. */
export async function loadPolicy(source: PolicySource = defaultPolicy): Promise<CedarPolicy> {
  return makeCedarEngine(await readPolicySet(source))
}

/** Without roles and without files the default policy stands; files alone replace it. Throws `policy-invalid`. */
export async function readPolicySet({ roles, files }: PolicySource): Promise<PolicySet> {
  const schema = await readSchemaText()
  const always = await readOwn('defaults/always.cedar')
  const given = await Promise.all(files.map(readGiven))
  if (roles.length > 0) {
    const beside = await readOwn('defaults/roles.cedar')
    return checkPolicies({ schema, always, own: given, roles: { ...compileRoles(roles), beside } })
  }
  const own = given.length > 0 ? given : [await readOwn('defaults/default.cedar')]
  return checkPolicies({ schema, always, own })
}

/** The schema that policies by hand are checked against. */
export async function readSchemaText(): Promise<string> {
  return (await readOwn('gate.cedarschema')).text
}

/** The build copies these files to where the compiled one of this lies. */
async function readOwn(name: string): Promise<PolicyText> {
  const place = new URL(name, import.meta.url)
  return { file: fileURLToPath(place), text: await readFile(place, 'utf8') }
}

async function readGiven(file: string): Promise<PolicyText> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
    return { file, text }
  } catch (cause) {
    const why = cause instanceof TypeError ? 'it is not UTF-8 text' : 'it does not exist or may not be read'
    throw new GateFault('policy-invalid', `The policy ${file} can't be read: ${why}.`, { cause })
  }
}
