/** Reads the policy: the operator's file, or the default of a fresh install. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { GateFault } from '../kit/fault.ts'
import { makeCedarEngine } from './cedar.ts'
import type { PolicyEngine } from './engine.ts'
import { checkPolicies } from './policy-set.ts'
import type { PolicyText } from './policy-set.ts'

/** `file` is an absolute path; without it the default policy stands. Throws `policy-invalid`. */
export async function loadPolicy(file?: string): Promise<PolicyEngine> {
  const schema = await readOwn('gate.cedarschema')
  const always = await readOwn('defaults/always.cedar')
  const policy = file === undefined ? await readOwn('defaults/default.cedar') : await readGiven(file)
  return makeCedarEngine(checkPolicies(schema.text, always, policy))
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
