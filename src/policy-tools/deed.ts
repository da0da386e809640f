/** What somebody wants to do, in the words of test files and command lines, as the policy is asked about it. */
import { actions, type Action } from '../catalog/actions.ts'
import { didYouMean } from '../config/nearest-name.ts'
import type { AppModel } from '../app/model.ts'
import type { PolicyResource } from '../policy/engine.ts'

export interface Deed {
  readonly action: Action
  readonly resource: PolicyResource
}

/** What a person typed; exactly one of the first five. */
export interface TypedDeed {
  readonly call?: string
  readonly page?: string
  readonly component?: string
  readonly file?: string
  readonly action?: string
  /** Of the endpoint; where the app is known it is known too. */
  readonly group?: string
  /** Of the file of somebody else. */
  readonly ownerRoles?: readonly string[]
}

/** Those that are done to the app as a whole, and not to one of the things in it. */
export const appActions = [
  ...([
    'uploadFile',
    'exportState',
    'useMcp',
    'readMonitoring',
    'readSchema',
    'readConfig',
    'viewPage',
  ] as const),
  ...(['openStream', 'cancelEvent', 'feedEvent', 'holdSession', 'readMedia', 'processRecording'] as const),
  ...([
    'watchUpload',
    'loadAsset',
    'checkLiveness',
    'readIdentity',
    'openLogin',
    'joinByInvitation',
    'confirmByTicket',
  ] as const),
  ...(['readOwnSession', 'endOwnSession', 'confirmOwnSession', 'changeOwnPassword'] as const),
] as const satisfies readonly Action[]

/** A text says what is wrong, as a sentence. */
export function readDeed(typed: TypedDeed, model?: AppModel): Deed | string {
  const { call, page, component, file, action } = typed
  const given = [call, page, component, file, action].filter((one) => one !== undefined)
  if (given.length !== 1) return 'What is it about? Name one of call, page, component, file and action.'
  // What says nothing of this would be read as if it did.
  if (call === undefined && typed.group !== undefined) return 'Only a function has a group.'
  if (file === undefined && (typed.ownerRoles ?? []).length > 0) return 'Only a file has owners with roles.'
  if (call !== undefined) return readCall(call, typed.group, model)
  if (page !== undefined) return readPage(page, model)
  if (component !== undefined) return readComponent(component)
  if (file !== undefined) return readFile(file, typed.ownerRoles ?? [])
  return readAction(action ?? '')
}

function readCall(name: string, group: string | undefined, model: AppModel | undefined): Deed | string {
  const bare = name.replace(/^\//, '')
  const endpoint = model?.byName.get(bare)
  if (model !== undefined && endpoint === undefined) {
    return `The app has no function ${quote(bare)}.${didYouMean(bare, model.byName.keys())}`
  }
  const resource = { kind: 'endpoint', name: bare, group: group ?? endpoint?.group ?? bare } as const
  return { action: 'callFunction', resource }
}

function readPage(typed: string, model: AppModel | undefined): Deed | string {
  const path = typed.replace(/^\/+/, '').replace(/\/+$/, '')
  if (model !== undefined && !model.pages.includes(path)) {
    return `The app has no page ${quote(`/${path}`)}.${didYouMean(`/${path}`, rooted(model.pages))}`
  }
  return { action: 'viewPage', resource: { kind: 'page', path } }
}

export function rooted(paths: readonly string[]): readonly string[] {
  return paths.map((path) => `/${path}`)
}

function readComponent(typed: string): Deed | string {
  const [, type, name = '', called] = /^([a-z0-9_]+)(?:#([^.]+))?\.(\w+)$/.exec(typed) ?? []
  if (type === undefined || called === undefined) {
    return `${quote(typed)} is no function of a component: allowed is type.function or type#elem_id.function, such as fileexplorer.ls.`
  }
  return { action: 'callComponent', resource: { kind: 'component', type, name, function: called } }
}

const standings = ['own', 'shared', 'others'] as const

function readFile(typed: string, ownerRoles: readonly string[]): Deed | string {
  const standing = standings.find((one) => one === typed)
  if (standing === undefined) return `${quote(typed)} is no kind of file: allowed is ${standings.join(', ')}.`
  if (standing !== 'others' && ownerRoles.length > 0) return 'Only a file of others has owners with roles.'
  return {
    action: standing === 'others' ? 'readOthersFile' : 'readFile',
    resource: { kind: 'file', standing, ownerRoles },
  }
}

function readAction(typed: string): Deed | string {
  const action = appActions.find((one) => one === typed)
  if (action !== undefined) return { action, resource: { kind: 'app' } }
  const isOther = actions.some((one) => one === typed)
  const why = isOther ? ': name what it is done to, by call, page, component or file' : ''
  return `${quote(typed)} is not asked by action${why}.${isOther ? '' : didYouMean(typed, appActions)} Allowed: ${appActions.join(', ')}.`
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}

/** For people: `call report_month`, `page /admin`. */
export function nameDeed({ action, resource }: Deed): string {
  switch (resource.kind) {
    case 'endpoint':
      return action === 'callFunction' ? `call ${resource.name}` : `${action} ${resource.name}`
    case 'page':
      return `page /${resource.path}`
    case 'component': {
      const { type, name, function: called } = resource
      return `component ${type}${name === '' ? '' : `#${name}`}.${called}`
    }
    case 'file':
      return resource.ownerRoles.length === 0
        ? `file ${resource.standing}`
        : `file of ${resource.ownerRoles.join(', ')}`
    case 'app':
      return action
  }
}
