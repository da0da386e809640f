/** AppModel from what the app says of itself: pure, so that a test can have any app. */
import { isJsonObject, Numeral, type Json, type JsonObject } from '../kit/json.ts'
import { apiPrefixOf } from './api-prefix.ts'
import { readComponent, type DeclaredComponent } from './components.ts'
import { idsIn, objectIn, objectsIn, textIn } from './config-fields.ts'
import { readEndpoint, type Surroundings } from './endpoints.ts'
import { nameGroups, readWiring, type Wiring } from './groups.ts'
import type { AppModel, Endpoint } from './model.ts'
import { renderedInto } from './rendered-into.ts'
import { findSharedFiles } from './shared-files.ts'

export interface Declarations {
  readonly config: JsonObject
  /** `/info?all_endpoints=true`, and what `/info` adds to it. */
  readonly info: JsonObject
  /** The MCP schema; absent where the app has no MCP server. */
  readonly tools?: Json
}

/** The model, with what rendered functions are built upon. */
export interface DeclaredModel extends AppModel {
  readonly components: ReadonlyMap<number, DeclaredComponent>
}

/** Undefined when something in it is not as Gradio writes it: a model with holes would judge by guesses. */
export function makeModel({ config, info, tools }: Declarations): DeclaredModel | undefined {
  const gradio = textIn(config, 'version')
  const appId = config['app_id']
  if (gradio === undefined || !(typeof appId === 'number' || appId instanceof Numeral)) return undefined
  const api = apiPrefixOf(gradio.trim(), config['api_prefix'])
  if (api === undefined) return undefined
  const components = readComponents(config)
  const wirings = components && readWirings(config, info, components)
  if (components === undefined || wirings === undefined) return undefined
  const groups = nameGroups(wirings, components)
  const endpoints = wirings.map(({ endpoint }) => ({
    ...endpoint,
    group: groups.get(endpoint.id) ?? endpoint.name,
  }))
  const byName = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]))
  if (byName.size !== endpoints.length) return undefined
  return {
    appId: appId instanceof Numeral ? appId.text : String(appId),
    gradio: gradio.trim(),
    api,
    endpoints: new Map(endpoints.map((endpoint) => [endpoint.id, endpoint])),
    byName,
    components,
    pages: pagesOf(config),
    sharedFiles: findSharedFiles(config),
    tools: readTools(tools, byName),
    config,
    info,
  }
}

function pagesOf(config: JsonObject): readonly string[] {
  const listed = config['pages']
  if (!Array.isArray(listed)) return ['']
  const paths = (listed as readonly Json[]).map((page) =>
    Array.isArray(page) ? (page as readonly Json[])[0] : page,
  )
  return paths.filter((path) => typeof path === 'string').map((path) => path.replace(/^\/+/, ''))
}

function readComponents(config: JsonObject): ReadonlyMap<number, DeclaredComponent> | undefined {
  const pages = readPages(config, 'components')
  const declared = objectsIn(config, 'components')
  const components = new Map<number, DeclaredComponent>()
  for (const one of declared) {
    const component = readComponent(one, [])
    if (component === undefined) return undefined
    components.set(component.id, { ...component, pages: pages.get(component.id) ?? [] })
  }
  return components.size === declared.length ? components : undefined
}

/** On which pages each component or function stands. */
function readPages(config: JsonObject, kind: 'components' | 'dependencies'): Map<number, string[]> {
  const found = new Map<number, string[]>()
  for (const [path, page] of Object.entries(objectIn(config, 'page'))) {
    if (!isJsonObject(page)) continue
    for (const id of idsIn(page, kind)) {
      const paths = found.get(id)
      if (paths === undefined) found.set(id, [path])
      else paths.push(path)
    }
  }
  return found
}

function readWirings(
  config: JsonObject,
  info: JsonObject,
  components: ReadonlyMap<number, DeclaredComponent>,
): readonly Wiring[] | undefined {
  const declared = objectsIn(config, 'dependencies')
  const pages = readPages(config, 'dependencies')
  const named = objectIn(info, 'named_endpoints')
  const around: Surroundings = {
    component: (id) => components.get(id),
    changes: findChanging(declared, (id) => components.get(id)?.type),
    info: (name) => {
      const told = named[`/${name}`]
      return isJsonObject(told) ? told : undefined
    },
    pages: (id) => pages.get(id) ?? [],
  }
  const wirings = declared.flatMap((one) => {
    const endpoint = readEndpoint(one, around)
    return endpoint === undefined ? [] : [readWiring(one, endpoint)]
  })
  const ids = new Set(wirings.map(({ endpoint }) => endpoint.id))
  return ids.size === declared.length ? wirings : undefined
}

/** A rendered function may change any component, and nobody knows which before it is there. */
function findChanging(
  declared: readonly JsonObject[],
  typeOf: (id: number) => string | undefined,
): (id: number) => boolean {
  const renders = (one: JsonObject) =>
    typeof one['render_id'] === 'number' || renderedInto(one, typeOf) !== undefined
  if (declared.some(renders)) return () => true
  const changing = new Set(declared.flatMap((one) => idsIn(one, 'outputs')))
  return (id) => changing.has(id)
}

/** MCP calls tools by the Python name, not by the endpoint's (gradio/mcp.py 6.31, get_complete_schema). */
function readTools(tools: Json | undefined, byName: ReadonlyMap<string, Endpoint>): Map<string, string> {
  const found = new Map<string, string>()
  for (const tool of Array.isArray(tools) ? (tools as readonly Json[]) : []) {
    if (!isJsonObject(tool)) continue
    const name = textIn(tool, 'name')
    const endpoint = textIn(objectIn(tool, 'meta'), 'endpoint_name')
    if (name !== undefined && endpoint !== undefined && byName.has(endpoint)) found.set(name, endpoint)
  }
  return found
}
