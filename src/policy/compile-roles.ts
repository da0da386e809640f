/** `roles:` of sekisho.yaml as Cedar that a person can read: one policy for each thing that a role grants. */
import type { Action } from '../catalog/actions.ts'
import { anyOf, cedarActions, cedarRole, cedarString, fitsPattern } from './cedar-text.ts'
import { compileWhen } from './compile-when.ts'
import type { CompiledWhen } from './compile-when.ts'
import type { PolicyPlace } from './policy-set.ts'
import { isExclusion } from './roles.ts'
import type { Role } from './roles.ts'

export interface CompiledRoles {
  /** Cedar, with every rule's role and line in its id. */
  readonly text: string
  readonly places: ReadonlyMap<string, PolicyPlace>
  readonly roles: readonly Role[]
}

/** What whoever has a role at all can do: see the app, and end what they began. */
export const sight = [
  ...(['readSchema', 'loadAsset', 'checkLiveness', 'readIdentity', 'openStream', 'cancelEvent'] as const),
  ...(['feedEvent', 'holdSession', 'readMedia'] as const),
] as const satisfies readonly Action[]
const pageActions = ['viewPage', 'readConfig'] as const satisfies readonly Action[]

interface Rule {
  /** The key of the role that it comes from; `sees` is from the role itself. */
  readonly key: string
  readonly actions: readonly Action[]
  readonly conditions: readonly string[]
}

export function compileRoles(roles: readonly Role[]): CompiledRoles {
  const places = new Map<string, PolicyPlace>()
  const parts = roles.map((role) => {
    const rules = rulesOf(role).map((rule) => {
      const line = role.lines[rule.key] ?? role.line
      const id = `role:${role.name}:${rule.key}:${String(line)}`
      places.set(id, { file: role.file, line })
      return writeRule(id, role, rule)
    })
    return [`// ${role.name}${describe(role)}`, ...rules].join('\n')
  })
  return { text: `${parts.join('\n\n')}\n`, places, roles }
}

function describe({ inherits, givenTo }: Role): string {
  const has = inherits.length === 0 ? '' : `, has all that ${inherits.join(', ')} has`
  return `${has}${givenTo.length === 0 ? '' : `, given to all ${givenTo.join(', ')}`}`
}

function rulesOf(role: Role): readonly Rule[] {
  const { visit, act, call } = compileWhen(role.when)
  const rule = (key: string, actions: readonly Action[], ...conditions: readonly string[]): Rule => ({
    key,
    actions,
    conditions: [...conditions, ...visit, ...(key === 'sees' || key === 'pages' ? [] : act)],
  })
  // Whoever inherits and names no pages adds none: a narrower role above would be undone unnoticed.
  const seesAll = role.pages === undefined && role.inherits.length === 0
  return [
    rule('sees', seesAll ? [...pageActions, ...sight] : sight),
    ...(role.pages === undefined ? [] : [rule('pages', pageActions, ...pageConditions(role.pages))]),
    ...fileRules(role, { visit, act, call }),
    ...(role.call.length === 0
      ? []
      : [rule('call', ['callFunction'], ...callConditions(role.call), ...call)]),
    ...(role.upload ? [rule('upload', ['uploadFile', 'watchUpload', 'processRecording'])] : []),
    ...(role.deepLinks ? [rule('deep_links', ['exportState'])] : []),
    ...(role.mcp ? [rule('mcp', ['useMcp'])] : []),
    ...(role.components.length === 0
      ? []
      : [rule('components', ['callComponent'], ...listConditions(role.components, componentCondition))]),
    ...(role.monitoring ? [rule('monitoring', ['readMonitoring'])] : []),
  ]
}

/** One's own files are part of the sight of the app; others' are an act. */
function fileRules({ files }: Role, { visit, act }: CompiledWhen): readonly Rule[] {
  const others = files.map((role) => `resource.ownerRoles.contains(${cedarRole(role)})`)
  const own = {
    key: 'own_files',
    actions: ['readFile'],
    conditions: ['(resource.own || resource.shared)', ...visit],
  } as const
  if (others.length === 0) return [own]
  return [own, { key: 'files', actions: ['readOthersFile'], conditions: [anyOf(others), ...visit, ...act] }]
}

function callConditions(patterns: readonly string[]): readonly string[] {
  return listConditions(patterns, (pattern) =>
    pattern.startsWith('group:')
      ? `resource in Sekisho::Group::${cedarString(pattern.slice('group:'.length))}`
      : fitsPattern('resource.name', pattern),
  )
}

/** The configuration of the whole app is read by whoever sees any of it: what they may not see is left out on its way. */
function pageConditions(patterns: readonly string[]): readonly string[] {
  const rooted = (pattern: string) => pattern.replace(/^(!?)\/?/, '$1/').replace(/^(!?)\/\*$/, '$1*')
  const named = listConditions(patterns.map(rooted), (pattern) => fitsPattern('resource.path', pattern))
  const page = ['resource is Sekisho::Page', ...named].join(' && ')
  return [`((${cedarActions(['readConfig'])} && resource is Sekisho::App) || (${page}))`]
}

/** `type#elem_id.function`, each of which may be missing. */
function componentCondition(pattern: string): string {
  const found = /^([^#.]*)(?:#([^.]*))?(?:\.(.*))?$/.exec(pattern)
  const parts = [
    ['type', found?.[1]],
    ['name', found?.[2]],
    ['function', found?.[3]],
  ] as const
  const conditions = parts.flatMap(([attribute, part]) =>
    part === undefined || part === '' || part === '*' ? [] : [fitsPattern(`resource.${attribute}`, part)],
  )
  return conditions.length === 0 ? 'true' : `(${conditions.join(' && ')})`
}

/** One of the patterns must fit, and none of those with `!`. */
function listConditions(
  patterns: readonly string[],
  conditionOf: (pattern: string) => string,
): readonly string[] {
  const granted = patterns.filter((one) => !isExclusion(one))
  const taken = patterns.filter(isExclusion).map((one) => `!(${conditionOf(one.slice(1))})`)
  return granted.includes('*') ? taken : [anyOf(granted.map(conditionOf)), ...taken]
}

function writeRule(id: string, role: Role, { actions, conditions }: Rule): string {
  const head = `@id(${cedarString(id)})\npermit (principal in ${cedarRole(role.name)}, ${cedarActions(actions)}, resource)`
  return conditions.length === 0 ? `${head};` : `${head}\nwhen {\n  ${conditions.join(' &&\n  ')}\n};`
}
