/** Whether what a policy names is there: endpoints, groups, parameters, pages and components of the app, and roles. */
import { elementIdOf } from '../app/resources.ts'
import { compileNamePattern } from '../kit/name-pattern.ts'
import type { AppModel, Endpoint } from '../app/model.ts'
import { didYouMean } from '../config/nearest-name.ts'
import type { PolicySet } from '../policy/policy-set.ts'
import { isExclusion, type Role } from '../policy/roles.ts'
import { rooted } from './deed.ts'
import { Outlooks } from './outlook.ts'

export interface NameFinding {
  /** `warning`: it may be meant for later, and grants nothing by mistake. */
  readonly severity: 'error' | 'warning'
  readonly file: string
  readonly line: number
  readonly says: string
}

/** By file and line. Without the app only roles can be looked up. */
export function checkNames(set: PolicySet, model?: AppModel): readonly NameFinding[] {
  const findings = [
    ...checkEntities(set, model),
    ...(model === undefined ? [] : set.roles.flatMap((role) => checkRole(role, model))),
  ]
  return findings.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
}

/** Endpoints that run on the server and that no rule lets anybody call, whatever the role and the circumstances. */
export function findUncalled(set: PolicySet, model: AppModel): readonly string[] {
  const outlooks = new Outlooks(set)
  const members = ['', ...set.roles.map(({ name }) => name)].flatMap((role) => {
    const endowed = { roles: role === '' ? [] : [role], attributes: {} }
    return [
      { kind: 'user', username: 'somebody', ...endowed } as const,
      { kind: 'token', id: 'a-token', ...endowed } as const,
    ]
  })
  const principals = [{ kind: 'guest' } as const, ...members]
  return Array.from(model.byName.values())
    .filter(({ onServer }) => onServer)
    .filter(({ name, group }) => {
      const asked = { action: 'callFunction', resource: { kind: 'endpoint', name, group } } as const
      return principals.every((one) => outlooks.of(one, asked, { anyAttributes: true }).answer === 'no')
    })
    .map(({ name }) => name)
}

/** What hand-written Cedar names, in scopes and in conditions. */
function checkEntities(set: PolicySet, model: AppModel | undefined): readonly NameFinding[] {
  const { policies } = new Outlooks(set)
  const roles = set.roles.map(({ name }) => name)
  return policies.flatMap(({ id, looksAt }) => {
    const place = set.places.get(id)
    // What `roles:` compiled to is looked at as it was written.
    if (place === undefined || id.startsWith('role:')) return []
    return Array.from(looksAt.entities).flatMap((uid): readonly NameFinding[] => {
      const at = uid.indexOf('::')
      const [type, name] = [uid.slice(0, at), uid.slice(at + 2)]
      const known = knownOf(type, { roles, model })
      if (known === undefined || known.includes(name)) return []
      const says = `rule ${id}: there is no ${type} ${quote(name)}.${didYouMean(name, known)}`
      return [{ severity: 'error', ...place, says }]
    })
  })
}

interface Named {
  readonly roles: readonly string[]
  readonly model: AppModel | undefined
}

/** Undefined: nothing is known of such things here. */
function knownOf(type: string, { roles, model }: Named): readonly string[] | undefined {
  switch (type) {
    case 'Role':
      return roles.length === 0 ? undefined : roles
    case 'Endpoint':
      return model && [...model.byName.keys()]
    case 'Group':
      return model && groupsOf(model)
    case 'Page':
      return model && rooted(model.pages)
    default:
      return undefined
  }
}

function groupsOf(model: AppModel): readonly string[] {
  return [...new Set(Array.from(model.endpoints.values(), ({ group }) => group))]
}

function checkRole(role: Role, model: AppModel): readonly NameFinding[] {
  const { name: roleName, file, line, lines } = role
  const at = (key: string) => ({ file, line: lines[key] ?? line })
  const say = (key: string, severity: NameFinding['severity'], says: string): NameFinding => ({
    ...{ severity, ...at(key) },
    says: `roles.${roleName}.${key}: ${says}`,
  })
  const each = (key: string, patterns: readonly string[], look: (bare: string) => string | undefined) =>
    patterns.flatMap((pattern) => {
      const bare = isExclusion(pattern) ? pattern.slice(1) : pattern
      const trouble = bare === '*' ? undefined : look(bare)
      if (trouble === undefined) return []
      // One that takes back what is misspelt takes back nothing, and then the role has it.
      const isHarmless = bare.includes('*') && !isExclusion(pattern)
      return [say(key, isHarmless ? 'warning' : 'error', trouble)]
    })
  return [
    ...each('call', role.call, (bare) => lookUpCall(bare, model)),
    ...each('pages', role.pages ?? [], (bare) => lookUpPage(bare, model)),
    ...each('components', role.components, (bare) => lookUpComponent(bare, model)),
    ...checkArguments(role, model).map((says) => say('when', 'error', says)),
    ...checkTwins(role, model).map((says) => say('call', 'warning', says)),
  ]
}

function lookUpCall(bare: string, model: AppModel): string | undefined {
  if (bare.startsWith('group:')) {
    const group = bare.slice('group:'.length)
    const groups = groupsOf(model)
    return groups.includes(group)
      ? undefined
      : `the app has no group ${quote(group)}.${didYouMean(group, groups)}`
  }
  const names = [...model.byName.keys()]
  if (bare.includes('*')) {
    return names.some(compileNamePattern(bare)) ? undefined : `no function of the app fits ${quote(bare)}.`
  }
  return names.includes(bare)
    ? undefined
    : `the app has no function ${quote(bare)}.${didYouMean(bare, names)}`
}

function lookUpPage(bare: string, model: AppModel): string | undefined {
  const path = bare.startsWith('/') ? bare : `/${bare}`
  const pages = rooted(model.pages)
  if (bare.includes('*')) {
    return pages.some(compileNamePattern(path)) ? undefined : `no page of the app fits ${quote(bare)}.`
  }
  return pages.includes(path) ? undefined : `the app has no page ${quote(bare)}.${didYouMean(path, pages)}`
}

function lookUpComponent(bare: string, model: AppModel): string | undefined {
  const [, type = '', name = '', called = ''] = /^([^#.]*)(?:#([^.]*))?(?:\.(.*))?$/.exec(bare) ?? []
  const components = [...model.components.values()].filter(
    ({ serverFunctions }) => serverFunctions.length > 0,
  )
  const fits = components.some(
    (one) =>
      isMet(type, one.type) &&
      isMet(name, elementIdOf(one)) &&
      (called === '' || one.serverFunctions.some(compileNamePattern(called))),
  )
  if (fits) return undefined
  const types = [...new Set(components.map((one) => one.type))]
  return `no component of the app with functions on the server fits ${quote(bare)}.${didYouMean(type, types)}`
}

function isMet(pattern: string, text: string): boolean {
  return pattern === '' || compileNamePattern(pattern)(text)
}

/** A condition on an argument that none of the role's functions has is never met. */
function checkArguments({ call, when }: Role, model: AppModel): readonly string[] {
  const wanted = Object.keys(when?.arguments ?? {})
  if (wanted.length === 0) return []
  const granted = Array.from(model.byName.values()).filter((endpoint) => isGranted(call, endpoint))
  const known = new Set(granted.flatMap(({ parameters }) => parameters.map(({ name }) => name)))
  return wanted
    .filter((name) => !known.has(name))
    .map(
      (name) =>
        `no function that the role may call has a parameter ${quote(name)}.${didYouMean(name, known)}`,
    )
}

/** Gradio calls the next button's use of `report` by the name `report_1`: whoever takes back one may have meant both. */
function checkTwins({ call }: Role, model: AppModel): readonly string[] {
  const taken = call.filter((one) => isExclusion(one) && !/^!group:|\*/.test(one)).map((one) => one.slice(1))
  return taken.flatMap((name) => {
    const isTwin = (other: string) =>
      other.startsWith(`${name}_`) && /^\d+$/.test(other.slice(name.length + 1))
    const left = Array.from(model.byName.values())
      .filter((endpoint) => endpoint.onServer && isTwin(endpoint.name) && isGranted(call, endpoint))
      .map((endpoint) => quote(endpoint.name))
    const says = `${quote(`!${name}`)} leaves ${left.join(', ')}, by which Gradio may mean the same function.`
    return left.length === 0 ? [] : [says]
  })
}

function isGranted(patterns: readonly string[], { name, group }: Endpoint): boolean {
  const fits = (pattern: string) =>
    pattern.startsWith('group:') ? pattern === `group:${group}` : compileNamePattern(pattern)(name)
  const [taken, given] = [patterns.filter(isExclusion), patterns.filter((one) => !isExclusion(one))]
  return given.some(fits) && !taken.some((one) => fits(one.slice(1)))
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}
