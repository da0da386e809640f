/** Everything that decides, checked and put together: what always holds, the roles, and the files beside them. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { checkParseSchema } from '@cedar-policy/cedar-wasm/nodejs'
import type { CompiledRoles } from './compile-roles.ts'
import { invalid, readPolicies, sayInvalid } from './read-policies.ts'
import type { PolicyText, ReadPolicy } from './read-policies.ts'
import type { Role } from './roles.ts'

export interface PolicySet {
  readonly schema: string
  /** Id → text. Those that stand beside every policy. */
  readonly always: ReadonlyMap<string, string>
  /** Id → text. The default's or the operator's. */
  readonly own: ReadonlyMap<string, string>
  /** Where each of them was written: for people. */
  readonly places: ReadonlyMap<string, PolicyPlace>
  readonly roles: readonly Role[]
  /** Changes with anything of it. */
  readonly version: string
}

export interface PolicyPlace {
  readonly file: string
  readonly line: number
}

export interface PolicySources {
  readonly schema: string
  readonly always: PolicyText
  /** The default's, or those that the operator wrote. */
  readonly own: readonly PolicyText[]
  /** What `compileRoles` made of `roles:`, and what stands beside every set of roles. */
  readonly roles?: CompiledRoles & { readonly beside: PolicyText }
}

/** Throws `policy-invalid` with file, line and what is wrong. */
export function checkPolicies(sources: PolicySources): PolicySet {
  const { schema, always, own, roles } = sources
  const parsed = checkParseSchema(schema)
  if (parsed.type === 'failure') throw invalid('gate.cedarschema', undefined, parsed.errors[0])
  const pile = new Pile()
  const beside = pile.put(always.file, readPolicies(schema, always))
  const texts = new Map<string, string>()
  if (roles !== undefined) {
    const compiled = readPolicies(schema, { file: 'roles', text: roles.text })
    for (const [id, text] of pile.put('roles', compiled, '', roles.places)) texts.set(id, text)
    const { beside: open } = roles
    for (const [id, text] of pile.put(open.file, readPolicies(schema, open))) texts.set(id, text)
  }
  for (const text of own) {
    const prefix = own.length > 1 ? pile.prefixFor(text.file) : ''
    const read = readPolicies(schema, text)
    // Cut short by a full disk, perhaps: beside roles, its forbids would be gone and nothing would show it.
    if (read.size === 0)
      throw sayInvalid(
        text.file,
        undefined,
        'it holds no policy; if that is meant, take the file out of `policy:`',
      )
    for (const [id, policy] of pile.put(text.file, read, prefix)) texts.set(id, policy)
  }
  return {
    ...{ schema, always: beside, own: texts, places: pile.places },
    roles: roles?.roles ?? [],
    version: versionOf(sources),
  }
}

/** Ids of several files, each given once. */
class Pile {
  readonly places = new Map<string, PolicyPlace>()
  readonly #prefixes = new Set<string>()

  put(
    file: string,
    policies: ReadonlyMap<string, ReadPolicy>,
    prefix = '',
    known?: ReadonlyMap<string, PolicyPlace>,
  ): ReadonlyMap<string, string> {
    const texts = new Map<string, string>()
    for (const [name, { text, line, isNamed }] of policies) {
      const id = isNamed ? name : `${prefix}${name}`
      if (this.places.has(id)) throw sayInvalid(file, line, `the id "${id}" is taken`)
      this.places.set(id, known?.get(id) ?? { file, line })
      texts.set(id, text)
    }
    return texts
  }

  /** What nobody named is named by its line, and by its file where there are several. */
  prefixFor(file: string): string {
    const name = basename(file)
      .replace(/[^\w.-]/g, '_')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 40)
    let prefix = `${name}:`
    for (let nth = 2; this.#prefixes.has(prefix); nth++) prefix = `${name}:${String(nth)}:`
    this.#prefixes.add(prefix)
    return prefix
  }
}

function versionOf({ schema, always, own, roles }: PolicySources): string {
  const membership = roles?.roles.map(({ name, inherits, givenTo }) => [name, inherits, givenTo])
  const all = JSON.stringify([
    schema,
    always.text,
    own.map(({ text }) => text),
    roles?.text,
    roles?.beside.text,
    membership,
  ])
  return createHash('sha256').update(all).digest('base64url').slice(0, 16)
}
